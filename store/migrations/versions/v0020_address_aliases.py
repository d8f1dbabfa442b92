"""Other names under which messengers know who is at an address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "address_alias",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("address_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_address_alias"),
        sa.UniqueConstraint("channel", "account", "alias", name="uq_address_alias_channel"),
    )
    op.create_index("ix_address_alias_contact_id", "address_alias", ["contact_id"])
    op.create_index("ix_address_alias_address_id", "address_alias", ["address_id"])


def downgrade() -> None:
    op.drop_table("address_alias")
