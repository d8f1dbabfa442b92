"""Publish at a chosen instant: what was planned is looked at once more when its time comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine import audiences, ending
from engine import publish as publishing
from engine import segments as segment_work
from engine.errors import JourneyHasProblems
from engine.project import Project
from store import journeys, keys, planned
from store.sql import parsed
from store.tables.columns import micros


def plan(
    project: Project,
    connection: Connection,
    journey: Row[Any],
    draft: tuple[Mapping[str, Any], int],
    at: datetime,
    by: str,
) -> None:
    """Have the draft as it stands now published at an instant. JourneyHasProblems when it could not be even now."""
    document, revision = draft
    publishing.may_run(project, connection, journey, document, at)
    planned.put(connection, journey.id, document, revision, micros(at), by)


def publish_due(project: Project, connection: Connection) -> int:
    """Publish whatever is due; what does not pass any more is not, and says why. How many were looked at."""
    found = planned.due(connection, project.now_micros(connection))
    for row in found:
        _publish(project, connection, row)
    return len(found)


def _publish(project: Project, connection: Connection, row: Row[Any]) -> None:
    journey, now = journeys.by_id(connection, row.journey_id), project.now_micros(connection)
    assert journey is not None
    try:
        number = publishing.publish(project, connection, journey, parsed(row.document))
    except JourneyHasProblems as refused:
        problems = [asdict(each) for each in refused.problems]
        planned.refuse(connection, row.journey_id, problems)
        keys.audit(connection, row.planned_by, "journey.not_published", journey.public_id, now, {"problems": problems})
        return
    keys.audit(connection, row.planned_by, "journey.published", journey.public_id, now, {"version": number})


#: The chores in their order: what is over takes nobody in, what is published now lets its audience in at once.
CHORES = (ending.end_due, publish_due, segment_work.refresh, audiences.let_in)
