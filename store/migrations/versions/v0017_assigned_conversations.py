"""Who of the business looks after a conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("assignee", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("conversation", "assignee")
