"""Opt-in links, rules of countries and industries, message templates; doubts about an address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LAW = (
    "41-FZ of 2025-04-01 (Russia): banks, microfinance, insurers, state bodies, telecoms, marketplaces may not"
    " talk to clients in foreign messengers"
)
#: 2025-06-01T00:00Z, in microseconds.
SINCE = 1_748_736_000_000_000
INDUSTRIES = ("bank", "microfinance", "insurance", "state", "telecom", "marketplace")


def upgrade() -> None:
    op.create_table(
        "opt_in_link",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("campaign", sa.String(length=120), nullable=False),
        sa.Column("journey_id", BIG, nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("consent_text", sa.String(), nullable=False),
        sa.Column("double", sa.Boolean(), nullable=False),
        sa.Column("invitation", sa.String(length=300), nullable=False),
        sa.Column("greeting", sa.String(length=1000), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("closed_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_opt_in_link"),
        sa.UniqueConstraint("token", name="uq_opt_in_link_token"),
    )
    rules = op.create_table(
        "policy_rule",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("law", sa.String(length=300), nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_rule"),
        sa.UniqueConstraint("name", name="uq_policy_rule_name"),
    )
    op.create_table(
        "message_template",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_template"),
        sa.UniqueConstraint("public_id", name="uq_message_template_public_id"),
    )
    op.create_table(
        "approved_template",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("components", JSON, nullable=False),
        sa.Column("synced_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approved_template"),
        sa.UniqueConstraint(
            "channel", "account", "name", "language", name="uq_approved_template_channel_account_name_language"
        ),
    )
    op.add_column("address", sa.Column("doubted_at", BIG, nullable=True))
    op.add_column("address", sa.Column("opened_by", sa.String(length=80), nullable=False, server_default=""))
    known = {"country": "RU", "channel": "*", "category": "*", "law": LAW, "since": SINCE, "active": True}
    op.bulk_insert(rules, [{"name": f"ru-{each}", "industry": each, **known} for each in INDUSTRIES])


def downgrade() -> None:
    op.drop_column("address", "opened_by")
    op.drop_column("address", "doubted_at")
    for table in ("approved_template", "message_template", "policy_rule", "opt_in_link"):
        op.drop_table(table)
