"""Broadcasts: who enters a journey by its schedules and when, and what became of the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.project import Project
from journeys.facts import PROJECT_ZONE
from journeys.schedule import BadSchedule, next_run
from nodes.times import UnknownZone
from store import counters, scheduled, segments
from store.sql import parsed
from store.tables.columns import micros

#: States of a message that a messenger has taken, and of one that it has refused or never accounted for.
SENT, FAILED = ("accepted", "delivered", "read"), ("rejected", "unresolved")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule of a journey."""

    schedule: str
    #: Null: everybody.
    segment: str | None
    timezone: str
    #: Microseconds; null: not again.
    next: int | None
    #: Whether contacts are entering by it now.
    entering: bool = False
    segment_name: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The schedules of a journey, the soonest first, and how many of its messages were sent and failed."""

    schedules: tuple[Scheduled, ...]
    sent: int
    failed: int


def of(project: Project, connection: Connection, journeys: Sequence[Row[Any]]) -> dict[int, Plan]:
    """The plans of some journeys by id: as published; of one that was never published with a schedule, as drafted."""
    ids, now = [row.id for row in journeys], project.now(connection)
    found = _published(project, connection, journeys, micros(now))
    documents = scheduled.drafts(connection, [each for each in ids if each not in found])
    found |= {journey: _drafted(document, now) for journey, document in documents.items()}
    counted = counters.messages(connection, ids)
    names = {row.public_id: row.name for row in segments.everything(connection)}
    return {
        journey: Plan(
            tuple(replace(each, segment_name=names.get(each.segment or "")) for each in schedules),
            sum(counted.get(journey, {}).get(state, 0) for state in SENT),
            sum(counted.get(journey, {}).get(state, 0) for state in FAILED),
        )
        for journey, schedules in found.items()
    }


def _published(
    project: Project, connection: Connection, journeys: Sequence[Row[Any]], now: int
) -> dict[int, list[Scheduled]]:
    known = {row.id: row for row in journeys}
    found: dict[int, list[Scheduled]] = {}
    for row in scheduled.rounds(connection, list(known)):
        journey, entry = known[row.journey_id], parsed(row.entry)
        settings = project.version(connection, journey.version_id).journey.settings
        begun = row.due_at is not None and row.due_at <= now and journey.status == "live"
        comes = row.due_at if journey.status != "stopped" else None
        own = settings.timezone or PROJECT_ZONE
        planned = Scheduled(entry["schedule"], entry.get("segment"), own, comes, entering=begun)
        found.setdefault(row.journey_id, []).append(planned)
    return found


def _drafted(document: Mapping[str, Any], now: datetime) -> list[Scheduled]:
    """Schedules of a draft, which may be half written."""
    graph = document.get("graph")
    settings: Mapping[str, Any] = graph if isinstance(graph, Mapping) else {}
    entries = settings.get("entry")
    own = str(settings.get("timezone") or PROJECT_ZONE)
    found = []
    for entry in [entries] if isinstance(entries, Mapping) else entries or []:
        text = entry.get("schedule") if isinstance(entry, Mapping) else None
        if isinstance(text, str) and text:
            segment = entry.get("segment")
            comes = _comes(text, own, now)
            found.append(Scheduled(text, segment if isinstance(segment, str) and segment else None, own, comes))
    return sorted(found, key=lambda each: (each.next is None, each.next))


def _comes(text: str, own: str, now: datetime) -> int | None:
    try:
        at = next_run(text, own, now, now)
    except (BadSchedule, UnknownZone):
        return None
    return None if at is None else micros(at)
