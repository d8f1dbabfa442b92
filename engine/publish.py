"""Journeys change: drafts, publishing immutable versions, pause, resume, stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, Row

from engine.enroll import end_trips
from engine.errors import JourneyHasProblems
from engine.project import Project
from journeys.check import check, errors
from store import enrollments, journeys

PAGE = 1_000


def publish(project: Project, connection: Connection, journey: Row[Any], document: Mapping[str, Any]) -> int:
    """Publish a document as the next version: its number. JourneyHasProblems when it may not run."""
    problems = errors(check(document))
    if problems:
        raise JourneyHasProblems(problems)
    _, number = journeys.publish(connection, journey.id, document, project.now_micros(connection))
    return number


def pause(project: Project, connection: Connection, journey: Row[Any]) -> None:
    """Freeze: nobody is dropped, nothing is sent, nobody enters."""
    journeys.set_status(connection, journey.id, "paused", project.now_micros(connection))


def resume(project: Project, connection: Connection, journey: Row[Any]) -> int:
    """Go on; what fell due meanwhile is due now. How many trips had been held back."""
    journeys.set_status(connection, journey.id, "live", project.now_micros(connection))
    return enrollments.unpark(connection, journey.id)


def stop(project: Project, connection: Connection, journey: Row[Any], inside: Literal["drain", "eject"]) -> None:
    """Take nobody in any more; those inside finish (`drain`) or are taken out by `eject_page`, page by page."""
    journeys.set_status(connection, journey.id, "stopped", project.now_micros(connection))
    enrollments.unpark(connection, journey.id)


def eject_page(project: Project, connection: Connection, journey_id: int, after: int) -> int | None:
    """Take the next page of running trips out as `exited(stopped)`; the last id, or None when there were none."""
    ids = enrollments.running(connection, journey_id, after, PAGE)
    if not ids:
        return None
    end_trips(project, connection, ids, "stopped", project.now_micros(connection))
    return ids[-1]
