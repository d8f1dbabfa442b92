"""What rules look at: the facts of one contact, and which of them the store must load."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: A rule as it comes: a JSON object.
Rule = Mapping[str, Any]
#: What a delivery must have become for a rule's word; `clicked` and `replied` stand beside the states.
REACHED: Mapping[str, frozenset[str]] = {
    "sent": frozenset({"accepted", "delivered", "read"}),
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
    "failed": frozenset({"rejected", "suppressed", "unresolved"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a rule may look at, for one contact at one instant."""

    now: datetime
    #: Of the contact, or of the event for a rule over its properties.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: Properties of the entry event.
    event: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    tags: Collection[str] = ()
    #: (channel, purpose) pairs that are granted.
    consents: Collection[tuple[str, str]] = ()
    segments: Collection[str] = ()
    #: How often events came, by `event_key`.
    counts: Mapping[str, int] = field(default_factory=dict)
    #: The delivery clauses that hold, by `delivery_key`.
    receipts: Collection[str] = ()
    zone: str = "UTC"


Holds = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class EventClause:
    """An event that a rule counts."""

    name: str
    where: Rule | None = None
    #: ISO duration back from now.
    within: str | None = None
    #: A property in which it is the same as the entry event.
    match: str | None = None
    #: `where`, compiled: called with Facts whose attributes are the event's properties.
    fits: Holds = field(default=lambda facts: True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DeliveryClause:
    """A delivery that a rule asks about, of one node or of a whole journey."""

    was: str
    node: str | None = None
    journey: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The facts that the store must load for a rule; each clause once."""

    events: tuple[EventClause, ...] = ()
    deliveries: tuple[DeliveryClause, ...] = ()
    segments: frozenset[str] = frozenset()
    consents: bool = False
    #: Whether it compares attributes or properties: all else a database tells without our preparing anything.
    compares: bool = False


def event_key(clause: EventClause | Rule) -> str:
    """The stable name of what an event clause counts; `at_least` is no part of it."""
    if isinstance(clause, EventClause):
        clause = {"event": clause.name, "where": clause.where, "within": clause.within, "match": clause.match}
    return _canonical({name: clause[name] for name in ("event", "where", "within", "match") if clause.get(name)})


def delivery_key(clause: DeliveryClause | Rule) -> str:
    """The stable name of what a delivery clause asks."""
    if isinstance(clause, DeliveryClause):
        kind, name = ("node", clause.node) if clause.node is not None else ("journey", clause.journey)
        clause = {"delivery": {kind: name}, "was": clause.was}
    return _canonical({name: clause[name] for name in ("delivery", "was")})


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
