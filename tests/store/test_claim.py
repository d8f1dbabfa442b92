"""Which trips are claimed first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from store import claims, contacts, enrollments
from store.contacts import ContactFacts
from store.database import Database
from store.enrollments import Entering
from store.sql import rows


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def enter(connection: Connection, contact: int, at: int) -> None:
    enrollments.enter(connection, 1, 1, "a", [Entering(contact_id=contact, slot="in:")], at)


def test_whoever_has_replied_does_not_wait_for_the_crowd(database: Database) -> None:
    names = [f"c{number:02}" for number in range(30)]
    ids, _ = database.transact(
        lambda each: contacts.upsert(each, [ContactFacts(external_id=name) for name in names], 1)
    )
    for at, name in enumerate(names):
        database.transact(partial(enter, contact=ids[name], at=at))
    with database.read() as connection:
        trips = [row.id for row in rows(connection, "SELECT id FROM enrollment ORDER BY due_at")]
    last, event = trips[-1], trips[-2]
    signals: list[tuple[int, str, Mapping[str, Any], int]] = [
        (last, "reply", {"text": "hi"}, 100),
        (event, "event", {"name": "e", "properties": {}}, 100),
    ]
    database.transact(lambda each: enrollments.send_signals(each, signals, 100))

    def claimed(now: int, limit: int) -> list[int]:
        return database.transact(lambda each: [row.id for row in claims.claim(each, now, limit)])

    assert claimed(100, 20) == sorted([*trips[:2], last]), "the reply, and the oldest of the others beside it"
    database.transact(lambda each: enrollments.save(each, {}, {}, {}, [], [1, 2]))
    assert claimed(100, 20) == sorted(trips[:20]), "nobody has replied: the oldest"
    assert claimed(4, 20) == sorted(trips[:5]), "the due alone"
