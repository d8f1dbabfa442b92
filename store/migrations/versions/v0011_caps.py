"""Caps: what contacts were sent of late is found by index, and the project chooses for itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MARKETING = "category = 'marketing' AND sending_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "project_setting",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_project_setting"),
    )
    op.create_index(
        "ix_delivery_marketing",
        "delivery",
        ["contact_id", "sending_at"],
        unique=False,
        sqlite_where=sa.text(MARKETING),
        postgresql_where=sa.text(MARKETING),
    )
