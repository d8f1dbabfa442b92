"""Claim deliveries: the gates are asked again, the message is rendered, `sending` is committed before a byte leaves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account
from channels.message import Message
from engine.capping import Capping
from engine.cascading import narrowed
from engine.opt_out_line import OptOutLine
from engine.policing import Policies
from engine.project import Project, Version
from engine.rates import Rates
from engine.render import CannotRender, as_content, from_content, render
from engine.telling import refuse
from journeys.facts import zone_name
from journeys.gates import Go, Hold, Reachable, Refuse, decide
from nodes.base import Says
from store import consents, contacts, deliveries, enrollments, journeys, message_templates, turns
from store.copies import AGAIN
from store.counters import Tally
from store.crash_points import reach
from store.said_outside import INBOX
from store.sql import parsed
from store.tables.columns import instant, maybe_instant, micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A delivery that is `sending`: what the socket side needs, and the fence that its answer must show."""

    id: int
    attempt: int
    #: Which of the message's requests goes out now.
    part: int
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
    #: Whether there were as many due as the claim had room for.
    full: bool = False


def claim(project: Project, connection: Connection, limit: int) -> Claim:
    """Claim up to `limit` deliveries that are due, in the caller's durable transaction.

    One claims at a time: the accounts' rows, locked first, order the claims of all processes, so that what one of them
    decides (who is in flight, rates, caps) the next one sees.
    """
    now = project.now(connection)
    rates = Rates(connection, project.accounts(connection), now)
    rows = deliveries.due(connection, micros(now), limit)
    done = Claim(full=len(rows) == limit)
    if not rows:
        return done
    first: dict[int, Row[Any]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        first.setdefault(row.contact_id, row)
    Claiming(project, connection, now, rates, list(first.values()), done).run()
    if done.outgoing:
        reach("before-claim-commit")
    return done


class Claiming:
    """One claim, with what it has loaded for its deliveries."""

    def __init__(
        self, project: Project, connection: Connection, now: datetime, rates: Rates, rows: list[Row[Any]], done: Claim
    ) -> None:
        self.project, self.connection, self.now, self.rows, self.done = project, connection, now, rows, done
        self.rates = rates
        people = [row.contact_id for row in rows]
        self.policies = Policies(project, connection)
        self.unapproved = message_templates.not_approved(connection)
        self.capping = Capping(project, connection, now, rows)
        self.opt_out = OptOutLine(connection, rows)
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
        self.ready: list[tuple[str, str, int, int]] = []
        self.waiting: dict[tuple[int, str, str], list[Row[Any]]] = {}
        for other in turns.waiting_for_turn(connection, people):
            self.waiting.setdefault((other.contact_id, other.channel, other.account), []).append(other)
        self.refused: list[tuple[Row[Any], str]] = []
        self.tally = Tally()

    def run(self) -> None:
        """Decide each delivery and write it all."""
        paused = {row.journey_id for row in self.rows if row.journey_id} & journeys.standing_still(
            self.connection, micros(self.now)
        )
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
        turns.wait_for_turn(self.connection, self.ready)
        self.rates.save()
        self.tally.save(self.connection)
        self.done.decided = len(self.held) + len(self.ready) + len(self.refused)
        refuse(self.project, self.connection, self.refused, self.now)

    def _one(self, row: Row[Any]) -> None:
        version = None if row.version_id is None else self.project.version(self.connection, row.version_id)
        on = [each.channel for each in self.addresses.get(row.contact_id, ())]
        says = narrowed(self._says(row, version), row, on)
        zone = self._zone(row, version)
        verdict = decide(
            says,
            self.now,
            instant(row.expires_at),
            self._reachable(row),
            self.granted.get(row.contact_id, ()),
            self.withdrawn.get(row.contact_id, ()),
            self.limits,
            zone,
            version.journey.settings.quiet() if version and not row.parts else None,
            capped=self.capping.until(row, version, zone),
            by_person=row.origin.startswith(INBOX),
        )
        if isinstance(verdict, Refuse):
            self.refused.append((row, verdict.reason))
        elif isinstance(verdict, Hold):
            self._hold(row, verdict.reason, verdict.until)
        else:
            self._go(row, says, verdict, zone)

    def _go(self, row: Row[Any], says: Says, verdict: Go, zone: str) -> None:
        to = verdict.to
        free_at = self._before_it(row, to) or self._rate(row, says, to)
        if free_at:
            # Waiting for its turn is not a reason: it is ready, and nothing later to this address passes it.
            self.ready.append((to.channel, to.account, free_at, row.id))
            deliveries.count_change(self.tally, row, row.state, "ready", to.channel)
            return
        try:
            message = self._message(row, says, to, zone)
        except CannotRender as cannot:
            self.project.database.meters.count("template_rejected")
            self.refused.append((row, cannot.reason))
            return
        if verdict.late_answer:
            message = replace(message, late_answer=True)
        # The same name at every attempt: evidence of an earlier one is evidence of the message.
        ref = row.ref or secrets.token_urlsafe(9)
        lease = micros(self.project.real() + self.project.lease)
        at = micros(self.now)
        account = self.rates.accounts[(to.channel, to.account)].account
        message, mark = self.opt_out.under(row, message, account)
        content = {**as_content(message), **mark}
        self.sending.append((row.attempt + 1, to.channel, to.account, to.address, ref, content, lease, at, row.id))
        deliveries.count_change(self.tally, row, row.state, "sending", to.channel)
        out = Outgoing(
            id=row.id, attempt=row.attempt + 1, part=row.parts, message=message, address=to.address, account=account,
            ref=ref,
        )  # fmt: skip
        self.done.outgoing.append(out)

    def _before_it(self, row: Row[Any], to: Reachable) -> int:
        """When an earlier message to the same address has its turn; 0 when there is none."""
        earlier = self.waiting.get((row.contact_id, to.channel, to.account), ())
        return max((each.ready_at for each in earlier if each.id < row.id), default=0)

    def _rate(self, row: Row[Any], says: Says, to: Reachable) -> int:
        limits = self.limits[to.channel]
        slow = says.media is not None and says.media.kind in limits.slow_media
        address = next(each for each in self.addresses[row.contact_id] if _is(each, to))
        return self.rates.take(address, limits, slow=slow, queued=row.state == "ready" and not row.reason)

    def _hold(self, row: Row[Any], reason: str, until: datetime) -> None:
        self.held.append(("held", reason, micros(until), row.id))
        deliveries.count_change(self.tally, row, row.state, "held")

    def _says(self, row: Row[Any], version: Version | None) -> Says:
        if version is not None and row.content is None:
            says = version.journey.says(row.node, row.part)
            assert says is not None
            return says
        if version is not None:
            said = version.journey.says(row.node, row.part)
            if said is not None:
                # What a person sends again goes where it was rendered for.
                return replace(said, channels=(row.channel,)) if row.origin.startswith(AGAIN) else said
        content = parsed(row.content) or {}
        channel = content.get("channel")
        return Says(text="", category=row.category, channels=(channel,) if channel else ())

    def _message(self, row: Row[Any], says: Says, to: Reachable, zone: str) -> Message:
        # What was rendered once for a messenger goes out as it was: a later part or attempt is of the same message.
        if row.version_id is None or (row.content is not None and row.channel == to.channel):
            return from_content(parsed(row.content) or {})
        return render(says, to.channel, self._context(row), zone)

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

    def _reachable(self, row: Row[Any]) -> list[Reachable]:
        begun = (row.channel, row.account, row.address) if row.parts else None
        return [
            Reachable(
                channel=each.channel,
                account=each.account,
                address=each.address,
                state=each.state,
                account_status=self.rates.status(each.channel, each.account),
                last_inbound_at=maybe_instant(each.last_inbound_at),
                forbidden=self.policies.forbid(each.channel, row.category, parsed(row.attributes), self.now),
                unapproved=() if row.parts else self.unapproved.get((each.channel, each.account), ()),
            )
            for each in self.addresses.get(row.contact_id, ())
            if begun in (None, (each.channel, each.account, each.address))
        ]

    def _zone(self, row: Row[Any], version: Version | None) -> str:
        journey_zone = version.journey.settings.timezone if version else None
        return zone_name(row.timezone, parsed(row.attributes), journey_zone)


def _is(row: Row[Any], to: Reachable) -> bool:
    return (row.channel, row.account, row.address) == (to.channel, to.account, to.address)
