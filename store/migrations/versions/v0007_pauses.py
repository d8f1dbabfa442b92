"""Since when a journey is paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journey", sa.Column("paused_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("journey", "paused_at")
