"""Enrollments: entering, claiming what is due, and writing the moves of a whole batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from store.alike import insert_groups, update_groups
from store.claims import Claimed, read
from store.sql import insert, insert_new, parsed, rows, run, scalar, update
from store.tables import Enrollment, EnrollmentState, Signal, Visit


class Entering(NamedTuple):
    """One contact about to enter."""

    contact_id: int
    slot: str
    event: Mapping[str, Any] | None = None


#: How a walk leaves its enrollment.
MOVED = (
    "status", "reason", "node", "seq", "arrived_at", "ended_at", "due_at", "waiting_for", "stateful", "converted",
)  # fmt: skip
#: A finished visit, but for whose it is.
VISITED = ("seq", "version_id", "node", "arrived_at", "left_at", "exit")
#: What enrollments have come to, or visits that are alike: those who share it, by their ids.
Groups = Mapping[tuple[Any, ...], Sequence[int]]


def enter(
    connection: Connection, journey_id: int, version_id: int, start: str, entering: Sequence[Entering], now: int
) -> dict[tuple[int, str], int]:
    """Create the enrollments that the unique index allows: ids by (contact, slot)."""
    same = {
        "journey_id": journey_id, "version_id": version_id, "status": "active", "reason": "", "node": start, "seq": 0,
        "arrived_at": now, "entered_at": now, "due_at": now, "waiting_for": "", "converted": False,
    }  # fmt: skip
    first = sorted(entering, key=itemgetter(0, 1))
    values = [(contact, slot, bool(event)) for contact, slot, event in first]
    returning = ("id", "contact_id", "slot")
    made = insert_new(connection, Enrollment, ("contact_id", "slot", "stateful"), values, returning, same)
    ids = {(contact, slot): enrollment for enrollment, contact, slot in made}
    states: list[tuple[int, Any, Any]] = [
        (ids[(contact, slot)], event, {}) for contact, slot, event in entering if event and (contact, slot) in ids
    ]
    insert(
        connection, EnrollmentState, ("enrollment_id", "event", "kept"), list({row[0]: row for row in states}.values())
    )
    return ids


def last_ended(connection: Connection, journey_id: int, contact_ids: Sequence[int]) -> dict[int, int]:
    """When each contact last left this journey."""
    found = rows(
        connection,
        "SELECT contact_id, max(ended_at) AS ended_at FROM enrollment WHERE contact_id IN [ids]"
        " AND journey_id = :journey AND ended_at IS NOT NULL GROUP BY contact_id",
        ids=list(contact_ids),
        journey=journey_id,
    )
    return {row.contact_id: row.ended_at for row in found}


def inside(connection: Connection, journey_id: int, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Running trips of these contacts on this journey."""
    return rows(
        connection,
        "SELECT id, contact_id, slot FROM enrollment WHERE contact_id IN [ids] AND journey_id = :journey"
        " AND status IN ('active', 'waiting')",
        ids=list(contact_ids),
        journey=journey_id,
    )


def take(connection: Connection, ids: Sequence[int]) -> Sequence[Claimed]:
    """These running enrollments, whether due or not, with their contacts; locked until the transaction ends."""
    if connection.dialect.name == "postgresql":
        rows(connection, "SELECT id FROM enrollment WHERE id IN [ids] ORDER BY id FOR UPDATE", ids=sorted(ids))
    return read(connection, "IN [ids] AND e.status IN ('active', 'waiting')", ids=sorted(ids))


def states(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What the given enrollments carry."""
    if not ids:
        return {}
    found = rows(
        connection,
        "SELECT enrollment_id, event, kept FROM enrollment_state WHERE enrollment_id IN [ids]",
        ids=list(ids),
    )
    return {row.enrollment_id: row for row in found}


def forget(connection: Connection, carried: Sequence[Row[Any]]) -> None:
    """Let trips forget their present visits' memory, not what they carry; `carried` are rows of `states`."""
    values = []
    for row in carried:
        kept = parsed(row.kept)
        if kept.pop("memory", None):
            values.append((kept, row.enrollment_id))
    update(connection, EnrollmentState, ("kept",), values, key="enrollment_id")


def taken_out(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Which of these trips ended before their end: exited or failed."""
    if not ids:
        return set()
    statement = "SELECT id FROM enrollment WHERE id IN [ids] AND status IN ('exited', 'failed')"
    return {int(row.id) for row in rows(connection, statement, ids=list(ids))}


def signals(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """What the given enrollments have not heard yet, in the order of receiving."""
    return rows(
        connection,
        "SELECT id, enrollment_id, kind, payload, at FROM signal WHERE enrollment_id IN [ids] ORDER BY id",
        ids=list(ids),
    )


def send_signals(connection: Connection, values: Sequence[tuple[int, str, Mapping[str, Any], int]], now: int) -> None:
    """Leave (enrollment, kind, payload, at) for trips, and make them due; finished trips hear nothing."""
    if not values:
        return
    # Another engine may just have ended some: who is locked here and still running will hear.
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    going = f"SELECT id FROM enrollment WHERE id IN [ids] AND status IN ('active', 'waiting') ORDER BY id{lock}"
    running = {row.id for row in rows(connection, going, ids=sorted({value[0] for value in values}))}
    values = [value for value in values if value[0] in running]
    insert(connection, Signal, ("enrollment_id", "kind", "payload", "at"), values)
    run(
        connection,
        "UPDATE enrollment SET due_at = :now WHERE id IN [ids] AND (due_at IS NULL OR due_at > :now)",
        now=now,
        ids=sorted({value[0] for value in values}),
    )


def save(
    connection: Connection,
    moved: Groups,
    freed: Groups,
    visits: Groups,
    new_states: Sequence[tuple[int, Any, Any]],
    heard: Sequence[int],
) -> None:
    """Write a batch of walks: positions (`MOVED`), finished visits (`VISITED`), what is carried; forget `heard`.

    The `freed` have moved too, and let go of their slot: their contacts may enter again.
    """
    update_groups(connection, Enrollment, MOVED, moved)
    update_groups(connection, Enrollment, (*MOVED, "slot"), {(*to, None): ids for to, ids in freed.items()})
    insert_groups(connection, Visit, "enrollment_id", VISITED, visits)
    if new_states:
        run(connection, "DELETE FROM enrollment_state WHERE enrollment_id IN [ids]", ids=[row[0] for row in new_states])
        insert(connection, EnrollmentState, ("enrollment_id", "event", "kept"), new_states)
    if heard:
        run(connection, "DELETE FROM signal WHERE id IN [ids]", ids=list(heard))


def park(connection: Connection, ids: Sequence[int]) -> None:
    """Put due enrollments of paused journeys aside until they are resumed."""
    if ids:
        run(connection, "UPDATE enrollment SET parked_at = due_at, due_at = NULL WHERE id IN [ids]", ids=list(ids))


def unpark(connection: Connection, journey_id: int) -> int:
    """Make due again what was put aside while the journey was paused."""
    return run(
        connection,
        "UPDATE enrollment SET due_at = parked_at, parked_at = NULL WHERE journey_id = :id AND parked_at IS NOT NULL"
        " AND status IN ('active', 'waiting')",
        id=journey_id,
    )


def shift(connection: Connection, journey_id: int, by: int, now: int) -> None:
    """Let the waiting trips and unsent messages of a journey be as if the time `by` had not passed; all look again."""
    run(
        connection,
        "UPDATE enrollment SET arrived_at = arrived_at + :by, due_at = :now, parked_at = NULL WHERE journey_id = :id"
        " AND status = 'waiting'",
        id=journey_id,
        by=by,
        now=now,
    )
    run(
        connection,
        "UPDATE delivery SET expires_at = expires_at + :by WHERE journey_id = :id"
        " AND state IN ('planned', 'held', 'ready')",
        id=journey_id,
        by=by,
    )


def running(
    connection: Connection,
    journey_id: int,
    after: int,
    limit: int,
    *,
    node: str = "",
    contact_ids: Sequence[int] | None = None,
) -> Sequence[int]:
    """Ids of the journey's running trips, paged; only those in a node, or of some contacts, when they are named."""
    where = " AND node = :node" if node else ""
    where += " AND contact_id IN [contacts]" if contact_ids is not None else ""
    named: dict[str, Any] = {"node": node} if node else {}
    named |= {"contacts": list(contact_ids)} if contact_ids is not None else {}
    found = rows(
        connection,
        "SELECT id FROM enrollment WHERE journey_id = :id AND id > :after AND status IN ('active', 'waiting')"
        f"{where} ORDER BY id LIMIT :limit",
        id=journey_id,
        after=after,
        limit=limit,
        **named,
    )
    return [row.id for row in found]


def waiting_of(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Running trips of contacts: what each waits for."""
    return rows(
        connection,
        "SELECT id, contact_id, journey_id, version_id, node, seq, status, waiting_for, due_at FROM enrollment"
        " WHERE contact_id IN [ids] AND status IN ('active', 'waiting') ORDER BY id",
        ids=list(contact_ids),
    )


def next_due(connection: Connection) -> int | None:
    """The earliest instant at which an enrollment wants to move."""
    value = scalar(connection, "SELECT min(due_at) FROM enrollment WHERE due_at IS NOT NULL")
    return None if value is None else int(value)


def due_between(connection: Connection, after: int, until: int) -> int | None:
    """The latest instant in (after, until] at which an enrollment wants to move."""
    value = scalar(
        connection,
        "SELECT max(due_at) FROM enrollment WHERE due_at IS NOT NULL AND due_at > :after AND due_at <= :until",
        after=after,
        until=until,
    )
    return None if value is None else int(value)
