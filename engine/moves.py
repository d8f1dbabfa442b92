"""Walks become rows: positions, visits, deliveries, updates, answers and counters of a whole batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from engine.at_once import Said, Taken
from engine.project import Project
from journeys.graph import Journey
from journeys.walk import Walk
from nodes.base import Says
from nodes.visit import Call, Hand, Record, Say, Set
from store import contacts, conversations, deliveries, enrollments, web_requests
from store.claims import Claimed
from store.counters import Tally, cohort
from store.sql import insert, run
from store.tables import SurveyAnswer
from store.tables.columns import MICROSECOND, micros

#: A claimed enrollment, its walk, and the entry event that its state row keeps.
Walked = tuple[Claimed, Walk, Any]


class Batch:
    """Everything that one transaction writes, gathered walk by walk."""

    def __init__(self, project: Project, connection: Connection, now: int, taken: Mapping[Said, Taken]) -> None:
        self.project, self.connection, self.now, self.taken = project, connection, now, taken
        self.moved: list[tuple[Any, ...]] = []
        self.visits: list[tuple[Any, ...]] = []
        self.states: list[tuple[int, Any, Any]] = []
        self.planned: list[tuple[Any, ...]] = []
        self.answers: list[tuple[Any, ...]] = []
        self.patches: dict[int, tuple[dict[str, Any], set[str], set[str]]] = {}
        self.requests: list[tuple[Any, ...]] = []
        self.handed: list[tuple[int, str, int, int, int, str, int]] = []
        self.tally = Tally()
        #: How many left (version, node, exit, cohort).
        self.passed: Counter[tuple[int, str, str, int]] = Counter()
        self._moment: datetime | None = None

    def add(self, row: Claimed, walk: Walk, event: Any) -> None:
        """Take in one walk."""
        trip = walk.trip
        when = cohort(row.entered_at)
        over = walk.over
        carries = bool(event or trip.answers or trip.coupon is not None or trip.memory)
        if walk.remembers and (carries or row.stateful):
            kept = {"answers": trip.answers, "coupon": trip.coupon, "memory": trip.memory}
            self.states.append((row.id, event or {}, kept))
        slot = row.slot if not over or (row.slot or "").startswith("once:") else None
        self.moved.append(
            (
                walk.status, walk.reason[:120], trip.node, trip.seq, self._at(trip.arrived_at),
                self.now if over else None, None if walk.due_at is None else micros(walk.due_at), walk.waiting_for,
                bool(row.stateful or (walk.remembers and carries)), bool(row.converted or walk.converted), slot, row.id,
            )
        )  # fmt: skip
        journey = self.project.version(self.connection, row.version_id).journey
        self._trail(row, walk, when)
        for seq, node, effect in walk.effects:
            self._effect(row, journey, seq, node, effect, when)
        if walk.converted and not row.converted:
            self.tally.add(row.version_id, "", "converted", when)

    def save(self, heard: Sequence[int]) -> None:
        """Write everything; `heard` are the signals that the walks have consumed."""
        connection = self.connection
        for (version, node, way, when), many in self.passed.items():
            self.tally.add(version, node, f"left:{way}", when, many)
            target = self.project.version(connection, version).journey.ways[(node, way)]
            self.tally.add(version, target, "entered", when, many)
        enrollments.save(connection, self.moved, self.visits, self.states, heard)
        deliveries.plan(connection, self.planned)
        contacts.patch(connection, self.patches, self.now)
        conversations.hand_over(connection, self.handed)
        web_requests.plan(connection, self.requests)
        columns = ("enrollment_id", "contact_id", "version_id", "node", "question", "value", "at")
        insert(connection, SurveyAnswer, columns, self.answers)
        self.tally.save(connection)

    def _at(self, moment: datetime) -> int:
        """Micros of an instant; most instants of a batch are the same object, the batch's own now."""
        if moment is self._moment:
            return self.now
        value = micros(moment)
        if value == self.now:
            self._moment = moment
        return value

    def _trail(self, row: Claimed, walk: Walk, when: int) -> None:
        trip, version = row.id, row.version_id
        for passed in walk.trail:
            node, way = passed.node, passed.exit
            self.visits.append((trip, passed.seq, version, node, self._at(passed.arrived_at), self.now, way))
            if way is not None:
                self.passed[(version, node, way, when)] += 1
        if walk.over:
            what = "failed" if walk.status == "failed" else "exited"
            add = self.tally.add
            add(version, walk.trip.node, f"{what}:{walk.reason}", when)
            add(version, "", "completed" if walk.status == "completed" else f"{what}:{walk.reason}", when)

    def _effect(self, row: Claimed, journey: Journey, seq: int, node: str, effect: Any, when: int) -> None:
        if isinstance(effect, Say):
            says = journey.says(node, effect.part)
            assert says is not None, f"{node} says nothing"
            self._plan(row, says, seq, node, effect.part, when)
        elif isinstance(effect, Set):
            attributes, add, remove = self.patches.setdefault(row.contact_id, ({}, set(), set()))
            attributes.update(effect.attributes)
            add.difference_update(effect.remove_tags)
            remove.difference_update(effect.add_tags)
            add.update(effect.add_tags)
            remove.update(effect.remove_tags)
        elif isinstance(effect, Call):
            request = {**asdict(effect), "timeout": effect.timeout.total_seconds()}
            origin = f"v:{row.id}:{seq}"
            self.requests.append((origin, row.journey_id, row.id, seq, request, "ready", self.now, 0, self.now))
        elif isinstance(effect, Hand):
            here = (row.contact_id, effect.queue, row.journey_id, row.id, seq, node, self.now)
            self.handed.append(here)
        elif isinstance(effect, Record):
            at = self.now
            self.answers.append((row.id, row.contact_id, row.version_id, node, effect.question, effect.value, at))

    def _plan(self, row: Claimed, says: Says, seq: int, node: str, part: str, when: int) -> None:
        now, taken = self.now, self.taken.get((row.id, seq, part))
        expires = now + says.ttl // MICROSECOND
        origin = f"v:{row.id}:{seq}:{part}"
        what = (origin, row.contact_id, row.journey_id, row.version_id, row.id, node, part, when, says.category)
        if taken is None:
            self.planned.append((*what, "planned", "", now, expires, 0, "", "", "", None, now, None))
            self.tally.add(row.version_id, node, "delivery:planned", when)
        else:
            to = (taken.channel, taken.account, taken.address, taken.content)
            self.planned.append((*what, "accepted", "", None, expires, 1, *to, now, now))
            self.tally.add(row.version_id, node, "delivery:accepted", when, channel=taken.channel)


def save_walks(
    project: Project,
    connection: Connection,
    walked: Sequence[Walked],
    heard: Sequence[int],
    now: int,
    taken: Mapping[Said, Taken] = MappingProxyType({}),
) -> Batch:
    """Write a batch of walks in the caller's transaction; `taken` are messages that went out at once."""
    batch = Batch(project, connection, now, taken)
    for row, walk, event in walked:
        batch.add(row, walk, event)
    batch.save(heard)
    _silence(connection, [row.id for row, walk, _ in walked if walk.over])
    return batch


def _silence(connection: Connection, ended: Sequence[int]) -> None:
    """Finished trips hear nothing more."""
    if ended:
        run(connection, "DELETE FROM signal WHERE enrollment_id IN [ids]", ids=list(ended))
