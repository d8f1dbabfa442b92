"""Segments: their rules, who is in them, and whom they have not looked at yet."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from store.rule_sql import condition
from store.sql import insert_new, one, parsed, rows, run, update
from store.tables import Contact, Event, Segment

#: The lock of what segments watch: shared by those who report events, alone with who changes it.
WATCHED = 727003
#: What is kept of a contact for whom nothing was worked out; both databases take it for JSON.
NOTHING = "'{}'"
COLUMNS = "id, public_id, name, rule, due_at, cursor, refreshed_at, created_at, updated_at"


def hold_still(connection: Connection) -> None:
    """Nobody begins to watch events until this transaction, which reports some, has ended: before its other locks.

    Otherwise neither would see the other: whoever reports finds no segment that counts the event, and the segment's
    first round does not find the event.
    """
    if connection.dialect.name == "postgresql":
        run(connection, f"SELECT pg_advisory_xact_lock_shared({WATCHED})")


def _wait_for_reports(connection: Connection) -> None:
    """Whoever reports events just now does not know of the rule; all who come after its commit do."""
    if connection.dialect.name == "postgresql":
        run(connection, f"SELECT pg_advisory_xact_lock({WATCHED})")


def create(connection: Connection, public_id: str, name: str, rule: Mapping[str, Any], now: int) -> str | None:
    """A new segment, filled in the background: its public id, random unless given; None when it is taken."""
    _wait_for_reports(connection)
    made = public_id or f"s_{secrets.token_hex(6)}"
    columns = ("public_id", "name", "rule", "due_at", "cursor", "created_at", "updated_at")
    added = insert_new(connection, Segment, columns, [(made, name, dict(rule), now, 0, now, now)], ("id",))
    return made if added else None


def change(connection: Connection, segment_id: int, name: str, rule: Mapping[str, Any], now: int) -> None:
    """Change a segment; everybody is looked at again."""
    _wait_for_reports(connection)
    update(
        connection,
        Segment,
        ("name", "rule", "due_at", "cursor", "updated_at"),
        [(name, dict(rule), now, 0, now, segment_id)],
    )


def remove(connection: Connection, segment_id: int) -> None:
    """Remove a segment and its memberships."""
    run(connection, "DELETE FROM segment_member WHERE segment_id = :id", id=segment_id)
    run(connection, "DELETE FROM segment WHERE id = :id", id=segment_id)


def get(connection: Connection, public_id: str) -> Row[Any] | None:
    """One segment by its public id."""
    return one(connection, f"SELECT {COLUMNS} FROM segment WHERE public_id = :id", id=public_id)


def everything(connection: Connection) -> Sequence[Row[Any]]:
    """All segments, oldest first; a project has at most some hundreds."""
    return rows(connection, f"SELECT {COLUMNS} FROM segment ORDER BY id")


def sizes(connection: Connection, segment_ids: Collection[int]) -> dict[int, int]:
    """How many contacts some segments hold."""
    found = rows(
        connection,
        "SELECT segment_id, count(*) AS many FROM segment_member WHERE segment_id IN [ids] GROUP BY segment_id",
        ids=sorted(segment_ids),
    )
    return {row.segment_id: row.many for row in found}


def members(connection: Connection, segment_id: int, after: int, limit: int) -> Sequence[Row[Any]]:
    """Contacts of a segment: id, external_id, since."""
    return rows(
        connection,
        "SELECT c.id, c.external_id, m.since FROM segment_member m JOIN contact c ON c.id = m.contact_id"
        " WHERE m.segment_id = :id AND m.contact_id > :after ORDER BY m.contact_id LIMIT :limit",
        id=segment_id,
        after=after,
        limit=limit,
    )


def of_contacts(connection: Connection, contact_ids: Collection[int]) -> dict[int, set[str]]:
    """The public ids of the segments that each contact is in."""
    found: dict[int, set[str]] = {}
    for row in rows(
        connection,
        "SELECT m.contact_id, s.public_id FROM segment_member m JOIN segment s ON s.id = m.segment_id"
        " WHERE m.contact_id IN [ids]",
        ids=sorted(contact_ids),
    ):
        found.setdefault(row.contact_id, set()).add(row.public_id)
    return found


# Looking at contacts -------------------------------------------------------------------------------
def uncompared(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Contacts that changed since they were looked at, locked: id, attributes, timezone."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        f"SELECT id, attributes, timezone FROM contact WHERE compared IS NULL ORDER BY id LIMIT :limit{lock}",
        limit=limit,
    )


def next_uncompared(connection: Connection, limit: int) -> list[int]:
    """Ids of contacts that are looked at next, not locked yet."""
    statement = "SELECT id FROM contact WHERE compared IS NULL ORDER BY id LIMIT :limit"
    return [row.id for row in rows(connection, statement, limit=limit)]


def pass_over(connection: Connection, contact_ids: Collection[int]) -> None:
    """Contacts were looked at by rules that compare nothing: what others would compare is not worked out yet."""
    run(connection, f"UPDATE contact SET compared = {NOTHING} WHERE id IN [ids]", ids=sorted(contact_ids))


def passed_over(connection: Connection, contact_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Those of some contacts for whom nothing was worked out, locked: id, attributes, timezone."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, attributes, timezone FROM contact WHERE id IN [ids] AND gone_at IS NULL"
        f" AND compared = {NOTHING} ORDER BY id{lock}",
        ids=sorted(contact_ids),
    )


def uncompared_events(
    connection: Connection, contact_ids: Collection[int], names: Collection[str]
) -> Sequence[Row[Any]]:
    """Events that rules look into and that were not read in the contact's present zone: id, properties, zone."""
    return rows(
        connection,
        "SELECT e.id, e.properties, c.compared ->> 'z' AS zone FROM event e JOIN contact c ON c.id = e.contact_id"
        " WHERE e.contact_id IN [ids] AND e.name IN [names:text] AND c.compared IS NOT NULL"
        " AND (e.compared IS NULL OR e.compared ->> 'z' <> c.compared ->> 'z') ORDER BY e.id",
        ids=sorted(contact_ids),
        names=sorted(names),
    )


def keep_compared(connection: Connection, of_people: Sequence[tuple[Any, int]]) -> None:
    """Write down what rules in SQL compare of contacts: (compared, id)."""
    update(connection, Contact, ("compared",), of_people)


def keep_compared_events(connection: Connection, of_events: Sequence[tuple[Any, int]]) -> None:
    """Write down what rules in SQL compare of events: (compared, id)."""
    update(connection, Event, ("compared",), of_events)


def look_again(connection: Connection, contact_ids: Collection[int]) -> None:
    """Have the segments look at contacts again: something that rules may ask about has changed."""
    if not contact_ids:
        return
    ids = sorted(contact_ids)
    if connection.dialect.name == "postgresql":
        # Also whoever waits to be looked at: who looks at them just now has not seen the change. One order for all.
        rows(connection, "SELECT id FROM contact WHERE id IN [ids] ORDER BY id FOR NO KEY UPDATE", ids=ids)
    run(connection, "UPDATE contact SET compared = NULL WHERE id IN [ids] AND compared IS NOT NULL", ids=ids)


def due(connection: Connection, now: int) -> Row[Any] | None:
    """A segment whose round is due, locked."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    statement = f"SELECT {COLUMNS} FROM segment WHERE due_at <= :now ORDER BY due_at, id LIMIT 1{lock}"
    return one(connection, statement, now=now)


def page(connection: Connection, after: int, limit: int) -> list[int]:
    """The ids of the next contacts."""
    found = rows(
        connection, "SELECT id FROM contact WHERE id > :after ORDER BY id LIMIT :limit", after=after, limit=limit
    )
    return [row.id for row in found]


def advance(connection: Connection, segment_id: int, cursor: int, due_at: int | None, refreshed_at: int | None) -> None:
    """Write down how far a round has come."""
    values = [(cursor, due_at, refreshed_at, segment_id)]
    update(connection, Segment, ("cursor", "due_at", "refreshed_at"), values)


def settle(
    connection: Connection, segment: Row[Any], contact_ids: Collection[int], now: datetime, at: int
) -> tuple[list[int], list[int]]:
    """Bring the membership of some contacts up to date in two statements: who entered and who left.

    Contacts that were changed meanwhile are passed over: they are looked at again.
    """
    holds, values = condition(parsed(segment.rule), connection.dialect.name, now)
    ids, some = sorted(contact_ids), {"segment": segment.id, "at": at}
    entered = rows(
        connection,
        "INSERT INTO segment_member (segment_id, contact_id, since)"
        " SELECT :segment, c.id, :at FROM contact c"
        f" WHERE c.id IN [ids] AND c.compared IS NOT NULL AND c.gone_at IS NULL AND {holds}"
        " ON CONFLICT DO NOTHING RETURNING contact_id",
        ids=ids,
        **some,
        **values,
    )
    left = rows(
        connection,
        "DELETE FROM segment_member WHERE segment_id = :segment AND contact_id IN [ids] AND NOT EXISTS"
        f" (SELECT 1 FROM contact c WHERE c.id = segment_member.contact_id AND (c.compared IS NULL OR {holds}))"
        " RETURNING contact_id",
        ids=ids,
        segment=segment.id,
        **values,
    )
    return sorted(row.contact_id for row in entered), sorted(row.contact_id for row in left)


def inside(connection: Connection, public_id: str, contact_ids: Collection[int]) -> set[int]:
    """Which of some contacts are in a segment."""
    found = rows(
        connection,
        "SELECT m.contact_id FROM segment_member m JOIN segment s ON s.id = m.segment_id"
        " WHERE s.public_id = :name AND m.contact_id IN [ids]",
        name=public_id,
        ids=sorted(contact_ids),
    )
    return {row.contact_id for row in found}
