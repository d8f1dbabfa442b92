"""For how many contacts a rule would hold, and who they are: told at once, before it is anybody's segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from engine.persons import became
from engine.project import Project
from journeys.facts import Past, times, zone_name
from journeys.rules import Facts, Wanted, compile_rule, delivery_key, event_key, wanted
from store import consents, deliveries, events, sampling, segments
from store.sql import parsed
from store.tables.columns import instant


@dataclass(frozen=True, slots=True)
class Headcount:
    """What became of looking: how many were looked at, those for whom the rule holds, and how many there are in all."""

    looked_at: int
    holding: Sequence[Row[Any]]
    everybody: int

    @property
    def exact(self) -> bool:
        """Whether everybody was looked at."""
        return self.looked_at >= self.everybody

    @property
    def size(self) -> int:
        """For how many the rule holds: counted, or estimated from the sample."""
        held = len(self.holding)
        return held if self.exact or not self.looked_at else round(held * self.everybody / self.looked_at)


def headcount(project: Project, connection: Connection, rule: Mapping[str, Any]) -> Headcount:
    """Look at everybody, or at a sample spread over all where there are many."""
    people = sampling.contacts(connection)
    holds, want, known = compile_rule(rule), wanted(rule), _Known(project, connection)
    facts = known.facts(people, want)
    holding = [row for row in people if holds(facts[row.id])]
    return Headcount(len(people), holding, sampling.everybody(connection, len(people)))


class _Known:
    """What is known of contacts, one query per kind of fact that a rule reads."""

    def __init__(self, project: Project, connection: Connection) -> None:
        self.connection, self.now = connection, project.now(connection)

    def facts(self, people: Sequence[Row[Any]], want: Wanted) -> dict[int, Facts]:
        ids = [row.id for row in people]
        granted = consents.state(self.connection, ids) if want.consents and ids else {}
        grouped = segments.of_contacts(self.connection, ids) if want.segments and ids else {}
        past, sent = self._events(ids, want), self._sent(ids, want)
        found = {}
        for row in people:
            attributes = parsed(row.attributes)
            zone = zone_name(row.timezone, attributes, None)
            found[row.id] = Facts(
                now=self.now,
                attributes=attributes,
                tags=parsed(row.tags),
                consents=granted.get(row.id, ()),
                segments=grouped.get(row.id, ()),
                counts={event_key(each): times(each, past.get(row.id, ()), self.now, zone) for each in want.events},
                receipts=[
                    delivery_key(clause)
                    for clause in want.deliveries
                    if any(became(clause, each) for each in sent.get(row.id, ()))
                ],
                zone=zone,
            )
        return found

    def _events(self, ids: Sequence[int], want: Wanted) -> dict[int, list[Past]]:
        names = sorted({clause.name for clause in want.events})
        past: dict[int, list[Past]] = {}
        for event in events.of_contacts(self.connection, ids, names) if names and ids else ():
            seen = Past(event.name, parsed(event.properties), instant(event.received_at))
            past.setdefault(event.contact_id, []).append(seen)
        return past

    def _sent(self, ids: Sequence[int], want: Wanted) -> dict[int, list[Row[Any]]]:
        sent: dict[int, list[Row[Any]]] = {}
        for delivery in deliveries.outcomes_of(self.connection, ids) if want.deliveries and ids else ():
            sent.setdefault(delivery.contact_id, []).append(delivery)
        return sent
