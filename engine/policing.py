"""The rules of countries and industries that concern this business, read once for a batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.project import Project
from journeys.policies import Policy, country_of, forbidding
from store import policies
from store.tables.columns import instant


class Policies:
    """Active rules of this business's industry."""

    def __init__(self, project: Project, connection: Connection) -> None:
        self.home, self.industry = project.country, project.industry
        self.rules = [
            Policy(
                name=row.name,
                country=row.country,
                industry=row.industry,
                channel=row.channel,
                category=row.category,
                law=row.law,
                since=instant(row.since),
            )
            for row in policies.listed(connection)
            if row.active and row.industry in ("*", self.industry)
        ]

    def forbid(self, channel: str, category: str, attributes: Mapping[str, Any], now: datetime) -> str:
        """The name of the rule that forbids this message to such a contact; empty when none does."""
        if not self.rules:
            return ""
        country = country_of(attributes, self.home)
        found = forbidding(self.rules, country, self.industry, channel, category, now)
        return found.name if found else ""
