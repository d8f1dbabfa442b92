"""What has served its time and may be forgotten, and why the rest is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import rows, run

BATCH = 5_000
#: What is removed past its time: table, the instant that counts, which rows.
FORGOTTEN: Mapping[str, tuple[str, str]] = {
    "inbox": ("received_at", "state = 'done'"),
    "idempotent_answer": ("created_at", "true"),
    "web_request": ("planned_at", "ready_at IS NULL AND state <> 'calling'"),
    "dead_letter": ("received_at", "true"),
    "heartbeat": ("beat_at", "true"),
}
#: Why the other tables keep what is in them.
KEPT: Mapping[str, str] = {
    **dict.fromkeys(
        ("contact", "address", "address_alias", "consent", "event", "conversation", "coupon", "reply", "survey_answer"),
        "what is known of a person, until they are erased",
    ),
    **dict.fromkeys(
        ("enrollment", "enrollment_state", "visit", "delivery", "node_count"),
        "history: funnels and the contact's page are made of it",
    ),
    "consent_record": "proof, and a chain of hashes",
    "audit_entry": "proof: append-only",
    "tombstone": "a hash for each erased address, so that an import does not bring the person back",
    "import": "a line for each file; the file itself goes",
    **dict.fromkeys(("signal", "audience_entry", "segment_member"), "removed by the work that uses it up"),
    "node_count_delta": "folded into node_count every few seconds",
    "draft_revision": "thinned out at each save",
    "metric": "one row for each name: does not grow",
    **dict.fromkeys(("clock", "project_setting"), "a row or a few"),
    **dict.fromkeys(
        (
            "journey", "journey_version", "journey_test", "segment", "coupon_pool", "message_template",
            "planned_publish", "approved_template", "opt_in_link", "policy_rule", "channel_account", "api_key",
        ),
        "what people have made",
    ),
}  # fmt: skip


def forget(connection: Connection, table: str, before: int) -> int:
    """Remove a batch of what a table keeps no longer, as it was before an instant; how many rows."""
    instant, which = FORGOTTEN[table]
    key = "name" if table == "heartbeat" else "id"
    statement = (
        f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {instant} < :before AND {which}"
        f" ORDER BY {key} LIMIT :batch)"
    )
    return run(connection, statement, before=before, batch=BATCH)


def read_files(connection: Connection, before: int) -> Sequence[Row[Any]]:
    """Imports that ended before an instant and whose file is still named: id, path."""
    statement = "SELECT id, path FROM import WHERE finished_at < :before AND path <> '' ORDER BY id LIMIT :batch"
    return rows(connection, statement, before=before, batch=BATCH)


def forget_files(connection: Connection, ids: Sequence[int]) -> None:
    """The files of these imports are gone."""
    run(connection, "UPDATE import SET path = '' WHERE id IN [ids]", ids=list(ids))
