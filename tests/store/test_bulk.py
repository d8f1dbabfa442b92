"""Bulk statements give the same rows on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from store.database import Database
from store.sql import insert, insert_new, one, parsed, rows, run, update
from store.tables import Contact

COLUMNS = ("external_id", "attributes", "tags", "timezone", "searched", "created_at", "updated_at")
#: What JSON can carry through both databases: no NUL, no lone surrogates, numbers that fit.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "ё"]), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def contact(name: str, attributes: object = None, zone: str | None = None) -> tuple[object, ...]:
    return (name, attributes or {}, [], zone, "", 1, 1)


def test_what_goes_in_comes_out(database: Database) -> None:
    values = [
        contact("a", {"n": 1, "s": "ё «»", "b": True, "x": None, "l": [1, "2"]}),
        contact("b", {}, "Europe/Moscow"),
    ]
    database.transact(lambda each: insert(each, Contact, COLUMNS, values))
    with database.read() as connection:
        found = rows(connection, "SELECT external_id, attributes, timezone FROM contact ORDER BY external_id")
    assert [(row.external_id, parsed(row.attributes), row.timezone) for row in found] == [
        ("a", {"n": 1, "s": "ё «»", "b": True, "x": None, "l": [1, "2"]}, None),
        ("b", {}, "Europe/Moscow"),
    ]


def test_a_row_that_breaks_a_rule_is_the_databases_error(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.transact(lambda each: insert(each, Contact, COLUMNS, [contact("a"), contact("a")]))
    with database.read() as connection:
        assert rows(connection, "SELECT id FROM contact") == []


def test_only_new_rows_go_in_and_come_back(database: Database) -> None:
    def work(values: list[tuple[object, ...]]) -> list[str]:
        made = database.transact(lambda each: insert_new(each, Contact, COLUMNS, values, ("id", "external_id")))
        return [row.external_id for row in made]

    assert work([contact("a"), contact("b", {"k": "v"})]) == ["a", "b"]
    assert work([contact("b", {"k": "other"}), contact("c")]) == ["c"]
    assert work([]) == []
    with database.read() as connection:
        kept = one(connection, "SELECT attributes FROM contact WHERE external_id = 'b'")
    assert kept is not None
    assert parsed(kept.attributes) == {"k": "v"}


def test_each_row_gets_its_own_values(database: Database) -> None:
    database.transact(lambda each: insert(each, Contact, COLUMNS, [contact(name) for name in "abc"]))
    values = [({"n": name}, None if name == "b" else "UTC", 7, name) for name in "ab"]
    columns = ("attributes", "timezone", "updated_at")
    assert database.transact(lambda each: update(each, Contact, columns, values, key="external_id")) == 2
    with database.read() as connection:
        found = rows(connection, "SELECT attributes, timezone, updated_at FROM contact ORDER BY external_id")
    assert [(parsed(row.attributes), row.timezone, row.updated_at) for row in found] == [
        ({"n": "a"}, "UTC", 7),
        ({"n": "b"}, None, 7),
        ({}, None, 1),
    ]


def test_lists_of_ids_and_of_texts(database: Database) -> None:
    database.transact(lambda each: insert(each, Contact, COLUMNS, [contact(name) for name in ("a", "b'", "ё")]))
    with database.read() as connection:
        named = rows(connection, "SELECT id FROM contact WHERE external_id IN [names:text]", names=["b'", "ё", "zzz"])
        ids = [row.id for row in named]
        again = rows(connection, "SELECT external_id FROM contact WHERE id IN [ids] ORDER BY id", ids=ids)
        nothing = rows(connection, "SELECT id FROM contact WHERE id IN [ids]", ids=[])
    assert [row.external_id for row in again] == ["b'", "ё"]
    assert nothing == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attributes=st.dictionaries(st.sampled_from(["a", "b", "c d", "«»"]), JSON, max_size=4))
def test_any_attributes_survive_both_ways_of_inserting(database: Database, attributes: dict[str, object]) -> None:
    def work(connection: object) -> None:
        run(connection, "DELETE FROM contact")  # type: ignore[arg-type]
        insert(connection, Contact, COLUMNS, [contact("one", attributes)])  # type: ignore[arg-type]
        insert_new(connection, Contact, COLUMNS, [contact("two", attributes)], ("id",))  # type: ignore[arg-type]

    database.transact(work)
    with database.read() as connection:
        found = rows(connection, "SELECT attributes FROM contact")
    assert [parsed(row.attributes) for row in found] == [attributes, attributes]
