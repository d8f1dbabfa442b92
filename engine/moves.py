"""Walks become rows: positions, visits, deliveries, updates, answers and counters of a whole batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from engine.at_once import Said, Taken
from engine.failing import watch
from engine.project import Project
from journeys.graph import Journey
from journeys.walk import Walk
from nodes.base import Says
from nodes.visit import Call, Hand, Record, Say, Set
from store import contacts, conversations, enrollments, planning, web_requests
from store.claims import Claimed
from store.counters import Tally, cohort
from store.sql import insert, run
from store.tables import SurveyAnswer
from store.tables.columns import MICROSECOND, micros

#: Claimed enrollments whose walk is the same one, the walk, and the entry event that a state row keeps.
Walked = tuple[list[Claimed], Walk, Any]


class Batch:
    """Everything that one transaction writes, gathered walk by walk."""

    def __init__(self, project: Project, connection: Connection, now: int, taken: Mapping[Said, Taken]) -> None:
        self.project, self.connection, self.now, self.taken = project, connection, now, taken
        #: What enrollments have come to, as `store.enrollments.MOVED`: whose that is. The `freed` let go of their slot.
        self.moved: dict[tuple[Any, ...], list[int]] = {}
        self.freed: dict[tuple[Any, ...], list[int]] = {}
        self.visits: dict[tuple[Any, ...], list[int]] = {}
        #: How many visits are finished.
        self.finished = 0
        self.states: list[tuple[int, Any, Any]] = []
        #: Deliveries, in two parts: `store.planning.OWN` and `SAME`.
        self.planned: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = []
        self.answers: list[tuple[Any, ...]] = []
        self.patches: dict[int, tuple[dict[str, Any], set[str], set[str]]] = {}
        self.requests: list[tuple[Any, ...]] = []
        self.handed: list[tuple[int, str, int, int, int, str, int]] = []
        self.tally = Tally()
        #: How many left (version, node, exit, cohort).
        self.passed: Counter[tuple[int, str, str, int]] = Counter()
        self._moment: datetime | None = None

    def add(self, rows: Sequence[Claimed], walk: Walk, event: Any) -> None:
        """Take in one walk of all who walked it; they are on one version."""
        trip, over = walk.trip, walk.over
        carries = bool(event or trip.answers or trip.coupon is not None or trip.memory)
        if walk.remembers:
            kept = {"answers": trip.answers, "coupon": trip.coupon, "memory": trip.memory}
            self.states += [(row.id, event or {}, kept) for row in rows if carries or row.stateful]
        there = (
            walk.status, walk.reason[:120], trip.node, trip.seq, self._at(trip.arrived_at),
            self.now if over else None, None if walk.due_at is None else micros(walk.due_at), walk.waiting_for,
        )  # fmt: skip
        stateful = walk.remembers and carries
        kinds: dict[tuple[bool, bool, bool], list[int]] = {}
        for row in rows:
            freed = over and row.slot is not None and not row.slot.startswith("once:")
            kinds.setdefault((bool(row.stateful), bool(row.converted), freed), []).append(row.id)
        for (was_stateful, was_converted, freed), ids in kinds.items():
            to = (*there, was_stateful or stateful, was_converted or walk.converted)
            (self.freed if freed else self.moved).setdefault(to, []).extend(ids)
        self._trail(rows, walk, Counter([cohort(row.entered_at) for row in rows]))
        journey = self.project.version(self.connection, rows[0].version_id).journey
        for seq, node, effect in walk.effects:
            self._effect(rows, journey, seq, node, effect)
        if walk.converted:
            for row in rows:
                if not row.converted:
                    self.tally.add(row.version_id, "", "converted", cohort(row.entered_at))

    def save(self, heard: Sequence[int]) -> None:
        """Write everything; `heard` are the signals that the walks have consumed."""
        connection = self.connection
        for (version, node, way, when), many in self.passed.items():
            self.tally.add(version, node, f"left:{way}", when, many)
            target = self.project.version(connection, version).journey.ways[(node, way)]
            self.tally.add(version, target, "entered", when, many)
        # In the order of the trips, whoever walked together: neighbours lie on one page, and messages keep their order.
        for ids in chain(self.moved.values(), self.freed.values(), self.visits.values()):
            ids.sort()
        self.planned.sort(key=lambda each: each[0][0])
        enrollments.save(connection, self.moved, self.freed, self.visits, self.states, heard)
        planning.plan(connection, self.planned)
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

    def _trail(self, rows: Sequence[Claimed], walk: Walk, cohorts: Mapping[int, int]) -> None:
        version = rows[0].version_id
        for passed in walk.trail:
            node, way = passed.node, passed.exit
            stay = (passed.seq, version, node, self._at(passed.arrived_at), self.now, way)
            self.visits.setdefault(stay, []).extend([row.id for row in rows])
            self.finished += len(rows)
            if way is not None:
                for when, many in cohorts.items():
                    self.passed[(version, node, way, when)] += many
        if walk.over:
            what = "failed" if walk.status == "failed" else "exited"
            end = "completed" if walk.status == "completed" else f"{what}:{walk.reason}"
            for when, many in cohorts.items():
                self.tally.add(version, walk.trip.node, f"{what}:{walk.reason}", when, many)
                self.tally.add(version, "", end, when, many)

    def _effect(self, rows: Sequence[Claimed], journey: Journey, seq: int, node: str, effect: Any) -> None:
        now = self.now
        if isinstance(effect, Say):
            says = journey.says(node, effect.part)
            assert says is not None, f"{node} says nothing"
            self._plan(rows, says, seq, node, effect.part)
        elif isinstance(effect, Set):
            for row in rows:
                self._patch(row.contact_id, effect)
        elif isinstance(effect, Call):
            request = {**asdict(effect), "timeout": effect.timeout.total_seconds()}
            self.requests += [
                (f"v:{row.id}:{seq}", row.journey_id, row.id, seq, request, "ready", now, 0, now) for row in rows
            ]
        elif isinstance(effect, Hand):
            self.handed += [(row.contact_id, effect.queue, row.journey_id, row.id, seq, node, now) for row in rows]
        elif isinstance(effect, Record):
            self.answers += [
                (row.id, row.contact_id, row.version_id, node, effect.question, effect.value, now) for row in rows
            ]

    def _patch(self, contact_id: int, effect: Set) -> None:
        attributes, add, remove = self.patches.setdefault(contact_id, ({}, set(), set()))
        attributes.update(effect.attributes)
        add.difference_update(effect.remove_tags)
        remove.difference_update(effect.add_tags)
        add.update(effect.add_tags)
        remove.update(effect.remove_tags)

    def _plan(self, rows: Sequence[Claimed], says: Says, seq: int, node: str, part: str) -> None:
        now, expires = self.now, self.now + says.ttl // MICROSECOND
        #: Deliveries that are alike but for whose they are: by the hour of entering and, of those taken, the account.
        alike: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        many: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            taken = self.taken.get((row.id, seq, part))
            channel, account, address, content = taken or ("", "", "", None)
            kind = (row.version_id, cohort(row.entered_at), taken is None, channel, account)
            many[kind] += 1
            if kind not in alike:
                place = (row.journey_id, row.version_id, node, part, kind[1], says.category)
                alike[kind] = (
                    (*place, "planned", "", now, expires, 0, "", "", now, None)
                    if taken is None
                    else (*place, "accepted", "", None, expires, 1, channel, account, now, now)
                )
            self.planned.append(((row.id, row.contact_id, f"v:{row.id}:{seq}:{part}", address, content), alike[kind]))
        for (version, when, waits, channel, _), amount in many.items():
            self.tally.add(version, node, f"delivery:{'planned' if waits else 'accepted'}", when, amount, channel)


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
    for rows, walk, event in walked:
        batch.add(rows, walk, event)
    batch.save(heard)
    watch(project, connection, (rows[0].journey_id for rows, walk, _ in walked if walk.status == "failed"), now)
    _silence(connection, [row.id for rows, walk, _ in walked if walk.over for row in rows])
    return batch


def _silence(connection: Connection, ended: Sequence[int]) -> None:
    """Finished trips hear nothing more."""
    if ended:
        run(connection, "DELETE FROM signal WHERE enrollment_id IN [ids]", ids=list(ended))
