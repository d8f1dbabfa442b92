"""Changes of contacts that trips have not been told of are found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_signal_untold",
        "signal",
        ["id"],
        unique=False,
        sqlite_where=sa.text("kind = 'untold'"),
        postgresql_where=sa.text("kind = 'untold'"),
    )


def downgrade() -> None:
    op.drop_index("ix_signal_untold", table_name="signal")
