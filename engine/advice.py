"""All that can be said of a document before it is published: problems and warnings, with the contacts in view."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from engine.project import Project, real_now
from engine.publish import problems_of
from journeys.audience import Audience, fold_audience
from journeys.check import Problem
from journeys.facts import own_zone
from journeys.lint import lint
from store import consents, sampling
from store.sql import parsed

FRESH = timedelta(minutes=1)


def advice(project: Project, connection: Connection, document: Any) -> list[Problem]:
    """Everything that is wrong with a document, errors first; warnings look at the contacts that there are."""
    found = [*problems_of(project, connection, document), *lint(document, audience(project, connection))]
    return sorted(found, key=lambda each: each.level != "error")


def audience(project: Project, connection: Connection) -> Audience:
    """The audience as it was within the last minute."""
    known, now = project.audience, real_now()
    if known is None or now - known[0] > FRESH:
        known = project.audience = (now, _sample(project, connection))
    return known[1]


def _sample(project: Project, connection: Connection) -> Audience:
    found = sampling.contacts(connection)
    ids = [row.id for row in found]
    granted = consents.state(connection, ids) if ids else {}
    reached = [
        (row.channel, (row.channel, "marketing") in granted.get(row.contact_id, ()))
        for row in (sampling.addresses(connection, ids) if ids else ())
    ]
    connected = [each.account.channel for each in project.accounts(connection)]
    attributes = [parsed(row.attributes) for row in found]
    unzoned = sum(own_zone(row.timezone, each) is None for row, each in zip(found, attributes, strict=True))
    return fold_audience(attributes, reached, connected, unzoned)
