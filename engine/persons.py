"""The contacts of a batch, with the facts that their journeys' rules read: one query per kind of fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from engine.project import Project, Version
from journeys.facts import Past, Person
from journeys.rules import REACHED, DeliveryClause, delivery_key
from store import consents, deliveries, events, segments
from store.claims import Claimed
from store.sql import parsed
from store.tables.columns import instant


def load_persons(project: Project, connection: Connection, claimed: Sequence[Claimed]) -> dict[int, Person]:
    """The contacts of a batch, with the facts that their journeys' rules read: one query per kind of fact."""
    persons = {
        row.contact_id: Person(
            external_id=row.external_id, attributes=parsed(row.attributes), tags=parsed(row.tags), zone=row.timezone
        )
        for row in claimed
    }
    versions: dict[int, Version] = {
        version: project.version(connection, version) for version in {row.version_id for row in claimed}
    }
    _load_events(connection, claimed, versions, persons)
    careful = sorted({row.contact_id for row in claimed if versions[row.version_id].journey.asks_consents})
    for contact, granted in consents.state(connection, careful).items() if careful else ():
        persons[contact].consents = granted
    grouped = sorted({row.contact_id for row in claimed if versions[row.version_id].journey.segments})
    for contact, named in segments.of_contacts(connection, grouped).items() if grouped else ():
        persons[contact].segments = named
    _load_receipts(connection, claimed, versions, persons)
    return persons


def _load_events(
    connection: Connection, claimed: Sequence[Claimed], versions: Mapping[int, Version], persons: Mapping[int, Person]
) -> None:
    names = sorted(set().union(*(version.journey.counts for version in versions.values())))
    if not names:
        return
    asking = sorted({row.contact_id for row in claimed if versions[row.version_id].journey.counts})
    past: dict[int, list[Past]] = {}
    for event in events.of_contacts(connection, asking, names) if asking else ():
        seen = Past(event.name, parsed(event.properties), instant(event.received_at))
        past.setdefault(event.contact_id, []).append(seen)
    for contact, events_seen in past.items():
        persons[contact].events = events_seen


def _load_receipts(
    connection: Connection, claimed: Sequence[Claimed], versions: Mapping[int, Version], persons: Mapping[int, Person]
) -> None:
    """Which of the asked questions about deliveries hold: «node» means a node of the asking journey."""
    asking = [row for row in claimed if versions[row.version_id].journey.receipts]
    if not asking:
        return
    sent: dict[int, list[Row[Any]]] = {}
    for delivery in deliveries.outcomes_of(connection, sorted({row.contact_id for row in asking})):
        sent.setdefault(delivery.contact_id, []).append(delivery)
    for row in asking:
        version = versions[row.version_id]
        holding = {
            delivery_key(clause)
            for clause in version.journey.receipts
            if any(became(clause, each, version.public_id) for each in sent.get(row.contact_id, ()))
        }
        persons[row.contact_id].receipts = holding | set(persons[row.contact_id].receipts)


def became(clause: DeliveryClause, delivery: Row[Any], own_journey: str = "") -> bool:
    """Whether a delivery is one that a clause asks about and came to that; «node» means one of the asking journey."""
    if delivery.public_id != (clause.journey or own_journey) or clause.node not in (None, delivery.node):
        return False
    if clause.was in ("replied", "clicked"):
        return delivery.replied_at is not None
    return delivery.state in REACHED[clause.was]
