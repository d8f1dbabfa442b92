"""What a walk sees of a contact: attributes, tags, consents, events; kept current as the walk updates them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from journeys.graph import Journey
from journeys.rule_facts import Holds
from journeys.rules import EventClause, Facts, Wanted, compile_rule, delivery_key, event_key, wanted
from journeys.templates import compile_template
from nodes.times import UnknownZone, parse_duration, zone, zone_of_phone
from nodes.visit import Decision, Set, Visit, same_key

if TYPE_CHECKING:
    from journeys.walk import Trip

PROJECT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Past:
    """An event of this contact that came before."""

    name: str
    properties: Mapping[str, Any]
    at: datetime


@dataclass(slots=True, kw_only=True)
class Person:
    """A contact as a batch has loaded it. Events, consents and receipts are there when the journey asks for them."""

    external_id: str
    attributes: Mapping[str, Any]
    tags: Collection[str] = ()
    zone: str | None = None
    consents: Collection[tuple[str, str]] = ()
    segments: Collection[str] = ()
    events: Sequence[Past] = ()
    receipts: Collection[str] = ()

    def zone_in(self, journey_zone: str | None) -> str:
        """The contact's zone on a journey with this one."""
        if not self.zone and "phone" not in self.attributes:
            return journey_zone or PROJECT_ZONE
        return zone_name(self.zone, self.attributes, journey_zone)


def zone_name(person_zone: str | None, attributes: Mapping[str, Any], journey_zone: str | None) -> str:
    """A contact's zone: their own, their phone's country's if it has only one, the journey's, the project's."""
    return own_zone(person_zone, attributes) or journey_zone or PROJECT_ZONE


def own_zone(person_zone: str | None, attributes: Mapping[str, Any]) -> str | None:
    """The zone that is known of a contact, from themselves or their phone number; None when it is not."""
    if person_zone:
        try:
            zone(person_zone)
            return person_zone
        except UnknownZone:
            pass  # Refused at the door; a row from elsewhere falls back instead of stopping the contact.
    phone = attributes.get("phone")
    digits = "".join(sign for sign in phone if sign.isdigit()) if isinstance(phone, str) else ""
    return zone_of_phone(digits) if digits else None


class View:
    """One contact on one trip, as rules and templates look at them."""

    def __init__(self, journey: Journey, person: Person, trip: Trip, now: datetime) -> None:
        self.journey, self.person, self.trip, self.now = journey, person, trip, now
        self._plain: Facts | None = None
        #: Told of each decision of a walk (`journeys.walk.Watch`).
        self.watch: Callable[[Trip, Visit, Decision], None] | None = None
        self.zone = person.zone_in(journey.settings.timezone)

    def holds(self, rule: Mapping[str, Any]) -> bool:
        """Whether a rule holds for the contact now."""
        test, want = self._compiled(rule)
        if want.events or want.deliveries:
            counts = {
                event_key(clause): times(clause, self.person.events, self.now, self.zone, self.trip.event)
                for clause in want.events
            }
            receipts = [name for name in map(delivery_key, want.deliveries) if name in self.person.receipts]
            return test(self._facts(counts, receipts))
        if self._plain is None or self._plain.answers is not self.trip.answers:
            self._plain = self._facts({}, ())
        return test(self._plain)

    def _facts(self, counts: Mapping[str, int], receipts: Collection[str]) -> Facts:
        return Facts(
            now=self.now,
            attributes=self.person.attributes,
            event=self.trip.event,
            answers=self.trip.answers,
            tags=self.person.tags,
            consents=self.person.consents,
            segments=self.person.segments,
            counts=counts,
            receipts=receipts,
            zone=self.zone,
        )

    def holds_over(self, rule: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
        """Whether a rule holds over an event's properties; `event.x` inside it means the entry event."""
        test, _ = self._compiled(rule)
        return test(_over(properties, self.now, self.trip.event, self.zone))

    def happened(self, name: str, where: Mapping[str, Any] | None, match: str | None = None) -> bool:
        """Whether such an event came since the trip began; it shares the property `match` with the entry event."""
        since, entry = self.trip.entered_at, self.trip.event
        return any(
            past.name == name
            and past.at >= since
            and (match is None or same_key(past.properties.get(match), entry.get(match)))
            and (where is None or self.holds_over(where, past.properties))
            for past in self.person.events
        )

    def render(self, template: str) -> Any:
        """A template's value for this contact; MissingVariable, TemplateRefused."""
        return compile_template(template).value(self.context(), zone=self.zone)

    def context(self) -> dict[str, Any]:
        """What templates may name."""
        contact = {"external_id": self.person.external_id, **self.person.attributes}
        named: dict[str, Any] = {"contact": contact, "event": self.trip.event, "answers": self.trip.answers}
        if self.trip.coupon is not None:
            named["coupon"] = self.trip.coupon
        return named

    def update(self, change: Set) -> None:
        """A walk reads its own updates."""
        person, self._plain = self.person, None
        merged = {**person.attributes, **change.attributes}
        person.attributes = {name: value for name, value in merged.items() if value is not None}
        if change.add_tags or change.remove_tags:
            tags = dict.fromkeys([*person.tags, *change.add_tags])
            person.tags = [tag for tag in tags if tag not in change.remove_tags]

    def _compiled(self, rule: Mapping[str, Any]) -> tuple[Holds, Wanted]:
        known = self.journey.compiled.get(id(rule))
        if known is None:
            known = (compile_rule(rule), wanted(rule))
            self.journey.compiled[id(rule)] = known
        return known


def times(
    clause: EventClause, events: Sequence[Past], now: datetime, zone_of: str, entry: Mapping[str, Any] | None = None
) -> int:
    """How many of a contact's events a clause counts; `entry`: the properties of the entry event, if there is one."""
    since = now - parse_duration(clause.within) if clause.within else None
    begun = entry or {}
    return sum(
        past.name == clause.name
        and (since is None or past.at >= since)
        and (clause.match is None or same_key(past.properties.get(clause.match), begun.get(clause.match)))
        and clause.fits(_over(past.properties, now, begun, zone_of))
        for past in events
    )


def _over(properties: Mapping[str, Any], now: datetime, entry: Mapping[str, Any], zone_of: str) -> Facts:
    return Facts(
        now=now,
        attributes=properties,
        event=entry,
        answers={},
        tags=(),
        consents=(),
        segments=(),
        counts={},
        receipts=(),
        zone=zone_of,
    )
