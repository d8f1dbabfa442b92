"""The walk: goals, rules of leaving, rings, and how far a trip may go."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.facts import Person
from journeys.graph import Journey, read
from journeys.walk import MAX_MOVES, MAX_VISITS, take_out, walk
from nodes.visit import Changed, Happened, Set
from tests.journeys.documents import drawn, line, step
from tests.journeys.walking import ALL_KNOWN, NOW, at, buyer, go, goal_of, path, start


def test_taking_out_ends_the_trip_where_it_is() -> None:
    done = take_out(go(line(step("pause", "wait"))).trip, "restarted", at(5))
    assert (done.status, done.reason, path(done), done.trail[0].left_at) == ("exited", "restarted", "pause", at(5))


@pytest.mark.parametrize("waiting", ["wait", "reply", "send"])
def test_the_goal_acts_at_once_wherever_the_contact_is(waiting: str) -> None:
    """Rule 17."""
    document = line(step("here", waiting), goal={"event": "order"})
    done = go(document, Happened(at=at(1), name="order"), trip=go(document).trip, now=at(1))
    assert (done.status, done.reason, done.converted, path(done)) == ("exited", "goal", True, "here")


@pytest.mark.parametrize(
    ("entered", "ordered", "reached"),
    [
        ({"id": 7}, {"id": 7}, True),
        ({"id": 7}, {"id": "7"}, True),
        ({"id": "7"}, {"id": 7.0}, True),
        ({"id": 7}, {"id": 8}, False),
        ({}, {"id": 7}, False),
        ({"id": 7}, {}, False),
        ({}, {}, False),
        ({"id": None}, {"id": None}, False),
        ({"id": [7]}, {"id": [7]}, False),
    ],
)
def test_the_order_that_was_abandoned_is_the_order_that_was_bought(
    entered: dict[str, Any], ordered: dict[str, Any], reached: bool
) -> None:
    document = goal_of(match="id")
    trip = go(document, trip=start(read(document), event=entered)).trip
    done = go(document, Happened(at=at(1), name="order", properties=ordered), trip=trip, now=at(1))
    assert done.over is reached


def test_a_goal_with_a_rule_asks_for_it_also_when_the_keys_differ_in_kind() -> None:
    document = goal_of(match="id", where={"attribute": "total", "is": "at_least", "value": 100})
    trip = go(document, trip=start(read(document), event={"id": 7})).trip
    for id_, total, reached in ((7, 100, True), ("7", 100, True), (7, 99, False), ("7", 99, False)):
        bought = Happened(at=at(1), name="order", properties={"id": id_, "total": total})
        assert go(document, bought, trip=trip, now=at(1)).over is reached


def test_goal_before_exit() -> None:
    """Rule 17: when both hold, it is the goal, also when the exit rule was noticed first."""
    document = line(
        step("pause", "wait"), goal={"event": "order"}, exit_when=[{"attribute": "gone", "is": "equal", "value": True}]
    )
    trip, gone = go(document).trip, Person(external_id="ann", attributes={"gone": True})
    order, changed = Happened(at=at(1), name="order"), Changed(at=at(1))
    for heard in ([order], [order, changed], [changed, order]):
        assert go(document, *heard, trip=trip, who=gone, now=at(1)).reason == "goal"
    assert go(document, changed, trip=trip, who=gone, now=at(1)).reason == "exit_rule"
    assert go(document, changed, trip=trip, now=at(1)).status == "waiting"
    counted = line(step("pause", "wait"), goal={"event": "order"}, exit_when=[{"event": "order"}])
    assert go(counted, order, who=buyer(0, 1), now=at(1)).reason == "goal"


def test_an_exit_rule_acts_before_the_next_step() -> None:
    document = line(
        step("tag", "update", set={"gone": True}),
        step("hello", "send"),
        exit_when=[{"attribute": "gone", "is": "exists"}],
    )
    done = go(document)
    assert (path(done), done.reason, [type(effect) for _, _, effect in done.effects]) == (
        "tag→hello",
        "exit_rule",
        [Set],
    )


# Bounds ------------------------------------------------------------------------------------------
def ring(minutes: int) -> Journey:
    """A ring that the check would refuse with 0 minutes: what if one comes in by another door?"""
    first = step("a", "wait", for_=f"PT{minutes}M") if minutes else step("a", "goal")
    ways = "a.done>b b.yes>a b.otherwise>bye"
    again = step("b", "condition", branches=[{"exit": "yes", "rule": {"attribute": "go", "is": "exists"}}])
    return read(drawn(first, again, step("bye", "exit"), ways=ways, start="a"))


def test_a_ring_without_a_wait_fails_visibly() -> None:
    """Rule 21."""
    done = walk(ring(0), start(ring(0)), Person(external_id="a", attributes={"go": 1}), NOW, ALL_KNOWN)
    assert (done.status, done.reason) == ("failed", "loop_limit")
    assert len(done.trail) == MAX_MOVES + 1


def test_a_trip_of_too_many_visits_fails_visibly() -> None:
    trip = start(ring(1), seq=MAX_VISITS - 2)
    done = walk(ring(1), trip, Person(external_id="a", attributes={"go": 1}), NOW, ALL_KNOWN)
    assert done.status == "waiting"
    done = walk(ring(1), done.trip, Person(external_id="a", attributes={"go": 1}), at(1), ALL_KNOWN)
    assert (done.status, done.reason) == ("failed", "loop_limit")


def test_hearing_much_is_not_running_round() -> None:
    document = line(step("order", "wait", event="order", patience="P1D"))
    noise = [Happened(at=at(1), name="visit") for _ in range(3 * MAX_MOVES)]
    done = go(document, *noise, Happened(at=at(1), name="order"), trip=go(document).trip, now=at(1))
    assert done.status == "completed"


def test_a_hundred_moves_are_allowed() -> None:
    document = line(*(step(f"s{n}", "goal") for n in range(MAX_MOVES - 1)))
    assert go(document).status == "completed"
