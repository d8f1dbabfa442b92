"""Contacts enter a journey: who may, who may not and why; the unique index has the last word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from engine.moves import Walked, save_walks
from engine.project import Project, Version
from journeys.walk import Trip, take_out
from nodes.visit import key_text
from store import enrollments, segments
from store.counters import Tally, cohort
from store.enrollments import Entering
from store.tables.columns import instant


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One contact who is to enter."""

    contact_id: int
    external_id: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Enrolled:
    """What came of it: enrollments by contact, and a reason for each who stayed outside."""

    ids: list[int] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def enroll_many(
    project: Project,
    connection: Connection,
    journey: Row[Any],
    candidates: Sequence[Candidate],
    now: int,
    *,
    segment: str | None = None,
    unfit: Sequence[Candidate] = (),
    unknown: Sequence[str] = (),
) -> Enrolled:
    """Enroll contacts into a journey's live version; due at once. `journey` is a row of `store.journeys`.

    Only those of `segment`, when it is given. The `unfit` came by the way in and did not fit its rule, the `unknown`
    are ids that no contact has: both are counted among those who stay outside.
    """
    if segment:
        inside = segments.inside(connection, segment, [each.contact_id for each in candidates])
        unfit = [*unfit, *(each for each in candidates if each.contact_id not in inside)]
        candidates = [each for each in candidates if each.contact_id in inside]
    done = Enrolled(skipped=[(each.external_id, "not_in_audience") for each in unfit])
    start = ""
    over = journey.ends_at is not None and journey.ends_at <= now
    if over or journey.status in ("paused", "stopped", "draft") or journey.version_id is None:
        reason = "journey_paused" if journey.status == "paused" else "journey_not_live"
        done.skipped += [(each.external_id, reason) for each in candidates]
    else:
        version = project.version(connection, journey.version_id)
        start = version.journey.start
        _enter(project, connection, version, candidates, now, done)
    done.skipped += [(name, "unknown_contact") for name in unknown]
    _count(connection, done, journey.version_id, start, now)
    return done


def _enter(
    project: Project,
    connection: Connection,
    version: Version,
    candidates: Sequence[Candidate],
    now: int,
    done: Enrolled,
) -> None:
    allowed = _cooled(project, connection, version, candidates, now, done)
    entering = _slots(version, allowed, done)
    if version.journey.settings.reentry.mode == "restart":
        _restart(project, connection, version, entering, now)
    made = enrollments.enter(
        connection,
        version.journey_id,
        version.id,
        version.journey.start,
        [Entering(each.contact_id, slot, each.properties or None) for each, slot in entering],
        now,
    )
    _report(done, version, entering, made)


def _count(connection: Connection, done: Enrolled, version_id: int | None, start: str, now: int) -> None:
    """Who entered, and who stayed outside for which reason: nobody is dropped in silence (`semantics.md` 4)."""
    tally = Tally()
    if version_id is not None:
        if done.ids:
            tally.add(version_id, "", "entered", cohort(now), len(done.ids))
            tally.add(version_id, start, "entered", cohort(now), len(done.ids))
        for reason, many in Counter(reason for _, reason in done.skipped).items():
            tally.add(version_id, "", f"skipped:{reason}", cohort(now), many)
    tally.save(connection)


def _slots(version: Version, candidates: Sequence[Candidate], done: Enrolled) -> list[tuple[Candidate, str]]:
    """Each with the value that the unique index holds against this contact; whose key is missing stays outside."""
    reentry = version.journey.settings.reentry
    kind = "once:" if reentry.mode == "never" else "in:"
    if not reentry.key:
        return [(each, kind) for each in candidates]
    entering = []
    for each in candidates:
        named = key_text(each.properties.get(reentry.key))
        if named is None:
            done.skipped.append((each.external_id, "no_key"))
        else:
            entering.append((each, f"{kind}{named}"[:200]))
    return entering


def _cooled(
    project: Project,
    connection: Connection,
    version: Version,
    candidates: Sequence[Candidate],
    now: int,
    done: Enrolled,
) -> list[Candidate]:
    cooldown = version.journey.settings.reentry.cooldown
    if cooldown is None:
        return list(candidates)
    ended = enrollments.last_ended(connection, version.journey_id, [each.contact_id for each in candidates])
    allowed = []
    for each in candidates:
        last = ended.get(each.contact_id)
        if last is not None and instant(last) + cooldown > instant(now):
            done.skipped.append((each.external_id, "cooldown"))
        else:
            allowed.append(each)
    return allowed


def _restart(
    project: Project, connection: Connection, version: Version, entering: Sequence[tuple[Candidate, str]], now: int
) -> None:
    wanted = {(each.contact_id, slot) for each, slot in entering}
    old = enrollments.inside(connection, version.journey_id, [each.contact_id for each, _ in entering])
    ids = [row.id for row in old if (row.contact_id, row.slot) in wanted]
    end_trips(project, connection, ids, "restarted", now)


def end_trips(project: Project, connection: Connection, ids: Sequence[int], reason: str, now: int) -> int:
    """Take running trips out as `exited(reason)`; how many there were."""
    claimed = enrollments.take(connection, ids)
    at = instant(now)
    walks: list[Walked] = []
    for row in claimed:
        trip = Trip(
            node=row.node,
            seq=row.seq,
            arrived_at=instant(row.arrived_at),
            entered_at=instant(row.entered_at),
            arriving=False,
        )
        walks.append(([row], take_out(trip, reason, at), None))
    save_walks(project, connection, walks, [], now)
    return len(walks)


def _report(
    done: Enrolled, version: Version, entering: Sequence[tuple[Candidate, str]], made: dict[tuple[int, str], int]
) -> None:
    taken = "already_taken" if version.journey.settings.reentry.mode == "never" else "already_inside"
    for each, slot in entering:
        # Who is named twice has entered once.
        enrollment = made.pop((each.contact_id, slot), None)
        if enrollment is None:
            done.skipped.append((each.external_id, taken))
        else:
            done.ids.append(enrollment)
