"""Events come in: stored once, they wake who waits for them, reach goals, and start journeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from engine.enroll import Candidate, enroll_many
from engine.project import Project
from engine.segments import watched_events
from journeys.facts import PROJECT_ZONE
from journeys.rules import Facts, compile_rule
from store import contacts, enrollments, events, journeys, segments
from store.contacts import ContactFacts
from store.tables.columns import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One event as a caller reports it."""

    contact: str
    name: str
    source: str
    #: Unique within the source: the same event delivered twice has one effect.
    message_id: str
    at: int
    properties: Mapping[str, Any] = field(default_factory=dict)


def track(project: Project, connection: Connection, reported: Sequence[Reported]) -> int:
    """Store events, wake waiting trips, enroll by event; how many were new. Unknown contacts are created."""
    if not reported:
        return 0
    segments.hold_still(connection)
    now = project.now_micros(connection)
    known = contacts.ids_of(connection, [each.contact for each in reported])
    strangers = [ContactFacts(external_id=each.contact) for each in reported if each.contact not in known]
    if strangers:
        known |= contacts.upsert(connection, strangers, now)[0]
    values = [
        (known[each.contact], each.name, dict(each.properties), each.source, each.message_id, each.at, now)
        for each in reported
    ]
    new = events.add(connection, values)
    fresh: list[Reported] = []
    for each in reported:
        if (each.source, each.message_id) in new:
            new.discard((each.source, each.message_id))
            fresh.append(each)
    _wake(project, connection, fresh, known, now)
    _start(project, connection, fresh, known, now)
    counted = watched_events(connection)
    # Trips before contacts, as everywhere.
    segments.look_again(connection, {known[each.contact] for each in fresh if each.name in counted})
    return len(fresh)


def _wake(
    project: Project, connection: Connection, fresh: Sequence[Reported], known: Mapping[str, int], now: int
) -> None:
    people = sorted({known[each.contact] for each in fresh})
    running: dict[int, list[Row[Any]]] = {}
    for row in enrollments.waiting_of(connection, people):
        running.setdefault(row.contact_id, []).append(row)
    signals = []
    for each in fresh:
        payload = {"name": each.name, "properties": dict(each.properties)}
        for row in running.get(known[each.contact], ()):
            if each.name in project.version(connection, row.version_id).journey.listens:
                signals.append((row.id, "event", payload, now))
    enrollments.send_signals(connection, signals, now)


def _start(
    project: Project, connection: Connection, fresh: Sequence[Reported], known: Mapping[str, int], now: int
) -> None:
    for journey in journeys.live(connection):
        settings = project.version(connection, journey.version_id).journey.settings
        for entry in settings.entry:
            named = [each for each in fresh if entry.event and each.name == entry.event]
            fit: list[Candidate] = []
            unfit: list[Candidate] = []
            for each in named:
                came = Candidate(contact_id=known[each.contact], external_id=each.contact, properties=each.properties)
                fits = entry.where is None or _fits(entry.where, each.properties, now)
                (fit if fits else unfit).append(came)
            if named:
                enroll_many(project, connection, journey, fit, now, segment=entry.segment, unfit=unfit)


def _fits(where: Mapping[str, Any], properties: Mapping[str, Any], now: int) -> bool:
    facts = Facts(
        now=instant(now), attributes=properties, event=properties, answers={}, tags=(), consents=(), segments=(),
        counts={}, receipts=(), zone=PROJECT_ZONE,
    )  # fmt: skip
    return compile_rule(where)(facts)
