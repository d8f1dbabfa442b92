"""How many messages may go now: rates per account, per kind of media and per person, shared by all processes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.base import Limits
from store import accounts
from store.accounts import Connected, Pace
from store.tables.columns import micros

log = logging.getLogger(__name__)
SECOND = 1_000_000
#: Requests in a row of unknown outcome after which an account rests.
FAILURES = 5
#: The first rest, and the longest: each failed attempt to come back doubles it.
REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
#: How long the one request that tries whether the messenger is back keeps all others waiting: longer than its timeouts.
PROBE = 60 * SECOND
#: The longest wait that we guess when the messenger does not say how long.
LONGEST_GUESS = 3_600.0


def rest(failures: int) -> timedelta:
    """How long an account rests after so many failures in a row; nothing while they are few."""
    if failures < FAILURES:
        return timedelta(0)
    doubled: int = 2 ** min(failures - FAILURES, 10)
    return min(REST * doubled, LONGEST_REST)


def counted(failures: int, many: int, *, probed: bool) -> int:
    """Failures in a row after `many` more: those that were in flight when the rest began make it no longer."""
    if failures < FAILURES:
        return min(failures + many, FAILURES)
    return failures + 1 if probed else failures


def note_health(connection: Connection, now: datetime, account: tuple[str, str], answered: Sequence[bool]) -> None:
    """What the last requests say of an account's messenger, in order: it answered, or nobody knows what came."""
    failed = len(answered) - max((place for place, good in enumerate(answered, 1) if good), default=0)
    if failed < len(answered) and accounts.works(connection, *account):
        log.warning("%s/%s answers again", *account)
    row = accounts.failing(connection, *account) if failed else None
    if row is None:
        return
    failures = counted(row.failures, failed, probed=row.probe_at is not None)
    if failures == row.failures:
        return
    pause = rest(failures)
    accounts.fails(connection, row.id, failures, micros(now + pause) if pause else None)
    if pause:
        log.warning("%s/%s: %s requests in a row came to nothing, it rests for %s", *account, failures, pause)


def guess(seconds: float, scope: str, attempt: int) -> float:
    """How long to wait when the messenger did not say: longer with each attempt, for a person faster than for all.

    https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits asks for 4^n seconds.
    """
    grown = seconds * (4.0 if scope == "pair" else 2.0) ** min(attempt - 1, 10)
    return float(min(grown, max(LONGEST_GUESS, seconds)))


def silent_until(limits: Limits, until: int) -> int:
    """The pair's arrival time with which nothing goes to that person before `until`."""
    return until + int((limits.pair_burst - 1) * limits.pair_seconds * SECOND)


class Rates:
    """What may go in one claim: GCRA buckets, loaded from the accounts' rows and written back together.

    The rows are locked until the transaction ends, so one claim follows another and sees what it took.
    """

    def __init__(self, connection: Connection, connected: Sequence[Connected], now: datetime) -> None:
        self.connection, self.now = connection, micros(now)
        self.paces = accounts.paces(connection)
        self.accounts = {(each.account.channel, each.account.name): each for each in connected}
        self.touched: set[int] = set()
        #: Arrival time by address row.
        self.pairs: dict[int, int] = {}

    def status(self, channel: str, account: str) -> str | None:
        """The account's status; None when it is not connected."""
        each = self.accounts.get((channel, account))
        return None if each is None else self.paces[each.id].status

    def take(self, address: Row[Any], limits: Limits, *, slow: bool, queued: bool) -> int:
        """Take one message to an address: 0 when it may go now, else the instant at which it may.

        `slow`: it carries media that the messenger takes more slowly; `queued`: it was given a place before.
        """
        account = self.accounts[(address.channel, address.account)]
        pace = self.paces[account.id]
        if pace.paused_until is not None and pace.paused_until > self.now:
            return pace.paused_until
        per_second = float(account.account.settings.get("per_second", limits.per_second))
        free, after = self._account(pace, per_second, limits, slow)
        pair_at, pair = self._pair(address, limits)
        if free > self.now or pair_at > self.now:
            if pair_at >= free or queued:
                return max(free, pair_at)
            # A place of its own behind those that wait already, so that it is looked at once and not all the time.
            pace.queued_until = max(free, (pace.queued_until or 0) + int(SECOND / (per_second * 0.8)))
            self.touched.add(account.id)
            return pace.queued_until
        pace.next_free_at, pace.next_slow_at = after
        self.touched.add(account.id)
        if pair:
            self.pairs[address.id] = pair
        if pace.failures >= FAILURES:
            pace.probe_at, pace.paused_until = self.now, self.now + PROBE
        return 0

    def save(self) -> None:
        """Write back what was taken."""
        accounts.spend(self.connection, [(each, self.paces[each]) for each in sorted(self.touched)])
        accounts.spend_pairs(self.connection, sorted(self.pairs.items()))

    def _account(
        self, pace: Pace, per_second: float, limits: Limits, slow: bool
    ) -> tuple[int, tuple[int | None, int | None]]:
        free, after = self._bucket(pace.next_free_at, per_second)
        if not slow:
            return free, (after, pace.next_slow_at)
        slow_free, slow_after = self._bucket(pace.next_slow_at, limits.slow_per_second)
        return max(free, slow_free), (after, slow_after)

    def _bucket(self, arrival: int | None, per_second: float) -> tuple[int, int]:
        """(when it is free, its arrival time after a message): no window of a second ever holds more than the rate.

        A fifth of the rate may come at once, the rest is spread.
        """
        step = SECOND / (per_second * 0.8)
        at = max(arrival or 0, self.now)
        return int(at - max(0.25 * SECOND - step, 0.0)), int(at + step)

    def _pair(self, address: Row[Any], limits: Limits) -> tuple[int, int]:
        if not limits.pair_seconds and address.next_free_at is None:
            return 0, 0
        step = limits.pair_seconds * SECOND
        at = max(address.next_free_at or 0, self.now)
        return int(at - (limits.pair_burst - 1) * step), int(at + step)
