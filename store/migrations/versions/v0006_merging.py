"""Contacts that were merged or erased; tombstones of erased addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("contact", sa.Column("merged_into", BIG, nullable=True))
    op.add_column("contact", sa.Column("gone_at", BIG, nullable=True))
    where = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_contact_merged", "contact", ["merged_into"], sqlite_where=where, postgresql_where=where)
    op.execute("UPDATE contact SET gone_at = updated_at, compared = '{}' WHERE external_id LIKE 'erased:%'")
    op.create_table(
        "tombstone",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_tombstone"),
    )


def downgrade() -> None:
    op.drop_table("tombstone")
    op.drop_index("ix_contact_merged", table_name="contact")
    op.drop_column("contact", "gone_at")
    op.drop_column("contact", "merged_into")
