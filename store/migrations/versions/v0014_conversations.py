"""The inbox: conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("queue", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("journey_id", BIG, nullable=True),
        sa.Column("enrollment_id", BIG, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("channel", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("account", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("last_at", BIG, nullable=False),
        sa.Column("closed_at", BIG, nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    open_ = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_conversation_open", "conversation", ["contact_id"], unique=True, sqlite_where=open_, postgresql_where=open_
    )
    op.create_index("ix_conversation_contact", "conversation", ["contact_id"])


def downgrade() -> None:
    op.drop_table("conversation")
