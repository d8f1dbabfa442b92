"""The words in which walks are told."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from journeys.check import check, errors
from journeys.facts import Past, Person
from journeys.graph import Journey, read
from journeys.walk import Trip, Walk, walk
from nodes.visit import Heard, Reply
from tests.journeys.documents import line, step

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
ALL_KNOWN = datetime.max.replace(tzinfo=UTC)
YES_NO = [{"exit": "yes", "keywords": ["yes"]}, {"exit": "no", "keywords": ["no"]}]


def start(journey: Journey, **more: Any) -> Trip:
    """A trip that has just begun."""
    facts: dict[str, Any] = {"node": journey.start, "seq": 0, "arrived_at": NOW, "entered_at": NOW, "arriving": True}
    return Trip(**(facts | more))


def go(
    document: dict[str, Any],
    *heard: Heard,
    trip: Trip | None = None,
    now: datetime = NOW,
    who: Person | None = None,
    horizon: datetime = ALL_KNOWN,
) -> Walk:
    """Walk a document from its beginning, or from where a trip is; it must be fit to publish."""
    assert errors(check(document)) == []
    journey = read(document, "j")
    person = who or Person(external_id="ann", attributes={})
    return walk(journey, copy.deepcopy(trip) if trip else start(journey), person, now, horizon, heard)


def path(done: Walk) -> str:
    """The steps passed, and where it is now."""
    return "→".join([each.node for each in done.trail] + ([] if done.over else [f"{done.trip.node}…"]))


def at(minutes: float) -> datetime:
    """Minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def says(text: str, minutes: float = 0, visit: int | None = None) -> Reply:
    """What the contact writes some minutes after NOW, to a step's visit if it is known."""
    return Reply(at=at(minutes), text=text, visit=visit)


def buyer(minutes: float, n: int) -> Person:
    """One who ordered `n` things some minutes after the entry."""
    return Person(external_id="a", attributes={}, events=[Past("order", {"n": n}, at(minutes))])


def goal_of(**goal: Any) -> dict[str, Any]:
    """A day's pause on the way to an order."""
    return line(step("pause", "wait", for_="P1D"), goal={"event": "order", **goal})
