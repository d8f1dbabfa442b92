"""Requests that trips make to other systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "web_request",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("request", JSON, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ready_at", BIG, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=120), nullable=False, server_default=""),
        sa.Column("planned_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_request"),
        sa.UniqueConstraint("origin", name="uq_web_request_origin"),
    )
    ready = sa.text("ready_at IS NOT NULL")
    op.create_index("ix_web_request_ready", "web_request", ["ready_at"], sqlite_where=ready, postgresql_where=ready)
    op.create_index("ix_web_request_enrollment", "web_request", ["enrollment_id"])


def downgrade() -> None:
    op.drop_table("web_request")
