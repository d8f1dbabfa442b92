"""What messengers answered becomes state: accepted, rejected, again later, or unknown; trips walk on at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.base import Accepted, Answer, Rejected, RetryAfter, Trouble, Unknown
from engine.claim import visit_of, walk_on
from engine.project import Project, real_now
from journeys.gates import LOOK_AGAIN
from nodes.visit import Answered
from store import accounts, consents, contacts, deliveries, inbox, running
from store.consents import ConsentGiven
from store.counters import Tally
from store.tables.columns import instant, micros

#: How often a definite «not now» is tried again before it counts as a no.
MAX_TRIES = 5
#: How long, of healthy receiver time, evidence is waited for before an unknown outcome is settled.
EVIDENCE = timedelta(minutes=15)
#: Messengers that echo our own id of a message: without an echo it can be sent again when it must arrive.
ECHOING = frozenset({"whatsapp", "messenger"})
ACCOUNT_TROUBLES = frozenset({Trouble.ACCOUNT_AUTH, Trouble.ACCOUNT_RESTRICTED, Trouble.QUOTA})
CONTACT_TROUBLES = {Trouble.CONTACT_BLOCKED: "blocked", Trouble.CONTACT_INVALID: "invalid"}
REASONS = {
    Trouble.CONTACT_BLOCKED: "blocked",
    Trouble.CONTACT_INVALID: "unreachable",
    Trouble.OUTSIDE_WINDOW: "window_closed",
    Trouble.OPTED_OUT: "opted_out",
}


@dataclass(frozen=True, slots=True)
class Unsent:
    """No connection was made: nothing left the machine."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back for one delivery; `attempt` is the fence."""

    delivery_id: int
    attempt: int
    answer: Answer | Unsent


def commit(project: Project, connection: Connection, outcomes: Sequence[Outcome]) -> int:
    """Write a batch of outcomes and walk the enrollments on; how many visits were finished."""
    return Settling(project, connection).run(outcomes)


class Settling:
    """One batch of outcomes in one transaction."""

    def __init__(self, project: Project, connection: Connection) -> None:
        self.project, self.connection = project, connection
        self.now = project.now(connection)
        self.values: list[tuple[Any, ...]] = []
        self.answers: dict[int, list[Answered]] = {}
        self.tally = Tally()

    def run(self, outcomes: Sequence[Outcome]) -> int:
        """Settle the outcomes whose fence still holds; a late answer can only bring evidence of acceptance."""
        rows = {row.id: row for row in deliveries.lock(self.connection, [each.delivery_id for each in outcomes])}
        for outcome in outcomes:
            row = rows.get(outcome.delivery_id)
            if row is None or row.attempt != outcome.attempt:
                continue
            if row.state == "sending" or (row.state == "unknown" and isinstance(outcome.answer, Accepted)):
                self.settle_one(row, outcome.answer)
        return self.save()

    def save(self) -> int:
        """Write what was settled."""
        deliveries.settle(self.connection, self.values)
        self.tally.save(self.connection)
        return walk_on(self.project, self.connection, self.answers, self.now)

    def settle_one(self, row: Row[Any], answer: Answer | Unsent) -> None:
        """Write one outcome into the batch."""
        if isinstance(answer, Accepted):
            self.accept(row, answer.id)
        elif isinstance(answer, RetryAfter):
            self._retry(row, timedelta(seconds=answer.seconds))
            if answer.scope == "account":
                until = micros(self.now + timedelta(seconds=answer.seconds))
                accounts.pause_until(self.connection, row.channel, row.account, until)
        elif isinstance(answer, Unsent):
            self._retry(row, timedelta(seconds=2 ** min(row.attempt, 6)))
        elif isinstance(answer, Unknown):
            self.unknown(row)
        else:
            self._reject(row, answer)

    def accept(self, row: Row[Any], provider_id: str | None) -> None:
        """The message went out."""
        at = micros(self.now)
        self.values.append(("accepted", "", None, provider_id or row.provider_id, at, None, row.id))
        deliveries.count_change(self.tally, row, row.state, "accepted")
        if row.state == "sending":
            self._tell(row, sent=True)

    def unknown(self, row: Row[Any]) -> None:
        """Nobody can say: the trip goes on as if it went out, evidence may still come."""
        self.values.append(("unknown", "", None, row.provider_id, None, micros(self.now), row.id))
        deliveries.count_change(self.tally, row, row.state, "unknown")
        self._tell(row, sent=True)

    def unresolved(self, row: Row[Any]) -> None:
        """The evidence window is over: counted and shown, never sent again by itself."""
        self.values.append(("unresolved", "no_evidence", None, row.provider_id, None, row.unknown_at, row.id))
        deliveries.count_change(self.tally, row, row.state, "unresolved")

    def again(self, row: Row[Any]) -> None:
        """Send once more what must arrive and left no evidence."""
        self.values.append(("ready", "no_evidence", micros(self.now), row.provider_id, None, None, row.id))
        deliveries.count_change(self.tally, row, row.state, "ready")

    def _retry(self, row: Row[Any], pause: timedelta) -> None:
        at = micros(self.now + pause)
        self.values.append(("ready", "again_later", at, None, None, None, row.id))
        deliveries.count_change(self.tally, row, row.state, "ready")

    def _wait_for_account(self, row: Row[Any]) -> None:
        at = micros(self.now + LOOK_AGAIN)
        self.values.append(("held", "account_paused", at, None, None, None, row.id))
        deliveries.count_change(self.tally, row, row.state, "held")

    def _reject(self, row: Row[Any], answer: Rejected) -> None:
        trouble = answer.trouble
        if trouble is Trouble.RETRY_BACKOFF and row.attempt < MAX_TRIES:
            self._retry(row, timedelta(seconds=5 * 2**row.attempt))
            return
        if trouble in ACCOUNT_TROUBLES or trouble is Trouble.TEMPLATE_PROBLEM:
            # The account or the template is at fault, not the contact: keep the message, stop what is broken.
            if trouble in ACCOUNT_TROUBLES:
                reason = f"{trouble.value}: {answer.code} {answer.text}".strip()
                accounts.set_status(self.connection, row.channel, row.account, "broken", reason)
                self._wait_for_account(row)
            else:
                self._retry(row, timedelta(minutes=15))
            return
        if trouble in CONTACT_TROUBLES:
            state = CONTACT_TROUBLES[trouble]
            contacts.set_address_state(self.connection, row.channel, row.account, row.address, state, answer.code)
        if trouble is Trouble.OPTED_OUT:
            given = ConsentGiven(
                contact_id=row.contact_id, channel=row.channel, purpose="marketing", action="withdraw",
                source=f"{row.channel} {answer.code}", at=micros(self.now), proven=True,
            )  # fmt: skip
            consents.record(self.connection, [given], micros(self.now))
        reason = REASONS.get(trouble, f"{trouble.value}:{answer.code}")[:120]
        self.values.append(("rejected", reason, None, None, None, None, row.id))
        deliveries.count_change(self.tally, row, row.state, "rejected")
        self._tell(row, sent=False, reason=reason)

    def _tell(self, row: Row[Any], *, sent: bool, reason: str = "") -> None:
        if row.enrollment_id is not None:
            answered = Answered(at=self.now, sent=sent, reason=reason, part=row.part, visit=visit_of(row))
            self.answers.setdefault(row.enrollment_id, []).append(answered)


def sweep(project: Project, connection: Connection, limit: int = 500) -> int:
    """Settle what nobody answers for: senders that died, and unknown outcomes past the evidence window."""
    settling = Settling(project, connection)
    dead = deliveries.expired_leases(connection, micros(real_now()), limit)
    for row in deliveries.lock(connection, dead):
        if row.state == "sending":
            settling.unknown(row)
    before = settling.now - EVIDENCE
    waiting = deliveries.unknown_since(connection, micros(before), limit)
    if waiting and healthy_since(project, connection) <= min(instant(row.unknown_at) for row in waiting):
        for row in deliveries.lock(connection, [row.id for row in waiting]):
            _give_up(settling, row)
    settled = len(settling.values)
    settling.save()
    return settled


def _give_up(settling: Settling, row: Row[Any]) -> None:
    must_arrive = row.category != "marketing" and row.channel in ECHOING
    if must_arrive and row.attempt < 3 and instant(row.expires_at) > settling.now:
        settling.again(row)
    else:
        settling.unresolved(row)


def healthy_since(project: Project, connection: Connection) -> datetime:
    """Since when webhooks could be received without a break and all of them are processed (`semantics.md` 29).

    In a sandbox time jumps, so only the present health counts.
    """
    beat = running.last_beat(connection, "api")
    if beat is None or inbox.horizon(connection) is not None:
        return datetime.max.replace(tzinfo=real_now().tzinfo)
    if micros(real_now()) - beat.beat_at > running.SILENCE:
        return datetime.max.replace(tzinfo=real_now().tzinfo)
    if project.sandbox:
        return datetime.min.replace(tzinfo=real_now().tzinfo)
    return instant(beat.up_since)


def outcomes_of(ids: Iterable[tuple[int, int]], answer: Answer | Unsent) -> list[Outcome]:
    """The same answer for several deliveries."""
    return [Outcome(delivery, attempt, answer) for delivery, attempt in ids]
