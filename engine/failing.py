"""Too many trips fail: the owner is told, and then the journey pauses by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import Connection

from engine.project import Project
from journeys.budget import verdict
from store import failing, journeys, keys

log = logging.getLogger(__name__)


def watch(project: Project, connection: Connection, journey_ids: Iterable[int], now: int) -> None:
    """Look at journeys in which a trip has just failed, in the transaction that counted it."""
    for journey_id in sorted(set(journey_ids)):
        row = journeys.by_id(connection, journey_id)
        if row is None or row.version_id is None or row.status != "live":
            continue
        budget = project.version(connection, row.version_id).journey.settings.failures
        if budget is None:
            continue
        run = failing.since(connection, journey_id)
        said = verdict(budget, run)
        if said == "warn":
            failing.tell(connection, journey_id, run.failed)
        elif said == "stop" and failing.pause(connection, journey_id, run.failed, now):
            log.warning("journey %s pauses: %s of %s trips failed", row.public_id, run.failed, run.people)
            found = {"failed": run.failed, "people": run.people}
            keys.audit(connection, "engine", "journey.paused_by_failures", row.public_id, now, found)
