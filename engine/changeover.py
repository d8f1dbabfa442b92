"""Contacts inside old versions are moved to the live one: planned with head-counts, then page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from engine.enroll import end_trips
from engine.persons import load_persons
from engine.project import Project, Version
from engine.walking import trip_of
from journeys.changeover import Goes, goes
from journeys.walk import Walk, luck, walk
from store import changeover, deliveries, enrollments
from store.claims import Claimed
from store.counters import Tally, cohort
from store.deliveries import Settled
from store.tables.columns import micros

PAGE = 1_000
Wanted = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Those who stand in one node of one old version, and where they go."""

    version: int
    node: str
    inside: int
    goes: Goes


@dataclass(slots=True, kw_only=True)
class Page:
    """What moving one page came to; `last` is the last trip that was looked at, None when there are no more."""

    last: int | None
    counts: Counter[str] = field(default_factory=Counter)


def plan(project: Project, connection: Connection, to: Version, wanted: Wanted) -> list[Head]:
    """Who stands where in older versions, and where each would go; nothing is changed."""
    return [
        Head(version=row.version, node=row.node, inside=row.many, goes=_goes(project, connection, row, to, wanted))
        for row in changeover.heads(connection, to.journey_id, to.id)
    ]


def move_page(
    project: Project, connection: Connection, to: Version, wanted: Wanted, spread: timedelta, after: int
) -> Page:
    """Move the next trips in the caller's transaction. Those for whom nobody has said where to go stay."""
    ids = changeover.page(connection, to.journey_id, to.id, after, PAGE)
    page = Page(last=ids[-1] if ids else None)
    now = project.now(connection)
    staying: list[Claimed] = []
    going: list[tuple[Claimed, str]] = []
    ending: list[int] = []
    for row in enrollments.take(connection, ids):
        way = _goes(project, connection, row, to, wanted)
        page.counts[way.how] += 1
        if way.how == "same":
            staying.append(row)
        elif way.how == "exit":
            ending.append(row.id)
        elif way.to is not None:
            going.append((row, way.to))
    if ending:
        end_trips(project, connection, ending, "removed", micros(now))
    arrive_elsewhere(connection, to, going, spread, now)
    changeover.stay(connection, to.id, [row.id for row in staying])
    count_moved(connection, to, [*((row, row.node) for row in staying), *going])
    page.counts["past_due"] = _wait_anew(project, connection, to, staying, spread, now)
    return page


def _goes(project: Project, connection: Connection, row: Claimed | Row[Any], to: Version, wanted: Wanted) -> Goes:
    old = project.version(connection, row.version_id).journey
    return goes(old, to.journey, row.node, wanted.get(row.node))


def arrive_elsewhere(
    connection: Connection, to: Version, going: Sequence[tuple[Claimed, str]], spread: timedelta, now: datetime
) -> None:
    """Let trips arrive in another node (claimed row, node); what theirs had planned to say is not said any more."""
    if not going:
        return
    at = micros(now)
    visits = [(row.id, row.seq, row.version_id, row.node, row.arrived_at, at) for row, _ in going]
    changeover.finish(connection, visits)
    changeover.arrive(
        connection, to.id, [(node, row.seq + 1, at, _spread(to, row, spread, now), row.id) for row, node in going]
    )
    states = enrollments.states(connection, [row.id for row, _ in going if row.stateful])
    enrollments.forget(connection, list(states.values()))
    tally = Tally()
    unsent = changeover.unsent(connection, [row.id for row, _ in going])
    deliveries.settle(connection, [Settled(id=each.id, state="suppressed", reason="moved") for each in unsent])
    for each in unsent:
        deliveries.count_change(tally, each, each.state, "suppressed")
    tally.save(connection)


def send_to(project: Project, connection: Connection, ids: Sequence[int], node: str) -> int:
    """Let running trips arrive at a step of their own versions at once; how many did.

    Those who stand there already stay, and so do those whose version has no such step.
    """
    going: dict[int, list[tuple[Claimed, str]]] = {}
    for row in enrollments.take(connection, ids):
        if row.node != node and node in project.version(connection, row.version_id).journey.nodes:
            going.setdefault(row.version_id, []).append((row, node))
    for version_id, moved in sorted(going.items()):
        version = project.version(connection, version_id)
        arrive_elsewhere(connection, version, moved, timedelta(0), project.now(connection))
        count_moved(connection, version, moved, journey_too=False)
    return sum(map(len, going.values()))


def count_moved(
    connection: Connection, to: Version, moved: Sequence[tuple[Claimed, str]], *, journey_too: bool = True
) -> None:
    """Count who was moved by hand, by node, and for the versions as a whole when they differ."""
    tally = Tally()
    for row, node in moved:
        when = cohort(row.entered_at)
        for here, there in ((row.node, node), ("", "")) if journey_too else ((row.node, node),):
            tally.add(row.version_id, here, "moved_out", when)
            tally.add(to.id, there, "moved_in", when)
    tally.save(connection)


def _wait_anew(
    project: Project, connection: Connection, to: Version, staying: Sequence[Claimed], spread: timedelta, now: datetime
) -> int:
    """What they wait for is reckoned anew from when they arrived; how many are past due now, and spread."""
    resting = {
        row.id for row in staying if row.status == "waiting" and (row.due_at is None or row.due_at > micros(now))
    }
    rows = enrollments.take(connection, sorted(resting))
    states = enrollments.states(connection, [row.id for row in rows if row.stateful])
    persons = load_persons(project, connection, rows)
    values: list[tuple[int | None, str, int]] = []
    past_due: list[tuple[int, int]] = []
    for row in rows:
        trip, _ = trip_of(row, states.get(row.id))
        done = walk(to.journey, trip, persons[row.contact_id], now, now)
        if _rests(done, row.seq):
            values.append((None if done.due_at is None else micros(done.due_at), done.waiting_for, row.id))
        else:
            past_due.append((_spread(to, row, spread, now), row.id))
    changeover.wait(connection, values)
    changeover.set_out(connection, past_due)
    return len(past_due)


def _rests(done: Walk, seq: int) -> bool:
    return done.status == "waiting" and done.trip.seq == seq and not done.trail and not done.effects


def _spread(to: Version, row: Claimed, spread: timedelta, now: datetime) -> int:
    """An instant of their own within `spread`: thousands who are due together do not all set out at once."""
    return micros(now + spread * luck(f"{to.public_id}/{to.number}", row.external_id))
