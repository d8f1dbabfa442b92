"""Claim deliveries: the gates are asked again, the message is rendered, `sending` is committed before a byte leaves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account, Limits
from channels.message import Message
from engine.advance import advance
from engine.crash_points import reach
from engine.project import Project, Version, real_now
from engine.render import CannotRender, as_content, from_content, render
from journeys.facts import zone_name
from journeys.gates import Go, Hold, Reachable, Refuse, decide
from nodes.base import Says
from nodes.visit import Answered
from store import accounts, consents, contacts, deliveries, enrollments, journeys
from store.accounts import Connected
from store.counters import Tally
from store.sql import parsed
from store.tables.columns import instant, maybe_instant, micros

SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A delivery that is `sending`: what the socket side needs, and the fence that its answer must show."""

    id: int
    attempt: int
    message: Message
    address: str
    account: Account
    ref: str


@dataclass(slots=True)
class Claim:
    """What one claim came to."""

    outgoing: list[Outgoing] = field(default_factory=list)
    #: Deliveries that were decided on without sending.
    decided: int = 0


class Rates:
    """Each account's rate over one claim: GCRA, one number per account, shared by all processes through its row."""

    def __init__(self, connection: Connection, connected: Sequence[Connected], now: int) -> None:
        self.now = now
        self.known = accounts.rates(connection)
        self.accounts = {(each.account.channel, each.account.name): each for each in connected}
        self.spent: dict[int, int] = {}

    def status(self, channel: str, account: str) -> str | None:
        """The account's status; None when it is not connected."""
        each = self.accounts.get((channel, account))
        return None if each is None else self.known[each.id][0]

    def take(self, channel: str, account: str, limits: Limits) -> int:
        """Take one message: 0 when it may go now, else the instant at which it may."""
        each = self.accounts[(channel, account)]
        _, paused, next_free = self.known[each.id]
        if paused is not None and paused > self.now:
            return paused
        per_second = float(each.account.settings.get("per_second", limits.per_second))
        # A fifth of the rate may come at once, so that no window of a second ever holds more than the limit.
        step, burst = SECOND / (per_second * 0.8), SECOND * 0.25
        arrival = max(self.spent.get(each.id, next_free or 0), self.now)
        if arrival - self.now > burst:
            return int(arrival - burst)
        self.spent[each.id] = int(arrival + step)
        return 0


def claim(project: Project, connection: Connection, limit: int) -> Claim:
    """Claim up to `limit` deliveries that are due, in the caller's durable transaction."""
    now = project.now(connection)
    rows = deliveries.due(connection, micros(now), limit)
    done = Claim()
    if not rows:
        return done
    first: dict[int, Row[Any]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        first.setdefault(row.contact_id, row)
    Claiming(project, connection, now, list(first.values()), done).run()
    if done.outgoing:
        reach("before-claim-commit")
    return done


class Claiming:
    """One claim, with what it has loaded for its deliveries."""

    def __init__(
        self, project: Project, connection: Connection, now: datetime, rows: list[Row[Any]], done: Claim
    ) -> None:
        self.project, self.connection, self.now, self.rows, self.done = project, connection, now, rows, done
        people = [row.contact_id for row in rows]
        self.rates = Rates(connection, project.accounts(connection), micros(now))
        self.granted = consents.state(connection, people)
        self.withdrawn = consents.withdrawn(connection, people)
        self.addresses: dict[int, list[Row[Any]]] = {}
        for address in contacts.addresses_of(connection, people):
            self.addresses.setdefault(address.contact_id, []).append(address)
        trips = [row.enrollment_id for row in rows if row.enrollment_id is not None]
        self.states = enrollments.states(connection, trips)
        self.left = enrollments.taken_out(connection, trips)
        self.limits = {name: channel.limits for name, channel in channels().items()}
        self.sending: list[tuple[Any, ...]] = []
        self.held: list[tuple[str, str, int, int]] = []
        self.refused: list[tuple[Row[Any], str]] = []
        self.tally = Tally()

    def run(self) -> None:
        """Decide each delivery and write it all."""
        paused = {row.journey_id for row in self.rows if row.journey_id} & set(_standing_still(self.connection))
        for row in self.rows:
            if row.journey_id in paused:
                self._hold(row, "journey_paused", self.now + timedelta(minutes=1))
            elif row.enrollment_id in self.left and row.attempt == 0:
                # Goal, exit rule, restart, stop: what had not gone out yet does not follow the contact.
                self.refused.append((row, "left_journey"))
            else:
                self._one(row)
        deliveries.start_sending(self.connection, self.sending)
        deliveries.hold(self.connection, self.held)
        accounts.spend(self.connection, self.rates.spent)
        self.tally.save(self.connection)
        self.done.decided = len(self.held) + len(self.refused)
        refuse(self.project, self.connection, self.refused, self.now)

    def _one(self, row: Row[Any]) -> None:
        version = None if row.version_id is None else self.project.version(self.connection, row.version_id)
        says = self._says(row, version)
        zone = self._zone(row, version)
        verdict = decide(
            says,
            self.now,
            instant(row.expires_at),
            self._reachable(row.contact_id),
            self.granted.get(row.contact_id, ()),
            self.withdrawn.get(row.contact_id, ()),
            self.limits,
            zone,
            version.journey.settings.quiet() if version else None,
        )
        if isinstance(verdict, Refuse):
            self.refused.append((row, verdict.reason))
        elif isinstance(verdict, Hold):
            self._hold(row, verdict.reason, verdict.until)
        else:
            self._go(row, says, verdict, zone)

    def _go(self, row: Row[Any], says: Says, verdict: Go, zone: str) -> None:
        to = verdict.to
        free_at = self.rates.take(to.channel, to.account, self.limits[to.channel])
        if free_at:
            # Waiting for the rate is not a reason: the message stays as it is, and the order is kept.
            self.held.append((row.state, row.reason, free_at, row.id))
            return
        try:
            message = self._message(row, says, to.channel, zone)
        except CannotRender as cannot:
            self.refused.append((row, cannot.reason))
            return
        ref = secrets.token_urlsafe(9)
        lease = micros(real_now() + self.project.lease)
        at = micros(self.now)
        content = as_content(message)
        self.sending.append((row.attempt + 1, to.channel, to.account, to.address, ref, content, lease, at, row.id))
        deliveries.count_change(self.tally, row, row.state, "sending", to.channel)
        account = self.rates.accounts[(to.channel, to.account)].account
        self.done.outgoing.append(
            Outgoing(id=row.id, attempt=row.attempt + 1, message=message, address=to.address, account=account, ref=ref)
        )

    def _hold(self, row: Row[Any], reason: str, until: datetime) -> None:
        self.held.append(("held", reason, micros(until), row.id))
        deliveries.count_change(self.tally, row, row.state, "held")

    def _says(self, row: Row[Any], version: Version | None) -> Says:
        if version is not None and row.content is None:
            says = version.journey.nodes[row.node].says(row.part)
            assert says is not None
            return says
        if version is not None:
            said = version.journey.nodes[row.node].says(row.part)
            if said is not None:
                return said
        content = parsed(row.content) or {}
        channel = content.get("channel")
        return Says(text="", category=row.category, channels=(channel,) if channel else ())

    def _message(self, row: Row[Any], says: Says, channel: str, zone: str) -> Message:
        if row.version_id is None:
            return from_content(parsed(row.content) or {})
        return render(says, channel, self._context(row), zone)

    def _context(self, row: Row[Any]) -> Mapping[str, Any]:
        state = self.states.get(row.enrollment_id)
        kept = parsed(state.kept) if state is not None else {}
        context: dict[str, Any] = {
            "contact": {"external_id": row.external_id, **parsed(row.attributes)},
            "event": parsed(state.event) if state is not None else {},
            "answers": kept.get("answers") or {},
        }
        if kept.get("coupon") is not None:
            context["coupon"] = kept["coupon"]
        return context

    def _reachable(self, contact_id: int) -> list[Reachable]:
        return [
            Reachable(
                channel=row.channel,
                account=row.account,
                address=row.address,
                state=row.state,
                account_status=self.rates.status(row.channel, row.account),
                last_inbound_at=maybe_instant(row.last_inbound_at),
            )
            for row in self.addresses.get(contact_id, ())
        ]

    def _zone(self, row: Row[Any], version: Version | None) -> str:
        journey_zone = version.journey.settings.timezone if version else None
        return zone_name(row.timezone, parsed(row.attributes), journey_zone)


def refuse(project: Project, connection: Connection, refused: Sequence[tuple[Row[Any], str]], now: datetime) -> None:
    """Suppress deliveries and walk their enrollments on, in the same transaction."""
    if not refused:
        return
    tally = Tally()
    values = []
    answers: dict[int, list[Answered]] = {}
    for row, reason in refused:
        values.append(("suppressed", reason, None, None, None, None, row.id))
        deliveries.count_change(tally, row, row.state, "suppressed")
        if row.enrollment_id is not None:
            answered = Answered(at=now, sent=False, reason=reason, part=row.part, visit=visit_of(row))
            answers.setdefault(row.enrollment_id, []).append(answered)
    deliveries.settle(connection, values)
    tally.save(connection)
    walk_on(project, connection, answers, now)


def visit_of(row: Row[Any]) -> int | None:
    """Number of the visit that planned a delivery, from its origin; None for a delivery of no visit."""
    parts = str(row.origin).split(":")
    return int(parts[2]) if parts[0] == "v" else None


def walk_on(project: Project, connection: Connection, answers: Mapping[int, Sequence[Answered]], now: datetime) -> int:
    """Tell trips what became of their messages; those of paused journeys hear it when they are resumed."""
    if not answers:
        return 0
    claimed = enrollments.take(connection, list(answers))
    still = set(_standing_still(connection))
    later = [row.id for row in claimed if row.journey_id in still]
    signals = [
        (
            trip,
            "answer",
            {"sent": each.sent, "reason": each.reason, "part": each.part, "visit": each.visit},
            micros(each.at),
        )
        for trip in later
        for each in answers[trip]
    ]
    enrollments.send_signals(connection, signals, micros(now))
    moving = [row for row in claimed if row.journey_id not in still]
    return advance(project, connection, moving, now, {row.id: answers[row.id] for row in moving})


def _standing_still(connection: Connection) -> frozenset[int]:
    return journeys.standing_still(connection)
