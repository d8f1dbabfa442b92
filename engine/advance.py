"""Claim what is due, walk it, save it: one transaction a batch, so a crash repeats or loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.at_once import Outlets
from engine.enroll import Candidate, enroll_many
from engine.moves import Walked, save_walks
from engine.people import wake_for_change
from engine.persons import load_persons
from engine.project import Project
from journeys.facts import Person
from journeys.walk import Trip, Walk, take_out, walk
from nodes.visit import Answered, Begin, Called, Changed, Closed, Drawn, Happened, Heard, Reply
from store import claims, coupons, enrollments, inbox, journeys
from store.claims import Claimed
from store.crash_points import reach
from store.sql import parsed
from store.tables.columns import instant, micros

BATCH = 1_000


def advance_due(project: Project, connection: Connection, limit: int = BATCH) -> int:
    """Move one batch of enrollments that are due; how many were claimed."""
    now = project.now(connection)
    claimed = claims.claim(connection, micros(now), limit)
    if claimed:
        late = micros(now) - min(row.due_at or 0 for row in claimed)
        project.database.meters.time("timer_lateness_seconds", late / 1_000_000)
    advance(project, connection, claimed, now)
    if claimed:
        reach("before-move-commit")
    return len(claimed)


def advance(
    project: Project,
    connection: Connection,
    claimed: Sequence[Claimed],
    now: datetime,
    answers: Mapping[int, Sequence[Answered]] | None = None,
) -> int:
    """Walk claimed enrollments in the caller's transaction; how many visits were finished.

    `answers` are outcomes of deliveries that are being committed in the same transaction, by enrollment.
    """
    if not claimed:
        return 0
    still = journeys.standing_still(connection)
    if still:
        enrollments.park(connection, [row.id for row in claimed if row.journey_id in still])
        claimed = [row for row in claimed if row.journey_id not in still]
    ids = [row.id for row in claimed]
    heard, consumed, outs = _heard(connection, ids, answers or {})
    states = enrollments.states(connection, [row.id for row in claimed if row.stateful])
    persons = load_persons(project, connection, claimed)
    known_until = inbox.horizon(connection)
    # With an empty inbox everything up to and including now is known.
    horizon = datetime.max.replace(tzinfo=now.tzinfo) if known_until is None else instant(known_until)
    walked: list[Walked] = []
    for row in claimed:
        trip, event = trip_of(row, states.get(row.id))
        if row.id in outs:
            walked.append((row, take_out(trip, outs[row.id], now), event))
            continue
        version = project.version(connection, row.version_id)
        done = walk(version.journey, trip, persons[row.contact_id], now, horizon, heard.get(row.id, ()))
        walked.append((row, done, event))
    outlets = Outlets(project, connection, claimed, now)
    while _draw(project, connection, walked, persons, now, horizon) | _say(project, outlets, walked, persons, horizon):
        pass
    batch = save_walks(project, connection, walked, consumed, micros(now), outlets.taken)
    _begin(project, connection, walked, micros(now))
    # What one journey writes down another may wait for.
    wake_for_change(project, connection, sorted(batch.patches), micros(now))
    return len(batch.visits)


def _begin(project: Project, connection: Connection, walked: Sequence[Walked], now: int) -> None:
    """Let contacts enter the journeys that their walks have started, with the entry event of the trip they are on."""
    starting: dict[str, list[Candidate]] = {}
    for row, done, event in walked:
        for _, _, effect in done.effects:
            if isinstance(effect, Begin):
                who = Candidate(contact_id=row.contact_id, external_id=row.external_id, properties=event or {})
                starting.setdefault(effect.journey, []).append(who)
    for name in sorted(starting):
        journey = journeys.get(connection, name)
        if journey is not None:
            enroll_many(project, connection, journey, starting[name], now)


def trip_of(row: Claimed, state: Row[Any] | None) -> tuple[Trip, Any]:
    """A claimed enrollment as a trip, and the entry event that its state row keeps."""
    event, kept = ({}, {}) if state is None else (parsed(state.event), parsed(state.kept))
    trip = Trip(
        node=row.node,
        seq=row.seq,
        arrived_at=instant(row.arrived_at),
        entered_at=instant(row.entered_at),
        arriving=row.status == "active",
        event=event,
        answers=kept.get("answers") or {},
        coupon=kept.get("coupon"),
        memory=kept.get("memory") or {},
    )
    return trip, event


def _heard(
    connection: Connection, ids: Sequence[int], answers: Mapping[int, Sequence[Answered]]
) -> tuple[dict[int, list[Heard]], list[int], dict[int, str]]:
    """What each trip hears, in order: outcomes of its own messages first, then signals as they were received."""
    heard: dict[int, list[Heard]] = {enrollment: list(each) for enrollment, each in answers.items()}
    consumed, outs = [], {}
    for row in enrollments.signals(connection, ids):
        payload, at = parsed(row.payload), instant(row.at)
        consumed.append(row.id)
        if row.kind == "out":
            outs[row.enrollment_id] = payload["reason"]
        else:
            heard.setdefault(row.enrollment_id, []).append(read_signal(row.kind, payload, at))
    return heard, consumed, outs


def read_signal(kind: str, payload: Mapping[str, Any], at: datetime) -> Heard:
    """A stored signal as what a node hears."""
    if kind == "reply":
        return Reply(
            at=at,
            text=payload.get("text", ""),
            button=payload.get("button"),
            media=payload.get("media"),
            options=tuple((option[0], option[1]) for option in payload.get("options", ())),
            visit=payload.get("visit"),
        )
    if kind == "event":
        return Happened(at=at, name=payload["name"], properties=payload["properties"])
    if kind == "answer":
        return Answered(
            at=at,
            sent=payload["sent"],
            reason=payload.get("reason", ""),
            part=payload.get("part", ""),
            visit=payload.get("visit"),
        )
    if kind == "called":
        return Called(at=at, ok=payload["ok"], values=payload["values"], visit=payload.get("visit"))
    if kind == "closed":
        return Closed(at=at, visit=payload.get("visit"))
    return Changed(at=at)


def _draw(
    project: Project,
    connection: Connection,
    walked: list[Walked],
    persons: Mapping[int, Person],
    now: datetime,
    horizon: datetime,
) -> bool:
    """Give coupons to the walks that ask, and let them go on, until none asks; whether any did."""
    drew = False
    while asking := [number for number, (_, done, _) in enumerate(walked) if done.draws]:
        wanted = [
            (
                walked[number][0].id,
                walked[number][1].draws or "",
                walked[number][1].trip.seq,
                walked[number][0].contact_id,
            )
            for number in asking
        ]
        given = coupons.draw(connection, wanted, micros(now))
        for number in asking:
            row, before, event = walked[number]
            version = project.version(connection, row.version_id)
            drawn = Drawn(at=now, code=given.get(row.id))
            after = walk(version.journey, before.trip, persons[row.contact_id], now, horizon, [drawn])
            walked[number] = (row, joined(before, after), event)
        drew = True
    return drew


def _say(
    project: Project, outlets: Outlets, walked: list[Walked], persons: Mapping[int, Person], horizon: datetime
) -> bool:
    """Let the walks go on whose message was taken at once; whether any was."""
    said = False
    for number, (row, walk_so_far, event) in enumerate(walked):
        done = walk_so_far
        journey, person = project.version(outlets.connection, row.version_id).journey, persons[row.contact_id]
        while answered := outlets.answer(row, done, journey, person):
            done, said = joined(done, walk(journey, done.trip, person, outlets.now, horizon, [answered])), True
        walked[number] = (row, done, event)
    return said


def joined(before: Walk, after: Walk) -> Walk:
    """Two legs of one walk, as one: the second takes in the first."""
    after.trail = before.trail + after.trail
    after.effects = before.effects + after.effects
    after.converted |= before.converted
    after.remembers |= before.remembers
    return after
