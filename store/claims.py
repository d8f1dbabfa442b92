"""Which enrollments are moved next: claimed with their contacts, those who replied before a crowd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from store.sql import rows, tuples

REPLIED = " AND id IN (SELECT enrollment_id FROM signal WHERE kind = 'reply')"


class Claimed(NamedTuple):
    """An enrollment that is to be moved, with its contact; read a dozen times each, so a tuple of its own."""

    id: int
    journey_id: int
    version_id: int
    contact_id: int
    slot: str | None
    status: str
    node: str
    seq: int
    arrived_at: int
    entered_at: int
    due_at: int | None
    stateful: bool
    converted: bool
    external_id: str
    attributes: Any
    tags: Any
    timezone: str | None


CONTACTS = ("external_id", "attributes", "tags", "timezone")
CLAIMED = ", ".join(f"{'c' if name in CONTACTS else 'e'}.{name}" for name in Claimed._fields)


def claim(connection: Connection, now: int, limit: int) -> Sequence[Claimed]:
    """The enrollments that are due, with their contacts; locked until the transaction ends.

    Whoever has replied comes first, with few others beside, so that a conversation does not wait for a crowd's timers;
    then the oldest. PostgreSQL: SKIP LOCKED, so that any number of engines share the work. SQLite: the caller is the
    only writer.
    """
    sqlite = connection.dialect.name == "sqlite"
    due = "SELECT id FROM enrollment WHERE due_at <= :now"
    lock = "" if sqlite else " FOR UPDATE SKIP LOCKED"
    replied = {row.id for row in rows(connection, f"{due}{REPLIED} LIMIT :limit{lock}", now=now, limit=limit)}
    if sqlite and not replied:
        return read(connection, f"IN ({due} ORDER BY due_at LIMIT :limit)", now=now, limit=limit)
    # Locked first and read by the next statement: it sees what another engine has committed just before.
    oldest = f"{due} ORDER BY due_at LIMIT :limit{lock}"
    ids = replied | {row.id for row in rows(connection, oldest, now=now, limit=limit // 10 if replied else limit)}
    return read(connection, "IN [ids]", ids=sorted(ids)) if ids else []


def read(connection: Connection, which: str, **values: Any) -> Sequence[Claimed]:
    """The enrollments whose id is so, with their contacts, by id; `which` as `IN [ids]`."""
    statement = f"SELECT {CLAIMED} FROM enrollment e JOIN contact c ON c.id = e.contact_id WHERE e.id {which}"
    return [*map(Claimed._make, tuples(connection, f"{statement} ORDER BY e.id", **values))]
