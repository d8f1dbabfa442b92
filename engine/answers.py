"""What messengers answered becomes state: accepted, rejected, again later, or unknown; trips walk on at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Accepted, Answer, Rejected, RetryAfter, Trouble, Unknown
from engine.people import suppress
from engine.project import Project
from engine.rates import guess, note_health, silent_until
from engine.telling import tells, visit_of, walk_on
from journeys.gates import LOOK_AGAIN, may_repeat
from nodes.base import Says
from nodes.visit import Answered
from store import accounts, consents, deliveries
from store.consents import ConsentGiven
from store.counters import Tally
from store.deliveries import Settled
from store.tables.columns import instant, micros

#: A person who must be left alone for so long has reached the messenger's own limit.
OVER_LIMIT = timedelta(hours=1)
#: As many messages of an account that wait because it was too many are no matter of one person any more.
SEVERAL = 5
#: How often a definite «not now» is tried again before it counts as a no.
MAX_TRIES = 5
ACCOUNT_TROUBLES = frozenset({Trouble.ACCOUNT_AUTH, Trouble.ACCOUNT_RESTRICTED, Trouble.QUOTA})
REASONS = {
    Trouble.CONTACT_BLOCKED: "blocked",
    Trouble.CONTACT_INVALID: "unreachable",
    Trouble.CONTACT_DOUBTFUL: "unreachable",
    Trouble.OUTSIDE_WINDOW: "window_closed",
    Trouble.OPTED_OUT: "opted_out",
}


@dataclass(frozen=True, slots=True)
class Unsent:
    """No connection was made: nothing left the machine."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back for one request of a delivery; `attempt` is the fence."""

    delivery_id: int
    attempt: int
    answer: Answer | Unsent
    #: Which of the message's requests it was, and whether it was the last.
    part: int = 0
    last: bool = True


def commit(project: Project, connection: Connection, outcomes: Sequence[Outcome]) -> int:
    """Write a batch of outcomes and walk the enrollments on; how many visits were finished."""
    return Settling(project, connection).run(outcomes)


def part_ref(ref: str, part: int) -> str:
    """Our name of a part before the last, on the wire."""
    return f"{ref}.{part}"


def split_ref(ref: str) -> tuple[str, int | None]:
    """(the message's name, number of the part) from a name that came back; None for the last part."""
    name, dot, part = ref.rpartition(".")
    return (name, int(part)) if dot and part.isdecimal() else (ref, None)


def says_of(project: Project, connection: Connection, row: Row[Any]) -> Says | None:
    """What the step of a delivery says, with its policies; None for a delivery of no step."""
    if row.version_id is None:
        return None
    return project.version(connection, row.version_id).journey.nodes[row.node].says(row.part)


def takes_evidence(row: Row[Any]) -> bool:
    """Whether news that a message arrived may still change its delivery: in flight, in doubt, or about to be repeated.

    What waits after a definite «not now» has not gone out, so nothing can be evidence of it.
    """
    in_doubt = row.state in ("ready", "held") and row.unknown_at is not None
    return in_doubt or row.state in ("sending", "unknown", "unresolved")


class Settling:
    """One batch of outcomes in one transaction."""

    def __init__(self, project: Project, connection: Connection) -> None:
        self.project, self.connection = project, connection
        self.now = project.now(connection)
        self.settled: list[Settled] = []
        self.answers: dict[int, list[Answered]] = {}
        self.tally = Tally()
        #: Whose messages an account was told to wait with in this batch, where nobody said for whom.
        self.told: dict[tuple[str, str], set[int]] = {}
        self._said: dict[tuple[int | None, str, str], Says | None] = {}

    def run(self, outcomes: Sequence[Outcome]) -> int:
        """Settle the outcomes whose fence still holds; a late answer can only bring evidence of acceptance."""
        rows = {row.id: row for row in deliveries.lock(self.connection, [each.delivery_id for each in outcomes])}
        health: dict[tuple[str, str], list[bool]] = {}
        for outcome in outcomes:
            row = rows.get(outcome.delivery_id)
            if row is not None and row.channel:
                answered = not isinstance(outcome.answer, Unknown | Unsent)
                health.setdefault((row.channel, row.account), []).append(answered)
            if row is None or row.parts != outcome.part:
                continue
            if isinstance(outcome.answer, Accepted):
                if takes_evidence(row):
                    self.accept(row, outcome.answer.id, last=outcome.last)
            elif row.state == "sending" and row.attempt == outcome.attempt:
                self.settle_one(row, outcome.answer, last=outcome.last)
        for account, answered_in_order in sorted(health.items()):
            note_health(self.connection, self.now, account, answered_in_order)
        return self.save()

    def save(self) -> int:
        """Write what was settled."""
        deliveries.settle(self.connection, self.settled)
        self.tally.save(self.connection)
        return walk_on(self.project, self.connection, self.answers, self.now)

    def settle_one(self, row: Row[Any], answer: Answer | Unsent, *, last: bool = True) -> None:
        """Write one outcome into the batch."""
        if isinstance(answer, Accepted):
            self.accept(row, answer.id)
        elif isinstance(answer, RetryAfter):
            self._again_later(row, answer)
        elif isinstance(answer, Unsent):
            self._retry(row, timedelta(seconds=2 ** min(row.attempt, 6)))
        elif isinstance(answer, Unknown):
            self.unknown(row, last=last)
        else:
            self._reject(row, answer)

    def put(self, row: Row[Any], state: str, reason: str = "", **more: Any) -> None:
        """Write a state into the batch, and count it; what is not given stays as it was."""
        kept = {name: getattr(row, name) for name in ("provider_id", "unknown_at", "cascade_at", "tries", "parts")}
        self.settled.append(Settled(id=row.id, state=state, reason=reason, **(kept | more)))
        deliveries.count_change(self.tally, row, row.state, state)

    def accept(self, row: Row[Any], provider_id: str | None, *, last: bool = True) -> None:
        """The message went out, or the next of its parts did and the rest goes on."""
        taken = {"provider_id": provider_id or row.provider_id, "parts": row.parts + 1, "unknown_at": None}
        if not last:
            self.put(row, "ready", "next_part", ready_at=micros(self.now), **taken | {"tries": 0})
            return
        # In doubt and not repeated: an earlier part, which evidence.py has let the rest follow.
        doubt = "part_unknown" if row.state == "sending" and row.unknown_at is not None and not row.tries else ""
        self.tally.add_sent(micros(self.now))
        self.put(row, "accepted", doubt, accepted_at=micros(self.now), cascade_at=self._cascade_at(row), **taken)
        if row.state == "sending":
            self._tell(row, sent=True)

    def unknown(self, row: Row[Any], *, last: bool = True) -> None:
        """Nobody can say: the trip goes on as if it went out, evidence may still come.

        Nothing ever tells of an earlier part where our names do not come back: what follows need not wait for it.
        """
        limits = channels()[row.channel].limits
        says = self.says(row)
        if not last and not limits.echoes and not may_repeat(says.policy if says else None, row.category, limits):
            self.pass_over(row)
            return
        self.put(row, "unknown", unknown_at=micros(self.now), tries=row.tries + 1, cascade_at=self._cascade_at(row))
        self._tell(row, sent=True)

    def pass_over(self, row: Row[Any]) -> None:
        """A part that nobody knows of is not repeated; those after it have not been sent at all, and go on."""
        since = row.unknown_at if row.unknown_at is not None else micros(self.now)
        self.put(row, "ready", "next_part", ready_at=micros(self.now), parts=row.parts + 1, tries=0, unknown_at=since)
        self.project.database.meters.count("unresolved", row.channel)

    def says(self, row: Row[Any]) -> Says | None:
        """What the step of a delivery says: the same for everybody, so it is asked once in a batch."""
        step = (row.version_id, row.node, row.part)
        if step not in self._said:
            self._said[step] = says_of(self.project, self.connection, row)
        return self._said[step]

    def _cascade_at(self, row: Row[Any]) -> int | None:
        """When the next messenger is tried; never where nothing would say that this one has delivered."""
        if row.cascade_at is not None or not channels()[row.channel].limits.delivered:
            return row.cascade_at  # type: ignore[no-any-return]
        says = self.says(row)
        return None if says is None or says.cascade is None else micros(self.now + says.cascade)

    def _again_later(self, row: Row[Any], answer: RetryAfter) -> None:
        """The messenger asks to wait: for the account, for this person, or until this person has had less of us."""
        scope = answer.scope if answer.scope != "either" else self._for_whom(row)
        seconds = answer.seconds if answer.told else guess(answer.seconds, scope, row.attempt)
        until = self.now + timedelta(seconds=seconds)
        if scope == "pair" and seconds >= OVER_LIMIT.total_seconds():
            self._blocked(row, "over_limit", until)
            return
        self._retry(row, timedelta(seconds=seconds))
        if scope == "account":
            accounts.pause_until(self.connection, row.channel, row.account, micros(until))
        else:
            silent = silent_until(channels()[row.channel].limits, micros(until))
            accounts.pause_pair(self.connection, row.channel, row.account, row.address, silent)

    def _for_whom(self, row: Row[Any]) -> str:
        """Viber's «too many» without a name: when several people's messages wait for it, the account is meant."""
        told = self.told.setdefault((row.channel, row.account), set())
        told.add(row.contact_id)
        earlier = deliveries.told_to_wait(self.connection, row.channel, row.account, micros(self.now), SEVERAL)
        return "account" if len(told.union(earlier)) >= SEVERAL else "pair"

    def _blocked(self, row: Row[Any], reason: str, until: datetime, patient: Collection[str] = ("wait",)) -> None:
        """It may not be sent now, and the step's policy decides: wait for it, or take this for an answer."""
        says = self.says(row)
        expires = instant(row.expires_at)
        if says is not None and says.on_blocked in patient and self.now < expires:
            self.put(row, "held", reason, ready_at=micros(min(until, expires)))
            return
        self._refused(row, reason)

    def _refused(self, row: Row[Any], reason: str) -> None:
        # A no to a second try says nothing of the first one, of which nobody knows.
        self.put(row, "rejected" if row.unknown_at is None else "unresolved", reason)
        self._tell(row, sent=False, reason=reason)

    def _retry(self, row: Row[Any], pause: timedelta, tries: int = 0) -> None:
        self.put(row, "ready", "again_later", ready_at=micros(self.now + pause), tries=row.tries + tries)

    def _reject(self, row: Row[Any], answer: Rejected) -> None:
        trouble = answer.trouble
        if trouble is Trouble.RETRY_BACKOFF and row.tries + 1 < MAX_TRIES:
            self._retry(row, timedelta(seconds=10 * 2**row.tries), tries=1)
            return
        if trouble in ACCOUNT_TROUBLES or trouble is Trouble.TEMPLATE_PROBLEM:
            # The account or the template is at fault, not the contact: keep the message, stop what is broken.
            if trouble in ACCOUNT_TROUBLES:
                reason = f"{trouble.value}: {answer.code} {answer.text}".strip()
                accounts.set_status(self.connection, row.channel, row.account, "broken", reason)
                self.put(row, "held", "account_paused", ready_at=micros(self.now + LOOK_AGAIN))
            else:
                # It would take everybody out of the journey: without a choice of the step they wait for its owner.
                self._blocked(row, "template_not_approved", self.now + LOOK_AGAIN, ("wait", "leave"))
            return
        suppress(self.connection, row, trouble, answer.code, micros(self.now))
        if trouble is Trouble.OPTED_OUT:
            given = ConsentGiven(
                contact_id=row.contact_id, channel=row.channel, purpose="marketing", action="withdraw",
                source=f"{row.channel} {answer.code}", at=micros(self.now), proven=True,
            )  # fmt: skip
            consents.record(self.connection, [given], micros(self.now))
        reason = REASONS.get(trouble, f"{trouble.value}:{answer.code}")[:120]
        self._refused(row, reason)

    def _tell(self, row: Row[Any], *, sent: bool, reason: str = "") -> None:
        if tells(row):
            answered = Answered(at=self.now, sent=sent, reason=reason, part=row.part, visit=visit_of(row))
            self.answers.setdefault(row.enrollment_id, []).append(answered)
