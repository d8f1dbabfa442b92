"""The one walk: how far a contact goes now, and what happens on the way. The engine, rehearsals and tests call it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from journeys.facts import Person, View
from journeys.graph import Journey
from journeys.leaving import leaves_early
from journeys.templates import MissingVariable, TemplateRefused
from nodes.base import NodeFailed
from nodes.visit import (
    Answered,
    Called,
    Closed,
    Decision,
    Draw,
    Drawn,
    Effect,
    End,
    Heard,
    Leave,
    Reach,
    Record,
    Reply,
    Set,
    Stay,
    Visit,
)

#: Moves without a wait, and visits of one trip, after which it has lost its way (`failed(loop_limit)`).
MAX_MOVES = 100
MAX_VISITS = 10_000

#: Told of each decision, with what was looked at: how a rehearsal explains itself.
Watch = Callable[["Trip", Visit, Decision], None]
#: What may be meant for an earlier visit.
OF_ONE_VISIT = (Answered, Called, Closed, Reply)

Status = Literal["active", "waiting", "completed", "exited", "failed"]


@dataclass(slots=True, kw_only=True)
class Trip:
    """Where one contact is on one journey, and what the trip remembers."""

    node: str
    #: Number of the visit within the trip, from 0.
    seq: int
    arrived_at: datetime
    entered_at: datetime
    #: True until the node was looked at for the first time.
    arriving: bool
    event: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    coupon: str | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)

    def again(self) -> Trip:
        """The same trip, to be walked by itself: a walk moves its trip."""
        return Trip(
            node=self.node,
            seq=self.seq,
            arrived_at=self.arrived_at,
            entered_at=self.entered_at,
            arriving=self.arriving,
            event=self.event,
            answers=self.answers,
            coupon=self.coupon,
            memory=self.memory,
        )


@dataclass(frozen=True, slots=True)
class Passed:
    """A finished visit."""

    seq: int
    node: str
    arrived_at: datetime
    left_at: datetime
    #: The exit, or None when the trip ended here.
    exit: str | None


@dataclass(slots=True, kw_only=True)
class Walk:
    """What a walk came to. `trip` is where the contact is now; when `status` is final it is where the trip ended."""

    trip: Trip
    status: Status = "active"
    reason: str = ""
    due_at: datetime | None = None
    waiting_for: str = ""
    trail: list[Passed] = field(default_factory=list)
    #: (visit number, node, effect) in the order in which they happened.
    effects: list[tuple[int, str, Effect]] = field(default_factory=list)
    converted: bool = False
    #: Set when the walk cannot go on before the store has drawn a coupon.
    draws: str | None = None
    #: Whether answers, coupon or memory differ from before.
    remembers: bool = False

    @property
    def over(self) -> bool:
        return self.status in ("completed", "exited", "failed")


def luck(salt: str, contact: str) -> float:
    """A number in 0..1 that is always the same for this salt and contact."""
    digest = hashlib.blake2b(f"{salt}:{contact}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def walk(
    journey: Journey,
    trip: Trip,
    person: Person,
    now: datetime,
    horizon: datetime,
    heard: Sequence[Heard] = (),
    watch: Watch | None = None,
) -> Walk:
    """Go on from where the trip is until a node stays, the trip ends, or a coupon is to be drawn.

    `heard` is consumed in order; what does not concern the present visit is passed over. `horizon` is the instant up to
    which everything received is known: silence is judged by it. A failing node parks the trip, and nobody else's.
    """
    done = Walk(trip=trip)
    view = View(journey, person, trip, now)
    view.watch = watch
    try:
        _go(journey, done, view, now, horizon, list(heard))
    except NodeFailed as failed:
        _fail(done, failed.reason, now)
    except MissingVariable:
        _fail(done, "missing_variable", now)
    except TemplateRefused:
        _fail(done, "template_refused", now)
    except Exception as bug:  # One contact's error parks that contact; the batch goes on (the class is the reason).
        _fail(done, f"error_{type(bug).__name__}", now)
    return done


def take_out(trip: Trip, reason: str, now: datetime) -> Walk:
    """End a trip from outside: opted out, restarted, merged, erased, stopped."""
    done = Walk(trip=trip)
    _end(done, End(reason, completed=False), now)
    return done


def _go(journey: Journey, done: Walk, view: View, now: datetime, horizon: datetime, queue: list[Heard]) -> None:
    looked, moves = False, 0
    guarded = journey.settings.goal is not None or bool(journey.settings.exit_when)
    visit = _visit(view, now, horizon)
    while moves < MAX_MOVES:
        heard = None if done.trip.arriving or not queue else queue.pop(0)
        if isinstance(heard, OF_ONE_VISIT) and heard.visit not in (None, done.trip.seq):
            continue  # What was meant for an earlier visit is no news to this one.
        if guarded and (why := leaves_early(journey, view, heard, looked, queue)) is not None:
            done.converted |= why == "goal"
            return _end(done, End(why, completed=False), now)
        looked = heard is None
        decision = _decide(journey, done, visit, view, heard)
        _take(done, view, decision)
        if isinstance(decision, End):
            return _end(done, decision, now)
        if isinstance(decision, Leave):
            _pass(journey, done, view, decision, now)
            looked, moves = False, moves + 1 if heard is None else 0
        elif done.draws or (looked and not queue):
            return None
    raise NodeFailed("loop_limit")


def _visit(view: View, now: datetime, horizon: datetime) -> Visit:
    """One for all the nodes of a walk; `_decide` fills in what differs from node to node."""
    trip = view.trip
    return Visit(
        now=now,
        horizon=horizon,
        arrived_at=trip.arrived_at,
        arriving=trip.arriving,
        luck=0.0,
        zone=view.zone,
        attributes=view.person.attributes,
        event=trip.event,
        answers=trip.answers,
        memory=trip.memory,
        heard=None,
        holds=view.holds,
        holds_over=view.holds_over,
        happened=view.happened,
        render=view.render,
    )


def _decide(journey: Journey, done: Walk, visit: Visit, view: View, heard: Heard | None) -> Decision:
    trip = done.trip
    node = journey.nodes[trip.node]
    visit.arrived_at, visit.arriving, visit.heard = trip.arrived_at, trip.arriving, heard
    visit.luck = luck(journey.salts[trip.node], view.person.external_id) if node.uses_luck else 0.0
    visit.attributes, visit.answers, visit.memory = view.person.attributes, trip.answers, trip.memory
    decision = node.decide(visit)
    if view.watch is not None:
        view.watch(trip, visit, decision)
    trip.arriving = False
    if isinstance(heard, Drawn):
        trip.coupon = heard.code if heard.code is not None else trip.coupon
        done.remembers = True
    if isinstance(decision, Stay):
        done.status, done.due_at, done.waiting_for = "waiting", decision.until, decision.waiting_for
        if decision.memory is not None:
            trip.memory, done.remembers = decision.memory, True
    return decision


def _take(done: Walk, view: View, decision: Decision) -> None:
    """Note the effects; a walk reads its own updates."""
    for effect in decision.effects:
        done.effects.append((done.trip.seq, done.trip.node, effect))
        if isinstance(effect, Set):
            view.update(effect)
        elif isinstance(effect, Record):
            done.trip.answers, done.remembers = {**done.trip.answers, effect.question: effect.value}, True
        elif isinstance(effect, Reach):
            done.converted = True
        elif isinstance(effect, Draw):
            done.draws = effect.pool


def _pass(journey: Journey, done: Walk, view: View, decision: Leave, now: datetime) -> None:
    trip = done.trip
    target = journey.ways.get((trip.node, decision.exit))
    if target is None:
        raise NodeFailed("exit_leads_nowhere")
    done.trail.append(Passed(trip.seq, trip.node, trip.arrived_at, now, decision.exit))
    done.remembers |= bool(trip.memory)
    trip.node, trip.seq, trip.arrived_at, trip.arriving, trip.memory = target, trip.seq + 1, now, True, {}
    done.status, done.due_at, done.waiting_for = "active", now, ""
    if trip.seq >= MAX_VISITS:
        raise NodeFailed("loop_limit")


def _end(done: Walk, end: End, now: datetime) -> None:
    trip = done.trip
    done.trail.append(Passed(trip.seq, trip.node, trip.arrived_at, now, None))
    done.status, done.reason = ("completed" if end.completed else "exited"), end.reason
    done.due_at, done.waiting_for = None, ""


def _fail(done: Walk, reason: str, now: datetime) -> None:
    trip = done.trip
    done.trail.append(Passed(trip.seq, trip.node, trip.arrived_at, now, None))
    done.status, done.reason, done.due_at, done.waiting_for, done.draws = "failed", reason, None, "", None
