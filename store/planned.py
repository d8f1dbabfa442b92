"""Publishing at a chosen instant: one plan for each journey, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import insert, one, rows, run, scalar
from store.tables import PlannedPublish


def put(connection: Connection, journey_id: int, document: Mapping[str, Any], revision: int, at: int, by: str) -> None:
    """Plan it, in place of what was planned before."""
    drop(connection, journey_id)
    columns = ("journey_id", "document", "revision", "at", "due_at", "planned_by")
    insert(connection, PlannedPublish, columns, [(journey_id, document, revision, at, at, by[:80])])


def drop(connection: Connection, journey_id: int) -> bool:
    """Forget the plan and what became of it; whether there was any."""
    return run(connection, "DELETE FROM planned_publish WHERE journey_id = :id", id=journey_id) > 0


def of(connection: Connection, journey_id: int) -> Row[Any] | None:
    """A journey's plan without its document."""
    return one(
        connection,
        "SELECT revision, at, due_at, planned_by, problems FROM planned_publish WHERE journey_id = :id",
        id=journey_id,
    )


def due_after(connection: Connection, after: int) -> int | None:
    """The earliest instant past `after` at which something is to be published."""
    value = scalar(connection, "SELECT min(due_at) FROM planned_publish WHERE due_at > :after", after=after)
    return None if value is None else int(value)


def due(connection: Connection, now: int) -> Sequence[Row[Any]]:
    """What is to be published by now, in the order of its instants, locked: another engine passes it by."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT journey_id, document, revision, at, planned_by FROM planned_publish WHERE due_at <= :now"
        f" ORDER BY due_at, journey_id LIMIT 20{lock}",
        now=now,
    )


def refuse(connection: Connection, journey_id: int, problems: Sequence[Mapping[str, Any]]) -> None:
    """It could not be published: it is not tried again, and what stood in the way is kept for people to read."""
    run(
        connection,
        "UPDATE planned_publish SET due_at = NULL, problems = :problems WHERE journey_id = :id",
        problems=dumps(list(problems)),
        id=journey_id,
    )
