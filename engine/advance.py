"""Claim what is due, walk it, save it: one transaction a batch, so a crash repeats or loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.at_once import Outlets
from engine.enroll import Candidate, enroll_many
from engine.moves import Walked, save_walks
from engine.people import wake_for_change
from engine.persons import load_persons
from engine.project import Project
from engine.walking import Walking
from nodes.visit import Answered, Begin, Called, Changed, Closed, Happened, Heard, Reply
from store import claims, enrollments, inbox, journeys
from store.claims import Claimed
from store.crash_points import reach
from store.sql import parsed
from store.tables.columns import instant, micros

BATCH = 2_000


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
    still = journeys.standing_still(connection, micros(now))
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
    walking = Walking(project, connection, persons, now, horizon)
    walking.set_out(claimed, states, heard, outs)
    outlets = Outlets(project, connection, claimed, now)
    while walking.draw() | walking.say(outlets):
        pass
    walked = walking.walked
    batch = save_walks(project, connection, walked, consumed, micros(now), outlets.taken)
    _begin(project, connection, walked, micros(now))
    # What one journey writes down another may wait for.
    wake_for_change(project, connection, sorted(batch.patches), micros(now))
    return batch.finished


def _begin(project: Project, connection: Connection, walked: Sequence[Walked], now: int) -> None:
    """Let contacts enter the journeys that their walks have started, with the entry event of the trip they are on."""
    starting: dict[str, list[Candidate]] = {}
    for rows, done, event in walked:
        for _, _, effect in done.effects:
            if isinstance(effect, Begin):
                starting.setdefault(effect.journey, []).extend(
                    Candidate(contact_id=row.contact_id, external_id=row.external_id, properties=event or {})
                    for row in rows
                )
    for name in sorted(starting):
        journey = journeys.get(connection, name)
        if journey is not None:
            enroll_many(project, connection, journey, starting[name], now)


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
