"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
#: Tables whose rows change with every move: room for updates in place, and a vacuum that keeps up.
HOT = ("enrollment", "signal", "delivery", "node_count_delta", "inbox")


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("last_inbound_at", BIG, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("channel", "account", "address", name="uq_address_channel_account_address"),
    )
    op.create_index("ix_address_contact_id", "address", ["contact_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("hash", name="uq_api_key_hash"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", JSON, nullable=True),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_table(
        "channel_account",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("base_url", sa.String(length=300), nullable=False),
        sa.Column("secrets", sa.String(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("paused_until", BIG, nullable=True),
        sa.Column("next_free_at", BIG, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_account"),
        sa.UniqueConstraint("channel", "name", name="uq_channel_account_channel_name"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_at", BIG, nullable=False),
        sa.Column("real_at", BIG, nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("target_at", BIG, nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.create_table(
        "consent",
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "channel", "purpose", name="pk_consent"),
    )
    op.create_table(
        "consent_record",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("evidence", JSON, nullable=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_record"),
    )
    op.create_index("ix_consent_record_contact_id", "consent_record", ["contact_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("attributes", JSON, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("searched", sa.String(length=1000), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("external_id", name="uq_contact_external_id"),
    )
    op.create_table(
        "coupon",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("pool_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("enrollment_id", BIG, nullable=True),
        sa.Column("given_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_coupon"),
        sa.UniqueConstraint("pool_id", "code", name="uq_coupon_pool_id_code"),
    )
    op.create_index("ix_coupon_contact_id", "coupon", ["contact_id"], unique=False)
    op.create_index(
        "ix_coupon_free",
        "coupon",
        ["pool_id", "id"],
        unique=False,
        sqlite_where=sa.text("contact_id IS NULL"),
        postgresql_where=sa.text("contact_id IS NULL"),
    )
    op.create_table(
        "coupon_pool",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coupon_pool"),
        sa.UniqueConstraint("name", name="uq_coupon_pool_name"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("item", JSON, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("journey_id", BIG, nullable=True),
        sa.Column("version_id", BIG, nullable=True),
        sa.Column("enrollment_id", BIG, nullable=True),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=60), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("ready_at", BIG, nullable=True),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("content", JSON, nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("planned_at", BIG, nullable=False),
        sa.Column("sending_at", BIG, nullable=True),
        sa.Column("accepted_at", BIG, nullable=True),
        sa.Column("delivered_at", BIG, nullable=True),
        sa.Column("read_at", BIG, nullable=True),
        sa.Column("replied_at", BIG, nullable=True),
        sa.Column("unknown_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("origin", name="uq_delivery_origin"),
    )
    op.create_index("ix_delivery_contact", "delivery", ["contact_id", "id"], unique=False)
    op.create_index("ix_delivery_journey", "delivery", ["journey_id", "id"], unique=False)
    op.create_index(
        "ix_delivery_lease",
        "delivery",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_delivery_pending",
        "delivery",
        ["contact_id", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('sending', 'ready')"),
        postgresql_where=sa.text("state IN ('sending', 'ready')"),
    )
    op.create_index(
        "ix_delivery_provider",
        "delivery",
        ["channel", "account", "provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_ready",
        "delivery",
        ["ready_at", "id"],
        unique=False,
        sqlite_where=sa.text("ready_at IS NOT NULL"),
        postgresql_where=sa.text("ready_at IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_ref",
        "delivery",
        ["ref"],
        unique=False,
        sqlite_where=sa.text("ref IS NOT NULL"),
        postgresql_where=sa.text("ref IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_unknown",
        "delivery",
        ["unknown_at"],
        unique=False,
        sqlite_where=sa.text("state = 'unknown'"),
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_table(
        "enrollment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("slot", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("arrived_at", BIG, nullable=False),
        sa.Column("entered_at", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("parked_at", BIG, nullable=True),
        sa.Column("waiting_for", sa.String(length=140), nullable=False),
        sa.Column("stateful", sa.Boolean(), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enrollment"),
        sa.UniqueConstraint("journey_id", "contact_id", "slot", name="uq_enrollment_slot"),
    )
    op.create_index("ix_enrollment_contact", "enrollment", ["contact_id"], unique=False)
    op.create_index(
        "ix_enrollment_due",
        "enrollment",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_enrollment_version", "enrollment", ["version_id", "node"], unique=False)
    op.create_table(
        "enrollment_state",
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("event", JSON, nullable=False),
        sa.Column("kept", JSON, nullable=False),
        sa.PrimaryKeyConstraint("enrollment_id", name="pk_enrollment_state"),
    )
    op.create_table(
        "event",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("properties", JSON, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("source", "message_id", name="uq_event_source_message_id"),
    )
    op.create_index("ix_event_contact", "event", ["contact_id", "name", "received_at"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("up_since", BIG, nullable=False),
        sa.Column("beat_at", BIG, nullable=False),
        sa.Column("detail", JSON, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("key_id", BIG, nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotent_answer"),
        sa.UniqueConstraint("key_id", "route", "token", name="uq_idempotent_answer_key_id_route_token"),
    )
    op.create_table(
        "import",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("finished_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
        sa.UniqueConstraint("public_id", name="uq_import_public_id"),
    )
    op.create_index("ix_import_status", "import", ["status"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "account", "dedupe_key", name="uq_inbox_channel_account_dedupe_key"),
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "journey",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version_id", BIG, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journey"),
        sa.UniqueConstraint("public_id", name="uq_journey_public_id"),
    )
    op.create_index("ix_journey_status", "journey", ["status"], unique=False)
    op.create_table(
        "journey_version",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("journey_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("published_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journey_version"),
        sa.UniqueConstraint("journey_id", "version", name="uq_journey_version_journey_id_version"),
    )
    op.create_table(
        "node_count",
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("arm", sa.String(length=80), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "node", "what", "channel", "arm", "cohort", name="pk_node_count"),
    )
    op.create_table(
        "node_count_delta",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("arm", sa.String(length=80), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_node_count_delta"),
    )
    op.create_table(
        "reply",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("message_key", sa.String(length=200), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("button", sa.String(length=60), nullable=True),
        sa.Column("media", sa.String(length=40), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("enrollment_id", BIG, nullable=True),
        sa.Column("journey_id", BIG, nullable=True),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.UniqueConstraint("channel", "account", "message_key", name="uq_reply_channel_account_message_key"),
    )
    op.create_index("ix_reply_contact", "reply", ["contact_id", "id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
    )
    op.create_index("ix_signal_enrollment_id", "signal", ["enrollment_id"], unique=False)
    op.create_table(
        "survey_answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answer"),
    )
    op.create_index("ix_survey_answer_contact_id", "survey_answer", ["contact_id"], unique=False)
    op.create_index("ix_survey_answer_enrollment_id", "survey_answer", ["enrollment_id"], unique=False)
    op.create_index("ix_survey_answer_node", "survey_answer", ["version_id", "node"], unique=False)
    op.create_table(
        "visit",
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("arrived_at", BIG, nullable=False),
        sa.Column("left_at", BIG, nullable=False),
        sa.Column("exit", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("enrollment_id", "seq", name="pk_visit"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in HOT:
            op.execute(
                f"ALTER TABLE {table} SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02,"
                " autovacuum_vacuum_cost_delay = 0)"
            )


def downgrade() -> None:
    op.drop_table("visit")
    op.drop_index("ix_survey_answer_node", table_name="survey_answer")
    op.drop_index("ix_survey_answer_enrollment_id", table_name="survey_answer")
    op.drop_index("ix_survey_answer_contact_id", table_name="survey_answer")
    op.drop_table("survey_answer")
    op.drop_index("ix_signal_enrollment_id", table_name="signal")
    op.drop_table("signal")
    op.drop_index("ix_reply_contact", table_name="reply")
    op.drop_table("reply")
    op.drop_table("node_count_delta")
    op.drop_table("node_count")
    op.drop_table("journey_version")
    op.drop_index("ix_journey_status", table_name="journey")
    op.drop_table("journey")
    op.drop_index(
        "ix_inbox_new",
        table_name="inbox",
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.drop_table("inbox")
    op.drop_index("ix_import_status", table_name="import")
    op.drop_table("import")
    op.drop_table("idempotent_answer")
    op.drop_table("heartbeat")
    op.drop_index("ix_event_contact", table_name="event")
    op.drop_table("event")
    op.drop_table("enrollment_state")
    op.drop_index("ix_enrollment_version", table_name="enrollment")
    op.drop_index(
        "ix_enrollment_due",
        table_name="enrollment",
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index("ix_enrollment_contact", table_name="enrollment")
    op.drop_table("enrollment")
    op.drop_index(
        "ix_delivery_unknown",
        table_name="delivery",
        sqlite_where=sa.text("state = 'unknown'"),
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.drop_index(
        "ix_delivery_ref",
        table_name="delivery",
        sqlite_where=sa.text("ref IS NOT NULL"),
        postgresql_where=sa.text("ref IS NOT NULL"),
    )
    op.drop_index(
        "ix_delivery_ready",
        table_name="delivery",
        sqlite_where=sa.text("ready_at IS NOT NULL"),
        postgresql_where=sa.text("ready_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_delivery_provider",
        table_name="delivery",
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_delivery_pending",
        table_name="delivery",
        sqlite_where=sa.text("state IN ('sending', 'ready')"),
        postgresql_where=sa.text("state IN ('sending', 'ready')"),
    )
    op.drop_index(
        "ix_delivery_lease",
        table_name="delivery",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.drop_index("ix_delivery_journey", table_name="delivery")
    op.drop_index("ix_delivery_contact", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("dead_letter")
    op.drop_table("coupon_pool")
    op.drop_index(
        "ix_coupon_free",
        table_name="coupon",
        sqlite_where=sa.text("contact_id IS NULL"),
        postgresql_where=sa.text("contact_id IS NULL"),
    )
    op.drop_index("ix_coupon_contact_id", table_name="coupon")
    op.drop_table("coupon")
    op.drop_table("contact")
    op.drop_index("ix_consent_record_contact_id", table_name="consent_record")
    op.drop_table("consent_record")
    op.drop_table("consent")
    op.drop_table("clock")
    op.drop_table("channel_account")
    op.drop_table("audit_entry")
    op.drop_table("api_key")
    op.drop_index("ix_address_contact_id", table_name="address")
    op.drop_table("address")
