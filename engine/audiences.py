"""Whole audiences enter: a schedule comes, or a journey by segment begins or goes on and looks who is there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.enroll import Candidate, enroll_many
from engine.project import Project, Version
from journeys.facts import PROJECT_ZONE
from journeys.graph import Entry
from journeys.schedule import next_run
from store import audiences, journeys
from store.database import dumps
from store.tables.columns import instant, micros

PAGE = 1_000


def plan(project: Project, connection: Connection, version: Version, now: datetime) -> None:
    """After a journey was published or resumed: when its schedules come next; who stands in its segments, at once."""
    entries: dict[str, int | None] = {}
    for entry in version.journey.settings.entry:
        if entry.schedule:
            entries[_text(entry)] = _next(connection, version, entry, now)
        elif entry.by_segment and entry.on == "entered":
            entries[_text(entry)] = micros(now)
    audiences.plan(connection, version.journey_id, entries)


def let_in(project: Project, connection: Connection) -> int:
    """One page of an audience that is due, in the caller's transaction; how many contacts were let in or refused."""
    now = project.now(connection)
    row = audiences.due(connection, micros(now))
    journey = None if row is None else journeys.by_id(connection, row.journey_id)
    if row is None or journey is None or journey.version_id is None:
        return 0
    version = project.version(connection, journey.version_id)
    entry = next((each for each in version.journey.settings.entry if _text(each) == row.entry), None)
    if entry is None or journey.status == "stopped":
        audiences.advance(connection, row.id, 0, None)
        return 1
    if entry.schedule:
        people = audiences.everybody(connection, entry.segment, row.cursor, PAGE)
    else:
        people = audiences.not_yet(connection, entry.segment or "", journey.id, row.cursor, PAGE)
    candidates = [Candidate(contact_id=each.id, external_id=each.external_id) for each in people]
    enroll_many(project, connection, journey, candidates, micros(now)) if candidates else None
    if len(people) == PAGE:
        audiences.advance(connection, row.id, people[-1].id, row.due_at)
    else:
        audiences.advance(connection, row.id, 0, _next(connection, version, entry, now) if entry.schedule else None)
    return max(1, len(people))


def _next(connection: Connection, version: Version, entry: Entry, now: datetime) -> int | None:
    zone_name = version.journey.settings.timezone or PROJECT_ZONE
    published = journeys.version(connection, version.id)
    assert published is not None
    assert entry.schedule is not None
    at = next_run(entry.schedule, zone_name, instant(published.published_at), now)
    return None if at is None else micros(at)


def _text(entry: Entry) -> str:
    return dumps(entry.model_dump(mode="json", exclude_defaults=True))
