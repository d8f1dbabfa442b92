"""What comes in: raw webhooks kept before they are acknowledged, replies with the rule that routed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, rows, run, scalar
from store.tables import Inbox, Reply

REPLY = (
    "channel", "account", "message_key", "contact_id", "text", "button", "media", "rule", "enrollment_id",
    "journey_id", "node", "at", "received_at",
)  # fmt: skip
#: The one reader of the inbox; the lock goes with the transaction, or with the engine that dies.
READER = "SELECT pg_try_advisory_xact_lock(727002)"


def keep(connection: Connection, values: Sequence[tuple[str, str, str, str, str, int]]) -> list[int]:
    """Store webhooks (channel, account, dedupe key, body, error, received at); ids of those not seen before."""
    columns = ("channel", "account", "dedupe_key", "body", "state", "error", "received_at")
    made = [(*row[:4], "failed" if row[4] else "new", row[4], row[5]) for row in values]
    return [row.id for row in insert_new(connection, Inbox, columns, made, ("id",))]


def waiting(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Webhooks that were not processed yet, in the order of receiving; nothing while another engine is at it.

    What a person did first is heard first, so webhooks are not shared out: one engine at a time reads them.
    """
    if connection.dialect.name == "postgresql" and not scalar(connection, READER):
        return []
    return rows(
        connection,
        "SELECT id, channel, account, body, received_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT :limit",
        limit=limit,
    )


def finish(connection: Connection, ids: Sequence[int]) -> None:
    """Mark webhooks as processed; those that were put aside stay so."""
    run(connection, "UPDATE inbox SET state = 'done' WHERE id IN [ids] AND state = 'new'", ids=list(ids))


def fail(connection: Connection, inbox_id: int, error: str) -> None:
    """Put a webhook aside that could not be processed."""
    run(connection, "UPDATE inbox SET state = 'failed', error = :error WHERE id = :id", error=error[:300], id=inbox_id)


def horizon(connection: Connection) -> int | None:
    """When the oldest unprocessed webhook was received; None when everything is processed."""
    value = scalar(connection, "SELECT received_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT 1")
    return None if value is None else int(value)


def add_replies(connection: Connection, values: Sequence[Sequence[Any]]) -> list[int]:
    """Store replies in the order of `REPLY`; a message seen before is passed over. Returns ids of the new ones."""
    return [row.id for row in insert_new(connection, Reply, REPLY, values, ("id",))]


def replies(
    connection: Connection, *, contact_id: int | None, journey_id: int | None, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Replies for a list, oldest first."""
    conditions, values = ["r.id > :after"], {"after": after, "limit": limit}
    for column, value in (("contact_id", contact_id), ("journey_id", journey_id)):
        if value is not None:
            conditions.append(f"r.{column} = :{column}")
            values[column] = value
    return rows(
        connection,
        "SELECT r.id, r.channel, r.account, r.text, r.button, r.media, r.rule, r.node, r.at, r.received_at,"
        " c.external_id, j.public_id FROM reply r"
        " JOIN contact c ON c.id = r.contact_id LEFT JOIN journey j ON j.id = r.journey_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY r.id LIMIT :limit",
        **values,
    )


def seen(connection: Connection, channel: str, account: str, message_key: str) -> bool:
    """Whether this message was processed before."""
    statement = "SELECT 1 FROM reply WHERE channel = :channel AND account = :account AND message_key = :key"
    return scalar(connection, statement, channel=channel, account=account, key=message_key) is not None
