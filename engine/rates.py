"""How many messages may go now: each account's rate, shared by all processes through its row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from channels.base import Limits
from store import accounts
from store.accounts import Connected

SECOND = 1_000_000


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
