"""Contacts inside old versions: how many stand where, and moving them to another version in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert, rows, update
from store.tables import Enrollment, Visit


def heads(connection: Connection, journey_id: int, to_version: int) -> Sequence[Row[Any]]:
    """How many running trips stand in each node of every other version: version_id, version, node, many."""
    return rows(
        connection,
        "SELECT e.version_id, v.version, e.node, count(*) AS many FROM enrollment e"
        " JOIN journey_version v ON v.id = e.version_id WHERE e.version_id IN"
        " (SELECT id FROM journey_version WHERE journey_id = :journey AND id <> :to)"
        " AND e.status IN ('active', 'waiting') GROUP BY e.version_id, v.version, e.node ORDER BY v.version, e.node",
        journey=journey_id,
        to=to_version,
    )


def page(connection: Connection, journey_id: int, to_version: int, after: int, limit: int) -> list[int]:
    """The next running trips of a journey that are in another version."""
    found = rows(
        connection,
        "SELECT id FROM enrollment WHERE journey_id = :journey AND version_id <> :to AND id > :after"
        " AND status IN ('active', 'waiting') ORDER BY id LIMIT :limit",
        journey=journey_id,
        to=to_version,
        after=after,
        limit=limit,
    )
    return [row.id for row in found]


def stay(connection: Connection, to_version: int, ids: Sequence[int]) -> None:
    """Move trips to another version in the node where they are."""
    update(connection, Enrollment, ("version_id",), [(to_version, each) for each in ids])


def arrive(connection: Connection, to_version: int, values: Sequence[tuple[str, int, int, int, int]]) -> None:
    """Move trips to another version and another node: (node, seq, arrived_at, due_at, id)."""
    columns = ("version_id", "status", "waiting_for", "parked_at", "node", "seq", "arrived_at", "due_at")
    update(connection, Enrollment, columns, [(to_version, "active", "", None, *row) for row in values])


def finish(connection: Connection, visits: Sequence[tuple[int, int, int, str, int, int]]) -> None:
    """Write down visits that ended because their node is gone: (enrollment, seq, version, node, arrived, left)."""
    columns = ("enrollment_id", "seq", "version_id", "node", "arrived_at", "left_at", "exit")
    insert(connection, Visit, columns, [(*row, "moved") for row in visits])


def wait(connection: Connection, values: Sequence[tuple[int | None, str, int]]) -> None:
    """Set anew what trips wait for: (due_at, waiting_for, id); a paused journey holds them back when they are due."""
    columns = ("parked_at", "due_at", "waiting_for")
    update(connection, Enrollment, columns, [(None, *row) for row in values])


def set_out(connection: Connection, values: Sequence[tuple[int, int]]) -> None:
    """Set when trips that are past due go on: (due_at, id)."""
    update(connection, Enrollment, ("parked_at", "due_at"), [(None, *row) for row in values])


def unsent(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Messages of trips that have not gone out, locked."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, version_id, node, cohort, channel, state FROM delivery WHERE enrollment_id IN [ids]"
        f" AND state IN ('planned', 'held', 'ready') ORDER BY id{lock}",
        ids=sorted(ids),
    )
