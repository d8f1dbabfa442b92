"""Publishing at a chosen instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "planned_publish",
        sa.Column("journey_id", BIG, autoincrement=False, nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("planned_by", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("problems", JSON, nullable=True),
        sa.PrimaryKeyConstraint("journey_id", name="pk_planned_publish"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_planned_publish_due", "planned_publish", ["due_at"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_table("planned_publish")
