"""Caps at the claim: loaded once for a batch, and only when somebody has set any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from engine.project import Project, Version
from journeys.caps import WEEK, Caps, capped_until
from store import frequency
from store.tables.columns import instant, micros


class Capping:
    """What the contacts of a batch were sent of late, against the project's caps and each journey's own."""

    def __init__(self, project: Project, connection: Connection, now: datetime, rows: Sequence[Row[Any]]) -> None:
        self.now = now
        chosen = frequency.setting(connection, "caps")
        self.own = Caps.model_validate(chosen) if chosen else None
        versions = {row.version_id for row in rows if row.version_id is not None and row.category == "marketing"}
        self.journeys = {each: project.version(connection, each).journey.settings.caps for each in versions}
        capped = [
            row.contact_id
            for row in rows
            if row.category == "marketing" and (self.own or self.journeys.get(row.version_id))
        ]
        # A day more than the week: days begin at other instants in other zones.
        since = micros(now - timedelta(days=WEEK + 1))
        self.sent = frequency.marketing_since(connection, sorted(set(capped)), since) if capped else {}

    def until(self, row: Row[Any], version: Version | None, zone: str) -> datetime | None:
        """When this message's contact may next get an advertisement; None: now. What has begun goes on."""
        journeys = self.journeys.get(version.id) if version is not None else None
        caps = [each for each in (self.own, journeys) if each is not None]
        if not caps or row.parts or row.unknown_at is not None or row.category != "marketing":
            return None
        sent = [instant(each.sending_at) for each in self.sent.get(row.contact_id, ())]
        return capped_until(caps, sent, self.now, zone)
