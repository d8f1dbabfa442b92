"""Journeys change: drafts, publishing immutable versions, pause, resume, stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row

from engine import audiences
from engine.enroll import end_trips
from engine.errors import JourneyHasProblems
from engine.guarded import may_call
from engine.project import Project
from journeys.approved import unfitting
from journeys.check import Problem, check, errors
from journeys.facts import PROJECT_ZONE
from journeys.graph import Settings, read
from journeys.naming import named_addresses, named_journeys, named_segments, started_at_once
from journeys.schedule import next_run
from store import ending, enrollments, failing, journeys, message_templates, planned, segments
from store.sql import parsed
from store.tables.columns import micros

PAGE = 1_000


def publish(project: Project, connection: Connection, journey: Row[Any], document: Mapping[str, Any]) -> int:
    """Publish a document as the next version: its number. JourneyHasProblems when it may not run.

    What was planned to be published later is not any more: it would put an older document in the place of this one.
    """
    may_run(project, connection, journey, document, project.now(connection))
    planned.drop(connection, journey.id)
    version_id, number = journeys.publish(connection, journey.id, document, project.now_micros(connection))
    version = project.version(connection, version_id)
    ends = version.journey.settings.ends_at
    ending.put(connection, journey.id, None if ends is None else micros(ends))
    failing.begin(connection, journey.id)
    audiences.plan(project, connection, version, project.now(connection))
    return number


def may_run(
    project: Project, connection: Connection, journey: Row[Any], document: Mapping[str, Any], at: datetime
) -> None:
    """JourneyHasProblems when a document could not be published at an instant, as far as can be known now."""
    problems = errors(problems_of(project, connection, document))
    if not problems:
        problems = list(_past(document, at))
        problems += _endless(project, connection, journey, document)
    if problems:
        raise JourneyHasProblems(problems)


def problems_of(project: Project, connection: Connection, document: Any) -> list[Problem]:
    """All problems of a document, also those that only the database knows: what it names and is not there."""
    found = check(document)
    known = {row.public_id for row in segments.everything(connection)}
    for node, path, name in named_segments(document):
        if name not in known:
            text, fix = f"No segment is called {name}.", "Choose another, or make it first."
            found.append(Problem(text=text, fix=fix, node=node, path=path))
    for node, path, url in named_addresses(document):
        if not may_call(url, project.hosts):
            text, fix = f"{url[:80]} may not be called from here.", "Have its host added to the setting webhook_hosts."
            found.append(Problem(text=text, fix=fix, node=node, path=path))
    for node, path, name in named_journeys(document):
        if journeys.get(connection, name) is None:
            text, fix = f"No journey is called {name}.", "Choose another, or make it first."
            found.append(Problem(text=text, fix=fix, node=node, path=path))
    return [*found, *unfitting(document, _templates(connection))]


def _templates(connection: Connection) -> dict[tuple[str, str, str], list[Any]]:
    """What the messengers told of their approved templates: components by messenger, name and language."""
    known: dict[tuple[str, str, str], list[Any]] = {}
    for row in message_templates.approved(connection):
        known.setdefault((row.channel, row.name, row.language), []).append(parsed(row.components) or [])
    return known


def _endless(project: Project, connection: Connection, own: Row[Any], document: Mapping[str, Any]) -> Iterator[Problem]:
    """Journeys that would start each other without end, nothing on the way holding the contact."""
    starts = {own.public_id: started_at_once(read(document, own.public_id))}
    for row in journeys.live(connection):
        starts.setdefault(row.public_id, started_at_once(project.version(connection, row.version_id).journey))
    ahead, seen = list(starts[own.public_id]), set[str]()
    while ahead:
        name = ahead.pop()
        if name == own.public_id:
            text = "This journey would start itself without end."
            yield Problem(
                text=text, fix="Put a wait of a minute or more, or a question, before the step that starts it."
            )
            return
        if name not in seen:
            seen.add(name)
            ahead += starts.get(name, ())


def _past(document: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    settings = Settings.model_validate(document.get("graph") or {})
    for number, entry in enumerate(settings.entry):
        if entry.schedule and next_run(entry.schedule, settings.timezone or PROJECT_ZONE, now, now) is None:
            text, fix = "This schedule is over: nobody would ever enter by it.", "Choose a time to come."
            yield Problem(text=text, fix=fix, path=f"entry.{number}.schedule")
    if settings.ends_at is not None and settings.ends_at <= now:
        text, fix = "This journey would be over before it begins.", "Choose a time to come."
        yield Problem(text=text, fix=fix, path="ends_at")


def pause(project: Project, connection: Connection, journey: Row[Any]) -> None:
    """Freeze: nobody is dropped, nothing is sent, nobody enters."""
    journeys.set_status(connection, journey.id, "paused", project.now_micros(connection))


def resume(project: Project, connection: Connection, journey: Row[Any], *, shift: bool = False) -> int:
    """Go on; what fell due meanwhile is due now. How many trips had been held back.

    With `shift` the pause counts for nothing: waits, patience and the time for which messages are worth sending are
    longer by it.
    """
    if shift:
        now, paused_at = project.now_micros(connection), journeys.paused_at(connection, journey.id)
        enrollments.shift(connection, journey.id, now - (paused_at or now), now)
    journeys.set_status(connection, journey.id, "live", project.now_micros(connection))
    failing.begin(connection, journey.id)
    audiences.plan(project, connection, project.version(connection, journey.version_id), project.now(connection))
    return enrollments.unpark(connection, journey.id)


def stop(project: Project, connection: Connection, journey: Row[Any], inside: Literal["drain", "eject"]) -> None:
    """Take nobody in any more; those inside finish (`drain`) or are taken out by `eject_page`, page by page."""
    planned.drop(connection, journey.id)
    ending.put(connection, journey.id, None)
    journeys.set_status(connection, journey.id, "stopped", project.now_micros(connection))
    enrollments.unpark(connection, journey.id)


def eject_page(project: Project, connection: Connection, journey_id: int, after: int) -> int | None:
    """Take the next page of running trips out as `exited(stopped)`; the last id, or None when there were none."""
    ids = enrollments.running(connection, journey_id, after, PAGE)
    if not ids:
        return None
    end_trips(project, connection, ids, "stopped", project.now_micros(connection))
    return ids[-1]
