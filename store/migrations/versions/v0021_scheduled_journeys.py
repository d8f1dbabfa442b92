"""Journeys with a schedule are found without reading the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_journey_scheduled",
            "journey",
            ["id"],
            sqlite_where=sa.text("""instr(draft, '"schedule":') > 0"""),
            postgresql_where=sa.text("""strpos(draft #>> '{graph,entry}', '"schedule":') > 0"""),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_journey_scheduled", table_name="journey")
