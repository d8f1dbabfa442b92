"""Where contacts are and how they came there: enrollments and their trails, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, rows


def page(
    connection: Connection,
    *,
    journey_id: int | None,
    contact_id: int | None,
    status: str,
    node: str,
    after: int,
    limit: int,
) -> Sequence[Row[Any]]:
    """Enrollments for a list, oldest first."""
    conditions, values = ["e.id > :after"], {"after": after, "limit": limit}
    for column, value in (("journey_id", journey_id), ("contact_id", contact_id), ("status", status), ("node", node)):
        if value not in (None, ""):
            conditions.append(f"e.{column} = :{column}")
            values[column] = value  # type: ignore[assignment]
    return rows(
        connection,
        "SELECT e.id, e.status, e.reason, e.node, e.seq, e.arrived_at, e.entered_at, e.ended_at, e.due_at, e.parked_at,"
        " e.waiting_for, e.converted, e.version_id, c.external_id, j.public_id, v.version FROM enrollment e"
        " JOIN contact c ON c.id = e.contact_id JOIN journey j ON j.id = e.journey_id"
        f" JOIN journey_version v ON v.id = e.version_id WHERE {' AND '.join(conditions)} ORDER BY e.id LIMIT :limit",
        **values,
    )


def trails(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Finished visits of enrollments, in order."""
    return rows(
        connection,
        "SELECT enrollment_id, seq, node, exit, arrived_at, left_at FROM visit WHERE enrollment_id IN [ids]"
        " ORDER BY enrollment_id, seq",
        ids=list(ids),
    )


def get(connection: Connection, enrollment_id: int) -> Row[Any] | None:
    """One enrollment."""
    return one(connection, "SELECT * FROM enrollment WHERE id = :id", id=enrollment_id)
