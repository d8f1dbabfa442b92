"""Contacts who stand alike share a walk: it is always the one that each would have walked alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.alike import joined, walk_alike
from journeys.facts import Past, Person
from journeys.graph import Journey, read
from journeys.walk import Trip, Walk, walk
from nodes.visit import Answered
from tests.journeys.documents import drawn, step

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def rule(name: str, value: Any, way: str = "equal") -> dict[str, Any]:
    return {"attribute": name, "is": way, "value": value}


def branch(node: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return step(node, "condition", branches=[{"exit": "yes", "rule": asked}])


#: Looks at an attribute, then at another one only behind the first, at a tag, the zone, all attributes, the id, events.
MANY_WAYS = read(
    drawn(
        branch("a", rule("a", 1)),
        branch("b", rule("b.c", "x")),
        branch("tag", {"tag": "vip"}),
        step("set", "update", set={"a": "{{ contact.a }}!"}),
        step("nine", "wait", local_time="09:00"),
        branch("event", {"event": "paid", "at_least": 1}),
        step("half", "split", arms=[{"exit": "one"}, {"exit": "two"}]),
        step("bye", "exit"),
        step("hello", "send", text="Hello"),
        ways="a.yes>b a.otherwise>tag b.yes>set b.otherwise>nine tag.yes>half tag.otherwise>event event.yes>hello"
        " event.otherwise>nine set.done>nine nine.done>bye half.one>bye half.two>nine hello.sent>bye",
    )
)
VALUES = st.sampled_from([None, 1, 1.0, True, "1", "x", 2, {"c": "x"}, {"c": 1}, ["x"]])
PERSONS = st.builds(
    Person,
    external_id=st.sampled_from(["ann", "bob", "eve", "joe"]),
    attributes=st.dictionaries(st.sampled_from(["a", "b", "b.c", "phone"]), VALUES),
    tags=st.lists(st.just("vip"), max_size=1),
    zone=st.sampled_from([None, "Europe/Moscow", "Asia/Tokyo"]),
    events=st.lists(st.just(Past("paid", {}, NOW)), max_size=1),
)


def start(journey: Journey) -> Trip:
    return Trip(node=journey.start, seq=0, arrived_at=NOW, entered_at=NOW, arriving=True)


def alone(journey: Journey, person: Person) -> Walk:
    return walk(journey, start(journey), replace(person), NOW, NOW)


@given(st.lists(PERSONS, min_size=1, max_size=40))
def test_everybody_has_the_walk_that_they_would_have_alone(people: list[Person]) -> None:
    expected = [alone(MANY_WAYS, person) for person in people]
    done = walk_alike(MANY_WAYS, start(MANY_WAYS), people, NOW, NOW)
    found = {each: walked for walked, whose in done for each in whose}
    assert sum(len(whose) for _, whose in done) == len(people) == len(found)
    assert [found[each] for each in range(len(people))] == expected


def city(number: int) -> Person:
    return Person(external_id=f"c{number}", attributes={"a": number % 3, "b.c": number}, tags=["vip"])


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        (drawn(branch("a", rule("a", 1)), step("bye", "exit"), ways="a.yes>bye a.otherwise>bye"), 3),
        (drawn(branch("a", {"tag": "vip"}), step("bye", "exit"), ways="a.yes>bye a.otherwise>bye"), 1),
        # Too many values, everybody's own name: nobody is like another.
        (drawn(branch("a", rule("b.c", 1)), step("bye", "exit"), ways="a.yes>bye a.otherwise>bye"), 90),
        (drawn(step("a", "update", set={"x": "{{ contact.a }}"}), step("bye", "exit"), ways="a.done>bye"), 90),
    ],
)
def test_only_what_was_looked_at_tells_people_apart(document: dict[str, Any], parts: int) -> None:
    journey = read(document)
    done = walk_alike(journey, start(journey), [city(number) for number in range(90)], NOW, NOW)
    assert len(done) == parts


def test_a_shared_walk_goes_on_for_each_part_by_itself() -> None:
    journey = read(drawn(step("hello", "send", text="Hello"), step("bye", "exit"), ways="hello.sent>bye"))
    people = [city(number) for number in range(9)]
    ((before, whose),) = walk_alike(journey, start(journey), people, NOW, NOW)
    told = [Answered(at=NOW, sent=True, visit=0)]
    ((after, _),) = walk_alike(journey, before.trip, people[:8], NOW, NOW, told)
    assert (before.waiting_for, before.trip.node, len(whose)) == ("answer", "hello", 9)
    done = joined(before, after)
    assert (done.status, done.trip.node, [each.node for each in done.trail]) == ("completed", "bye", ["hello", "bye"])
