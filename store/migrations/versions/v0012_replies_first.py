"""Who has replied is found at once, however many others are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_signal_reply",
        "signal",
        ["enrollment_id"],
        unique=False,
        sqlite_where=sa.text("kind = 'reply'"),
        postgresql_where=sa.text("kind = 'reply'"),
    )


def downgrade() -> None:
    op.drop_index("ix_signal_reply", table_name="signal")
