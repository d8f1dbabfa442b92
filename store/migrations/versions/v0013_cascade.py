"""A message that was not delivered in time is tried on the next messenger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("cascade_at", BIG, nullable=True))
    op.create_index(
        "ix_delivery_cascade",
        "delivery",
        ["cascade_at"],
        unique=False,
        sqlite_where=sa.text("cascade_at IS NOT NULL"),
        postgresql_where=sa.text("cascade_at IS NOT NULL"),
    )
