"""All that can be said of a document before it is published: problems and warnings, with the contacts in view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from channels import registry as channels
from engine.project import Project, real_now
from engine.publish import problems_of
from journeys.audience import Audience, Lately, fold_audience
from journeys.caps import WEEK, Caps
from journeys.check import Problem
from journeys.facts import own_zone
from journeys.lint import lint
from store import consents, frequency, sampling
from store.sql import parsed
from store.tables.columns import instant, maybe_instant, micros

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
    now = project.now(connection)
    connected = [each.account.channel for each in project.accounts(connection)]
    attributes = [parsed(row.attributes) for row in found]
    zones = {row.id: own_zone(row.timezone, each) for row, each in zip(found, attributes, strict=True)}
    unzoned = sum(each is None for each in zones.values())
    caps = frequency.setting(connection, "caps")
    return replace(
        fold_audience(attributes, _reached(connection, ids, now), connected, unzoned),
        lately=_lately(connection, zones, now),
        at=now,
        caps=Caps(**caps) if caps else None,
    )


def _reached(connection: Connection, ids: Sequence[int], now: datetime) -> Iterator[tuple[str, bool, bool]]:
    """Each address: its messenger, whether marketing is agreed to there, and whether free text is taken now."""
    if not ids:
        return
    granted = consents.state(connection, ids)
    for row in sampling.addresses(connection, ids):
        known = channels().get(row.channel)
        hours = known.limits.window_hours if known is not None else None
        wrote = maybe_instant(row.last_inbound_at)
        free = hours is None or (wrote is not None and now < wrote + timedelta(hours=hours))
        yield row.channel, (row.channel, "marketing") in granted.get(row.contact_id, ()), free


def _lately(connection: Connection, zones: Mapping[int, str | None], now: datetime) -> tuple[Lately, ...]:
    """Whoever was sent advertisements in the days that caps look at."""
    sent = frequency.marketing_since(connection, list(zones), micros(now - timedelta(days=WEEK + 1))) if zones else {}
    return tuple((zones[each], tuple(instant(row.sending_at) for row in told)) for each, told in sent.items())
