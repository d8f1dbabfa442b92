"""Messages to one person go in the order in which they were planned: who waits, and behind whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.deliveries import next_ready
from store.sql import rows, update
from store.tables import Delivery


def waiting_for_turn(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """What is ready for these contacts and waits for its turn: later messages to the same address wait behind it."""
    return rows(
        connection,
        "SELECT id, contact_id, channel, account, ready_at FROM delivery WHERE contact_id IN [ids]"
        " AND state IN ('sending', 'ready') AND state = 'ready'",
        ids=list(contact_ids),
    )


def wait_for_turn(connection: Connection, values: Sequence[tuple[str, str, int, int]]) -> None:
    """All gates are passed, only the rate is not: (channel, account, ready_at, id)."""
    columns = ("state", "reason", "channel", "account", "ready_at")
    update(connection, Delivery, columns, [("ready", "", *row) for row in values])


def on_their_way(connection: Connection, contact_ids: Sequence[int], now: int) -> set[int]:
    """Which of these contacts have a message in flight, or one that waits for its turn or for a claim."""
    whose = "SELECT contact_id FROM delivery WHERE contact_id IN [ids]"
    some = f"{whose} AND state IN ('sending', 'ready')"
    ready = next_ready(connection)
    if ready is not None and ready <= now:
        # A contact's whole record is read for this: only when anything at all waits for a claim.
        some += f" UNION {whose} AND state = 'planned' AND ready_at IS NOT NULL"
    return {row.contact_id for row in rows(connection, some, ids=list(contact_ids))}
