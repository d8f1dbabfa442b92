"""Tests of journeys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "journey_test",
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("script", JSON, nullable=False),
        sa.Column("expected", JSON, nullable=False),
        sa.Column("saved_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "name", name="pk_journey_test"),
    )


def downgrade() -> None:
    op.drop_table("journey_test")
