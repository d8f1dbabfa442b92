"""A journey is over: nobody enters any more, nobody moves, and those inside are taken out page by page."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.enroll import end_trips
from engine.project import Project
from store import ending, enrollments, journeys, keys, planned

PAGE = 1_000


def end_due(project: Project, connection: Connection) -> int:
    """Take one page of contacts out of a journey that is over, or close it; how many things were done."""
    now = project.now_micros(connection)
    row = ending.due(connection, now)
    if row is None:
        return 0
    ids = enrollments.running(connection, row.id, row.ended_upto, PAGE)
    if ids:
        end_trips(project, connection, ids, "journey_over", now)
        ending.advance(connection, row.id, ids[-1])
        return len(ids)
    planned.drop(connection, row.id)
    ending.put(connection, row.id, None)
    journeys.set_status(connection, row.id, "stopped", now)
    keys.audit(connection, "engine", "journey.over", row.public_id, now)
    return 1
