"""The two compilers of rules agree: in Python for one contact, in SQL for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from journeys.compared import compared
from journeys.facts import Past
from journeys.rules import Facts, check_rule, compile_rule, event_key, wanted
from store.database import Database
from store.rule_sql import condition
from store.schema import upgrade
from store.sql import insert, rows, run
from store.tables import Consent, Contact, Event, Segment, SegmentMember
from store.tables.columns import micros

NOW = datetime(2040, 3, 25, 1, 30, tzinfo=UTC)
ZONES = ["UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York"]
CONTACT = ("id", "external_id", "attributes", "tags", "timezone", "searched", "compared", "created_at", "updated_at")
EVENT = ("contact_id", "name", "properties", "compared", "source", "message_id", "at", "received_at")

texts = st.sampled_from(
    ["", "a", "A ", "ё", "Е", "straße", "STRASSE", "15", "15.0", "1,5", "x15", 'q"u\\o', "Привет, МИР", "ﬁ", "9" * 18]
)
# Berlin's clock skips 02:00 to 03:00 in that night.
dates = st.sampled_from(
    [
        "2040-03-25",
        "2040-03-25T02:30",
        "2040-03-25T02:30:00+03:00",
        "2040-03-25 01:30:00Z",
        "2040-03-24T01:30:00.5Z",
        "2040-10-28T02:30",
        "2040-13-01",
        "0001-01-01",
    ]
)
numbers = st.sampled_from([0, 1, -2, 15, 15.0, 1.5, 0.1, 2**53 - 1])
scalars = texts | numbers | st.booleans()
values = scalars | dates
nested = st.lists(values | st.none(), max_size=3) | st.fixed_dictionaries({"b": values | st.none()})
people = st.dictionaries(st.sampled_from(["a", "b", "a.b", 'k"[0]', "contact", "Город"]), values | nested, max_size=4)
paths = st.sampled_from(["a", "b", "a.b", "a.b.c", 'k"[0]', "contact.a", "Город", "event.a", "answers.a", "nobody"])
limits = dates.filter(lambda text: not text.startswith("2040-13")) | st.just("now") | st.just({"days": -1})


def asks(names: list[str], of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda path, name, value: {"attribute": path, "is": name, "value": value}, paths, st.sampled_from(names), of
    )


attributes = st.one_of(
    asks(["equal", "not_equal"], scalars | dates),
    asks(["less", "at_most", "more", "at_least"], numbers | st.sampled_from(["1,5", "-2"])),
    asks(["contains"], scalars.filter(lambda each: not isinstance(each, str) or bool(each.strip()))),
    asks(["starts_with"], texts.filter(lambda text: bool(text.strip()))),
    asks(["in"], st.lists(scalars, min_size=1, max_size=4)),
    asks(["exists"], st.booleans()),
    asks(["before", "after"], limits),
    asks(["within"], st.sampled_from(["P1D", "PT1S", {"next": "P300D"}])),
)


def grouped(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves | st.just({}),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
            | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
            | inner.map(lambda part: {"not": part})
        ),
        max_leaves=6,
    )


events = st.fixed_dictionaries(
    {"event": st.sampled_from(["bought", "Bought"])},
    optional={"where": grouped(attributes), "at_least": st.integers(1, 3), "within": st.sampled_from(["PT1H", "P9D"])},
)
others = st.sampled_from(
    [{"tag": "t"}, {"tag": "нет"}, {"segment": "s1"}, {"segment": "s2"}, {"consent": "viber"},
     {"consent": "telegram", "purpose": "service"}]
)  # fmt: skip
plain = st.fixed_dictionaries({"event": st.just("bought")}, optional={"at_least": st.integers(1, 3)}) | others
rules = (grouped(attributes | events | others) | grouped(plain)).filter(lambda rule: not check_rule(rule))
persons = st.fixed_dictionaries(
    {
        "attributes": people,
        "tags": st.lists(st.sampled_from(["t", "T", "x"]), max_size=2),
        "zone": st.sampled_from(ZONES),
        "segments": st.sets(st.sampled_from(["s1"])),
        "consents": st.sets(st.sampled_from([("viber", "marketing"), ("telegram", "service")])),
        "events": st.lists(st.tuples(people, st.sampled_from([0, 30, 90, 60 * 24 * 10])), max_size=3),
    }
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    upgrade(database_url)
    made = Database(database_url)
    made.transact(
        lambda each: insert(
            each,
            Segment,
            ("id", "public_id", "name", "rule", "cursor", "created_at", "updated_at"),
            [(1, "s1", "One", {}, 0, 0, 0)],
        )
    )
    yield made
    made.close()


def by_python(rule: dict[str, Any], person: dict[str, Any]) -> bool:
    want, zone = wanted(rule), person["zone"]
    past = [Past("bought", properties, NOW - timedelta(minutes=ago)) for properties, ago in person["events"]]

    def fits(clause: Any, each: Past) -> bool:
        recent = (
            clause.within is None
            or each.at >= NOW - {"PT1H": timedelta(hours=1), "P9D": timedelta(days=9)}[clause.within]
        )
        return (
            each.name == clause.name and recent and clause.fits(Facts(now=NOW, attributes=each.properties, zone=zone))
        )

    counts = {event_key(clause): sum(fits(clause, each) for each in past) for clause in want.events}
    facts = Facts(
        now=NOW,
        attributes=person["attributes"],
        tags=person["tags"],
        segments=person["segments"],
        consents=person["consents"],
        counts=counts,
        zone=zone,
    )
    return compile_rule(rule)(facts)


def put(connection: Connection, crowd: list[dict[str, Any]]) -> None:
    """The crowd, and nobody else."""
    for table in ("contact", "event", "segment_member", "consent"):
        run(connection, f"DELETE FROM {table}")
    insert(
        connection,
        Contact,
        CONTACT,
        [
            (
                n,
                f"c{n}",
                one["attributes"],
                one["tags"],
                one["zone"],
                "",
                compared(one["attributes"], one["zone"]),
                0,
                0,
            )
            for n, one in enumerate(crowd, 1)
        ],
    )
    happened = [
        (n, "bought", properties, compared(properties, one["zone"]), "s", f"{n}-{k}", 0, micros(NOW) - ago * 60_000_000)
        for n, one in enumerate(crowd, 1)
        for k, (properties, ago) in enumerate(one["events"])
    ]
    insert(connection, Event, EVENT, happened)
    inside = [(1, n, 0) for n, one in enumerate(crowd, 1) if one["segments"]]
    insert(connection, SegmentMember, ("segment_id", "contact_id", "since"), inside)
    given_ = [(n, *pair, True, True, 0) for n, one in enumerate(crowd, 1) for pair in sorted(one["consents"])]
    insert(connection, Consent, ("contact_id", "channel", "purpose", "granted", "proven", "at"), given_)


@given(crowd=st.lists(persons, min_size=1, max_size=4), asked=st.lists(rules, min_size=1, max_size=8))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_rule_holds_in_sql_for_whom_it_holds_in_python(
    database: Database, crowd: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    def work(connection: Connection) -> None:
        put(connection, crowd)
        for rule in asked:
            holds, bound = condition(rule, connection.dialect.name, NOW)
            statement = f"SELECT c.id FROM contact c WHERE {holds}"
            found = {row.id for row in rows(connection, statement, **bound)}
            assert found == {n for n, person in enumerate(crowd, 1) if by_python(rule, person)}, rule
        # What compares nothing holds for the same people where nothing was worked out.
        run(connection, "UPDATE contact SET compared = '{}'")
        run(connection, "UPDATE event SET compared = NULL")
        for rule in (each for each in asked if not wanted(each).compares):
            holds, bound = condition(rule, connection.dialect.name, NOW)
            found = {row.id for row in rows(connection, f"SELECT c.id FROM contact c WHERE {holds}", **bound)}
            assert found == {n for n, person in enumerate(crowd, 1) if by_python(rule, person)}, rule

    database.transact(work)
