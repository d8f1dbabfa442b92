"""Segments, their members, audiences that enter; what rules in SQL compare."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.add_column("contact", sa.Column("compared", JSON, nullable=True))
    op.add_column("event", sa.Column("compared", JSON, nullable=True))
    _partial("ix_contact_uncompared", "contact", "id", "compared IS NULL")
    op.create_table(
        "segment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("cursor", BIG, nullable=False, server_default="0"),
        sa.Column("refreshed_at", BIG, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
        sa.UniqueConstraint("public_id", name="uq_segment_public_id"),
    )
    op.create_table(
        "segment_member",
        sa.Column("segment_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "contact_id", name="pk_segment_member"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_segment_member_contact", "segment_member", ["contact_id"])
    op.create_table(
        "audience_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("entry", sa.String(length=1000), nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("cursor", BIG, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_audience_entry"),
        sa.UniqueConstraint("journey_id", "entry", name="uq_audience_entry_journey_id_entry"),
    )
    _partial("ix_audience_entry_due", "audience_entry", "due_at", "due_at IS NOT NULL")


def downgrade() -> None:
    op.drop_table("audience_entry")
    op.drop_table("segment_member")
    op.drop_table("segment")
    op.drop_index("ix_contact_uncompared", table_name="contact")
    op.drop_column("event", "compared")
    op.drop_column("contact", "compared")
