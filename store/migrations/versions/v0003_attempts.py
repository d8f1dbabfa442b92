"""A delivery knows how often it was tried in earnest and which of its parts are out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("parts", sa.Integer(), server_default="0", nullable=False))
