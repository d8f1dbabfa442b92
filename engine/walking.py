"""A batch's walks: those who stand alike are decided together, and what the store gives on the way lets them go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.at_once import Outlets
from engine.moves import Walked
from engine.project import Project
from journeys.alike import joined, walk_alike
from journeys.facts import Person
from journeys.graph import Journey
from journeys.walk import Trip, take_out, walk
from nodes.visit import Answered, Drawn, Heard
from store import coupons
from store.claims import Claimed
from store.sql import parsed
from store.tables.columns import instant, micros


class Walking:
    """The walks of one batch, party by party."""

    def __init__(
        self, project: Project, connection: Connection, persons: Mapping[int, Person], now: datetime, horizon: datetime
    ) -> None:
        self.project, self.connection, self.persons = project, connection, persons
        self.now, self.horizon = now, horizon
        self.walked: list[Walked] = []

    def set_out(
        self,
        claimed: Sequence[Claimed],
        states: Mapping[int, Row[Any]],
        heard: Mapping[int, Sequence[Heard]],
        outs: Mapping[int, str],
    ) -> None:
        """Walk everybody as far as they come by themselves; `outs` are taken out for a reason."""
        trips = Counter([row.contact_id for row in claimed])
        alone = len(trips) == len(claimed)
        alike: dict[tuple[Any, ...], list[Claimed]] = {}
        for row in claimed:
            told = tuple(heard.get(row.id, ())) if heard else ()
            if row.id in outs:
                trip, event = trip_of(row, states.get(row.id))
                self.walked.append(([row], take_out(trip, outs[row.id], self.now), event))
            elif not row.stateful and (alone or trips[row.contact_id] == 1) and _answers(told):
                place = (row.version_id, row.node, row.seq, row.status, row.arrived_at, told)
                alike.setdefault(place, []).append(row)
            else:
                # Who carries something of their own, or is on two trips of which one may see what the other changes.
                trip, event = trip_of(row, states.get(row.id))
                done = walk(self._journey(row), trip, self.persons[row.contact_id], self.now, self.horizon, told)
                self.walked.append(([row], done, event))
        for (*_, told), rows in alike.items():
            trip, event = trip_of(rows[0], None)
            self.walked += self._together(rows, trip, event, told)

    def draw(self) -> bool:
        """Give coupons to the walks that ask, and let them go on, until none asks; whether any did."""
        drew = False
        while asking := [each for each in self.walked if each[1].draws]:
            self.walked = [each for each in self.walked if not each[1].draws]
            given = coupons.draw(
                self.connection,
                [(row.id, done.draws or "", done.trip.seq, row.contact_id) for rows, done, _ in asking for row in rows],
                micros(self.now),
            )
            for rows, before, event in asking:
                for row in rows:
                    drawn, trip = Drawn(at=self.now, code=given.get(row.id)), before.trip.again()
                    person = self.persons[row.contact_id]
                    after = walk(self._journey(row), trip, person, self.now, self.horizon, [drawn])
                    self.walked.append(([row], joined(before, after), event))
            drew = True
        return drew

    def say(self, outlets: Outlets) -> bool:
        """Let the walks go on whose message was taken at once; whether any was."""
        said, parties, self.walked = False, self.walked[::-1], []
        while parties:
            rows, done, event = parties.pop()
            part = outlets.asked(done)
            taken: list[Claimed] = []
            if part is not None:
                taken, rows = outlets.take(rows, done.trip, part, self._journey(rows[0]), self.persons)
            if rows:
                self.walked.append((rows, done, event))
            if taken:
                answered = Answered(at=self.now, sent=True, part=part or "", visit=done.trip.seq)
                onward = self._together(taken, done.trip, event, (answered,))
                parties += [(each, joined(done, after), event) for each, after, _ in onward]
                said = True
        return said

    def _together(self, rows: list[Claimed], trip: Trip, event: Any, told: Sequence[Heard]) -> list[Walked]:
        people = [self.persons[row.contact_id] for row in rows]
        done = walk_alike(self._journey(rows[0]), trip, people, self.now, self.horizon, told)
        return [([rows[each] for each in whose], walked, event) for walked, whose in done]

    def _journey(self, row: Claimed) -> Journey:
        return self.project.version(self.connection, row.version_id).journey


def _answers(told: Sequence[Heard]) -> bool:
    """Whether a trip hears nothing but what became of its messages."""
    return not told or all(type(each) is Answered for each in told)


def trip_of(row: Claimed, state: Row[Any] | None) -> tuple[Trip, Any]:
    """A claimed enrollment as a trip, and the entry event that its state row keeps."""
    event, kept = ({}, {}) if state is None else (parsed(state.event), parsed(state.kept))
    trip = Trip(
        node=row.node,
        seq=row.seq,
        arrived_at=instant(row.arrived_at),
        entered_at=instant(row.entered_at),
        arriving=row.status == "active",
        event=event,
        answers=kept.get("answers") or {},
        coupon=kept.get("coupon"),
        memory=kept.get("memory") or {},
    )
    return trip, event
