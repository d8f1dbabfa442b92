"""Requests to other systems: planned by moves, claimed under a lease, settled by what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, rows, run, scalar, update
from store.tables import WebRequest

PLANNED = ("origin", "journey_id", "enrollment_id", "seq", "request", "state", "ready_at", "attempt", "planned_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one attempt."""

    id: int
    state: str
    ready_at: int | None = None
    status: int | None = None
    error: str = ""


def plan(connection: Connection, planned: Sequence[Sequence[Any]]) -> None:
    """Write requests of visits in the move's transaction; a row is in the order of `PLANNED`."""
    insert_new(connection, WebRequest, PLANNED, planned, ("id",))


def claim(connection: Connection, now: int, real_now: int, lease_until: int, limit: int) -> Sequence[Row[Any]]:
    """Requests that are due, or whose caller has vanished, now under our lease; those of paused journeys wait."""
    lock = " FOR UPDATE OF w SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    found = rows(
        connection,
        "SELECT w.id, w.origin, w.enrollment_id, w.seq, w.request, w.attempt, e.status AS trip, e.seq AS now_at"
        " FROM web_request w JOIN enrollment e ON e.id = w.enrollment_id JOIN journey j ON j.id = w.journey_id"
        " WHERE (w.ready_at <= :now OR (w.state = 'calling' AND w.lease_until < :real)) AND j.status <> 'paused'"
        f" ORDER BY w.id LIMIT :limit{lock}",
        now=now,
        real=real_now,
        limit=limit,
    )
    gone = [row.id for row in found if row.trip not in ("active", "waiting") or row.now_at != row.seq]
    settle(connection, [Settled(id=each, state="dropped") for each in gone])
    going = [row for row in found if row.id not in gone]
    values = [("calling", None, row.attempt + 1, lease_until, row.id) for row in going]
    update(connection, WebRequest, ("state", "ready_at", "attempt", "lease_until"), values)
    return going


def settle(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write what became of attempts; what is over is not kept longer than its outcome."""
    values = [(each.state, each.ready_at, None, each.status, each.error[:120], each.id) for each in settled]
    update(connection, WebRequest, ("state", "ready_at", "lease_until", "status", "error"), values)
    over = [each.id for each in settled if each.ready_at is None]
    if over:
        run(connection, "UPDATE web_request SET request = NULL WHERE id IN [ids]", ids=over)


def held(connection: Connection, ids: Sequence[tuple[int, int]]) -> set[int]:
    """Which of (request, attempt) are still under that attempt's lease, locked."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    found = rows(
        connection,
        f"SELECT id, attempt FROM web_request WHERE id IN [ids] AND state = 'calling' ORDER BY id{lock}",
        ids=sorted(each for each, _ in ids),
    )
    return {row.id for row in found if (row.id, row.attempt) in ids}


def any_due(connection: Connection, now: int, real_now: int) -> bool:
    """Whether a request is due, or a caller has vanished."""
    statement = (
        "SELECT 1 FROM web_request WHERE ready_at <= :now OR (state = 'calling' AND lease_until < :real) LIMIT 1"
    )
    return scalar(connection, statement, now=now, real=real_now) is not None
