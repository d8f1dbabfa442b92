"""Rows written by what they share are the rows that were meant, on both databases, few or many of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from store.alike import FEW, insert_groups, insert_in_order, update_groups
from store.database import Database
from store.enrollments import MOVED, VISITED
from store.planning import OWN, SAME
from store.sql import insert, insert_new, parsed, rows, tuples
from store.tables import Delivery, Enrollment, Visit

MANY = 3 * FEW
SAMES: dict[str, Any] = {
    "journey_id": 1, "version_id": 2, "status": "active", "reason": "", "node": "a", "seq": 0, "arrived_at": 5,
    "entered_at": 5, "waiting_for": "", "converted": False,
}  # fmt: skip


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def enter(database: Database, contacts: range) -> dict[int, int]:
    """Enrollments by contact."""
    columns = ("contact_id", "slot", "stateful")
    values = [(contact, f"in:{contact}", contact % 2 == 0) for contact in contacts]
    made = database.transact(
        lambda each: insert_new(each, Enrollment, columns, values, ("id", "contact_id", "stateful"), SAMES)
    )
    assert all(bool(row.stateful) == (row.contact_id % 2 == 0) for row in made)
    return {row.contact_id: row.id for row in made}


def all_of(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in tuples(connection, statement)]


def test_new_rows_share_what_they_share(database: Database) -> None:
    assert sorted(enter(database, range(10))) == list(range(10))
    assert sorted(enter(database, range(5, 15))) == list(range(10, 15))
    found = all_of(database, f"SELECT DISTINCT {', '.join(SAMES)} FROM enrollment")
    assert found == [tuple(SAMES.values())]


@pytest.mark.parametrize("many", [1, FEW - 1, FEW, MANY])
def test_groups_of_visits(database: Database, many: int) -> None:
    walked = {(0, 2, "ask", 5, 6, "yes"): [*range(many)], (1, 2, "«bye»", 6, 7, None): [*range(MANY)]}
    database.transact(lambda each: insert_groups(each, Visit, "enrollment_id", VISITED, walked))
    found = all_of(database, f"SELECT enrollment_id, {', '.join(VISITED)} FROM visit")
    assert sorted(found, key=str) == sorted(((who, *what) for what, all_ in walked.items() for who in all_), key=str)


@pytest.mark.parametrize("many", [1, FEW - 1, FEW, MANY])
def test_groups_of_moves(database: Database, many: int) -> None:
    ids = list(enter(database, range(MANY + 1)).values())
    there = ("waiting", "it's", "b", 3, 7, None, 9, "time", True, False)
    gone = ("completed", "done", "c", 4, 8, 9, None, "", False, True)
    groups = {there: ids[:many], gone: ids[many:MANY]}
    database.transact(lambda each: update_groups(each, Enrollment, MOVED, groups))
    found = all_of(database, f"SELECT id, {', '.join(MOVED)} FROM enrollment ORDER BY id")
    assert found[:many] == [(each, *there) for each in ids[:many]]
    assert found[many:MANY] == [(each, *gone) for each in ids[many:MANY]]
    assert [row[1] for row in found[MANY:]] == ["active"]


def same(node: str, state: str, accepted: int | None) -> tuple[Any, ...]:
    return (1, 2, node, "", 3, "service", state, "", None, 99, 1, "outlet", "default", 7, accepted)


@pytest.mark.parametrize("many", [1, MANY])
@pytest.mark.parametrize("kinds", [1, 3])
def test_rows_keep_their_order_whatever_they_share(database: Database, many: int, kinds: int) -> None:
    contents: list[Any] = [None, {"text": 'He said: "ё"\n', "n": [1, None]}, {"text": "null"}]
    alike = [same("hello", "accepted", 7), same("it's", "planned", None), same("hello", "planned", None)]
    values = [
        ((number, 7 * number, f"v:{number}:0:", f"a{number}", contents[number % 3]), alike[number % kinds])
        for number in reversed(range(many))
    ]
    database.transact(lambda each: insert_in_order(each, Delivery, OWN, SAME, values))
    with database.read() as connection:
        found = rows(connection, f"SELECT {', '.join((*OWN, *SAME))} FROM delivery ORDER BY id")
    named = [dict(zip((*OWN, *SAME), (*own, *shared), strict=True)) for own, shared in values]
    assert [{**row._mapping, "content": parsed(row.content)} for row in found] == named


def test_nothing_is_nothing(database: Database) -> None:
    def work(connection: Any) -> None:
        insert_groups(connection, Visit, "enrollment_id", VISITED, {})
        update_groups(connection, Enrollment, MOVED, {})
        insert_in_order(connection, Delivery, OWN, SAME, [])
        insert(connection, Visit, VISITED, [])

    database.transact(work)
    assert all_of(database, "SELECT 1 FROM visit UNION ALL SELECT 1 FROM delivery") == []
