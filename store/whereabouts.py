"""Where contacts are and how they came there: enrollments and their trails, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.contacts import pattern
from store.sql import one, rows

COLUMNS = (
    "e.id, e.contact_id, e.status, e.reason, e.node, e.seq, e.arrived_at, e.entered_at, e.ended_at, e.due_at,"
    " e.parked_at, e.waiting_for, e.converted, e.version_id, c.external_id, j.public_id, j.name AS journey_name,"
    " j.status AS journey_status, j.ends_at AS journey_ends_at, v.version"
)
JOINED = (
    "enrollment e JOIN contact c ON c.id = e.contact_id JOIN journey j ON j.id = e.journey_id"
    " JOIN journey_version v ON v.id = e.version_id"
)
#: Statuses of those who have not left.
INSIDE = "e.status IN ('active', 'waiting')"


def page(
    connection: Connection,
    *,
    journey_id: int | None,
    contact_id: int | None,
    status: str,
    node: str,
    search: str,
    newest: bool,
    after: int,
    limit: int,
) -> Sequence[Row[Any]]:
    """Enrollments for a list, oldest first or newest first; `status` may be `inside`."""
    values: dict[str, Any] = {"limit": limit}
    conditions = ["1 = 1"]
    if after:
        conditions, values["after"] = [f"e.id {'<' if newest else '>'} :after"], after
    if status == "inside":
        conditions.append(INSIDE)
        status = ""
    for column, value in (("journey_id", journey_id), ("contact_id", contact_id), ("status", status), ("node", node)):
        if value not in (None, ""):
            conditions.append(f"e.{column} = :{column}")
            values[column] = value
    if search:
        conditions.append("c.searched LIKE :search ESCAPE '!'")
        values["search"] = pattern(search)
    order = "DESC" if newest else "ASC"
    statement = f"SELECT {COLUMNS} FROM {JOINED} WHERE {' AND '.join(conditions)} ORDER BY e.id {order} LIMIT :limit"
    return rows(connection, statement, **values)


def get(connection: Connection, enrollment_id: int) -> Row[Any] | None:
    """One enrollment, as in a list."""
    return one(connection, f"SELECT {COLUMNS} FROM {JOINED} WHERE e.id = :id", id=enrollment_id)


def trails(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Finished visits of enrollments, in order."""
    return rows(
        connection,
        "SELECT enrollment_id, seq, node, exit, arrived_at, left_at FROM visit WHERE enrollment_id IN [ids]"
        " ORDER BY enrollment_id, seq",
        ids=list(ids),
    )


def on_their_way(connection: Connection, found: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """The message that each of these enrollments waits for: the oldest that has not gone out."""
    waiting = [row for row in found if row.status == "waiting" and row.waiting_for == "answer"]
    if not waiting:
        return {}
    pending = rows(
        connection,
        "SELECT enrollment_id, state, reason, ready_at, expires_at, sending_at FROM delivery"
        " WHERE contact_id IN [contacts] AND enrollment_id IN [ids]"
        " AND state IN ('planned', 'held', 'ready', 'sending') ORDER BY id DESC",
        contacts=[row.contact_id for row in waiting],
        ids=[row.id for row in waiting],
    )
    return {row.enrollment_id: row for row in pending}
