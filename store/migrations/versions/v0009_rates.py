"""Rates per pair and per kind of media, a queue of those that wait, and rest for an account whose messenger fails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("address", sa.Column("next_free_at", BIG, nullable=True))
    for name in ("next_slow_at", "queued_until", "probe_at"):
        op.add_column("channel_account", sa.Column(name, BIG, nullable=True))
    op.add_column("channel_account", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        # Every message writes its address's rate: room for updates in place.
        op.execute("ALTER TABLE address SET (fillfactor = 80)")
