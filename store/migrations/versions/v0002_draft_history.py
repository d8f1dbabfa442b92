"""The history of drafts; what is a draft now is its first entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "draft_revision",
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("saved_by", sa.String(length=80), nullable=False),
        sa.Column("saved_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "revision", name="pk_draft_revision"),
    )
    op.execute(
        "INSERT INTO draft_revision (journey_id, revision, document, saved_by, saved_at)"
        " SELECT id, revision, draft, '', updated_at FROM journey"
    )


def downgrade() -> None:
    op.drop_table("draft_revision")
