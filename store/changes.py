"""Changes of contacts that their trips have not been told of yet.

Whoever writes a contact holds its row, and an engine that moves its trip may want that row while it holds the trip's:
so a trip is never waited for there. A line is left for it, without a lock, and an engine tells it afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert, rows, run, scalar
from store.tables import Signal

#: Trips that are told in one transaction.
BATCH = 1_000


def leave(connection: Connection, trips: Sequence[int], at: int) -> None:
    """Leave a line for trips; it is part of the caller's transaction and waits for nobody."""
    columns = ("enrollment_id", "kind", "payload", "at")
    insert(connection, Signal, columns, [(trip, "untold", {}, at) for trip in trips])


def any_left(connection: Connection) -> bool:
    """Whether a line is left for any trip."""
    return scalar(connection, "SELECT 1 FROM signal WHERE kind = 'untold' LIMIT 1") is not None


def trips(connection: Connection) -> Sequence[Row[Any]]:
    """The trips that lines are left for, locked, so that each is as its last move left it; moving ones come later."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, version_id, status, waiting_for FROM enrollment WHERE id IN"
        f" (SELECT enrollment_id FROM signal WHERE kind = 'untold' ORDER BY id LIMIT :limit) ORDER BY id{lock}",
        limit=BATCH,
    )


def tell(connection: Connection, waking: Sequence[int], now: int) -> None:
    """These trips hear of it at their next move, which is due now."""
    told = "UPDATE signal SET kind = 'changed' WHERE kind = 'untold' AND enrollment_id IN [ids]"
    run(connection, told, ids=list(waking))
    due = "UPDATE enrollment SET due_at = :now WHERE id IN [ids] AND (due_at IS NULL OR due_at > :now)"
    run(connection, due, now=now, ids=list(waking))


def forget(connection: Connection, others: Sequence[int]) -> None:
    """These trips have ended, or wait for nothing that a contact's change could bring."""
    run(connection, "DELETE FROM signal WHERE kind = 'untold' AND enrollment_id IN [ids]", ids=list(others))
