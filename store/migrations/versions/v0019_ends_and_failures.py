"""A journey may be over at an instant, and pause by itself when too many trips fail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("journey", sa.Column("paused_because", sa.String(length=40), nullable=True))
    op.add_column("journey", sa.Column("ends_at", BIG, nullable=True))
    op.add_column("journey", sa.Column("ended_upto", BIG, nullable=False, server_default="0"))
    op.add_column("journey", sa.Column("gone_before", BIG, nullable=False, server_default="0"))
    op.add_column("journey", sa.Column("failed_before", BIG, nullable=False, server_default="0"))
    op.add_column("journey", sa.Column("failures", BIG, nullable=True))


def downgrade() -> None:
    for column in ("failures", "failed_before", "gone_before", "ended_upto", "ends_at", "paused_because"):
        op.drop_column("journey", column)
