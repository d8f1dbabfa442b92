"""One installation: its database, vault, clock and what is cached of it. One database is one project."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.timekeeping import Timekeeper, real_now
from journeys.audience import Audience
from journeys.graph import Journey, read
from store import accounts, clock, journeys
from store.accounts import Connected
from store.database import Database
from store.sql import parsed
from store.tables.columns import micros
from store.vault import Vault

__all__ = ["Project", "Version", "real_now"]

log = logging.getLogger(__name__)
VERSIONS_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Version:
    """A published version in memory."""

    id: int
    journey_id: int
    number: int
    public_id: str
    journey: Journey


@dataclass(slots=True)
class Project:
    """Everything that the engine and the API share."""

    database: Database
    vault: Vault
    home: Path
    #: Where the business is and what it does: rules of countries and industries ask for it.
    country: str = ""
    industry: str = ""
    #: Time may be virtual.
    sandbox: bool = False
    #: Systems that web requests may go to; none: there are no web requests.
    hosts: frozenset[str] = frozenset()
    #: Real time after which a sender that has not answered is taken for dead: longer than all its timeouts together.
    lease: timedelta = timedelta(seconds=60)
    #: The real time, on which leases, heartbeats and timeouts run.
    real: Timekeeper = field(default_factory=Timekeeper)
    #: When the contacts were last sampled, and what was found (`engine.advice`).
    audience: tuple[datetime, Audience] | None = None
    _versions: OrderedDict[int, Version] = field(default_factory=OrderedDict)
    _accounts: tuple[tuple[tuple[Any, ...], ...], list[Connected]] | None = None

    def now(self, connection: Connection) -> datetime:
        """Now, as the product sees it: virtual in a sandbox."""
        real = self.real()
        return clock.now(connection, real) if self.sandbox else real

    def now_micros(self, connection: Connection) -> int:
        """`now` in microseconds."""
        return micros(self.now(connection))

    def version(self, connection: Connection, version_id: int) -> Version:
        """A published version; versions never change, so they are kept."""
        known = self._versions.get(version_id)
        if known is not None:
            self._versions.move_to_end(version_id)
            return known
        row = journeys.version(connection, version_id)
        if row is None:
            raise LookupError(f"version {version_id} does not exist")
        known = Version(row.id, row.journey_id, row.version, row.public_id, read(parsed(row.document), row.public_id))
        self._versions[version_id] = known
        while len(self._versions) > VERSIONS_KEPT:
            self._versions.popitem(last=False)
        return known

    def accounts(self, connection: Connection) -> list[Connected]:
        """Connected accounts with their secrets; read again when one was added or changed."""
        stamp = accounts.stamp(connection)
        if self._accounts is None or self._accounts[0] != stamp:
            self._accounts = (stamp, accounts.all_of(connection, self.vault))
        return self._accounts[1]

    def account(self, connection: Connection, channel: str, name: str) -> Connected | None:
        """One connected account."""
        return next(
            (
                each
                for each in self.accounts(connection)
                if (each.account.channel, each.account.name) == (channel, name)
            ),
            None,
        )
