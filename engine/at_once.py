"""Messages that need no network: accepted in the move's own transaction, so that the trip walks on at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels import registry as channels
from channels.base import Limits
from engine.policing import Policies
from engine.project import Project
from engine.render import CannotRender, content_of
from journeys.facts import Person, View
from journeys.gates import Go, Reachable, decide
from journeys.graph import Journey
from journeys.walk import Trip, Walk
from nodes.base import Says
from nodes.visit import Say
from store import accounts, contacts, turns
from store.claims import Claimed
from store.sql import parsed
from store.tables.columns import maybe_instant, micros

#: A delivery by trip, visit and part.
Said = tuple[int, int, str]


#: A message that its channel has taken: channel, account, address, content.
Taken = tuple[str, str, str, Mapping[str, Any]]
#: What the gates ask of an address: its channel, account, state and last message of theirs.
Seen = tuple[str, str, str, int | None]


class Outlets:
    """The channels of `Limits.at_once`, for one batch.

    The claim's own gates decide, and only a plain yes is taken here; all else is planned, and the claim says why not.
    So is what a claim alone can weigh: marketing (consent, caps, quiet hours), a rate, the time of a next messenger,
    and whoever has an earlier message on its way, which nothing may pass.
    """

    def __init__(self, project: Project, connection: Connection, rows: Sequence[Claimed], now: datetime) -> None:
        self.project, self.connection, self.now = project, connection, now
        self.people = sorted({row.contact_id for row in rows})
        named = {name: channel.limits for name, channel in channels().items()}
        self.limits = {name: each for name, each in named.items() if each.at_once and not _paced(each)}
        self.open = frozenset(
            (each.channel, each.name)
            for each in (accounts.names(connection) if self.limits else ())
            if each.channel in self.limits and each.status == "ok" and (each.paused_until or 0) <= micros(now)
            if "per_second" not in parsed(each.settings)
        )
        self.taken: dict[Said, Taken] = {}
        #: Who has a message of this batch, or an earlier one, that goes the ordinary way.
        self.behind: set[int] = set()
        #: Of each contact what the gates ask of their addresses, and these.
        self._addresses: dict[int, tuple[tuple[Seen, ...], tuple[str, ...]]] | None = None

    def asked(self, walk: Walk) -> str | None:
        """The part that the trip has just said and waits to know of; None when there is none."""
        if not self.open or walk.waiting_for != "answer" or not walk.effects:
            return None
        seq, _, effect = walk.effects[-1]
        return effect.part if seq == walk.trip.seq and isinstance(effect, Say) else None

    def take(
        self, rows: Sequence[Claimed], trip: Trip, part: str, journey: Journey, persons: Mapping[int, Person]
    ) -> tuple[list[Claimed], list[Claimed]]:
        """Take what trips that stand alike have said: whose was taken, and whose is for the claim to decide."""
        says = journey.says(trip.node, part)
        if says is None or not self._fits(says):
            self.behind.update(row.contact_id for row in rows)
            return [], list(rows)
        if self._addresses is None:
            self._addresses = self._load()
        #: What the gates said of the message to somebody with such addresses: all get the same.
        verdicts: dict[tuple[Any, ...], int | None] = {}
        taken: list[Claimed] = []
        left: list[Claimed] = []
        for row in rows:
            said = (row.id, trip.seq, part)
            if said in self.taken:
                left.append(row)
            elif done := self._take(says, View(journey, persons[row.contact_id], trip, self.now), row, verdicts):
                self.taken[said] = done
                taken.append(row)
            else:
                self.behind.add(row.contact_id)
                left.append(row)
        return taken, left

    def _fits(self, says: Says) -> bool:
        if says.category == "marketing" or says.cascade or not says.channels:
            return False
        return self.limits.keys() >= set(says.channels)

    def _take(self, says: Says, view: View, row: Claimed, verdicts: dict[tuple[Any, ...], int | None]) -> Taken | None:
        seen, addresses = (self._addresses or {}).get(row.contact_id, ((), ()))
        if row.contact_id in self.behind:
            return None
        asked: tuple[Any, ...] = seen
        if self.policies.rules:
            attributes = view.person.attributes
            asked += tuple(self.policies.forbid(each[0], says.category, attributes, self.now) for each in seen)
        if asked not in verdicts:
            verdicts[asked] = self._verdict(says, seen, asked[len(seen) :], view.zone)
        chosen = verdicts[asked]
        if chosen is None:
            return None
        channel, account, _, _ = seen[chosen]
        try:
            content = content_of(says, channel, view.context(), view.zone)
        except CannotRender:
            return None
        return channel, account, addresses[chosen], content

    def _verdict(self, says: Says, seen: Sequence[Seen], forbidden: Sequence[str], zone: str) -> int | None:
        """Which of such addresses the message goes to, by number; None when to none of them now."""
        reachable = [
            Reachable(
                channel=channel,
                account=account,
                address=str(number),
                state=state,
                account_status="ok",
                last_inbound_at=maybe_instant(inbound),
                forbidden=forbidden[number] if forbidden else "",
            )
            for number, (channel, account, state, inbound) in enumerate(seen)
        ]
        verdict = decide(says, self.now, self.now + says.ttl, reachable, (), (), self.limits, zone, None)
        return int(verdict.to.address) if isinstance(verdict, Go) else None

    def _load(self) -> dict[int, tuple[tuple[Seen, ...], tuple[str, ...]]]:
        self.policies = Policies(self.project, self.connection)
        self.behind |= turns.on_their_way(self.connection, self.people, micros(self.now))
        found: dict[int, tuple[tuple[Seen, ...], tuple[str, ...]]] = {}
        for contact, channel, account, address, state, inbound in contacts.reachable(self.connection, self.people):
            if (channel, account) in self.open:
                seen, addresses = found.get(contact, ((), ()))
                found[contact] = ((*seen, (channel, account, state, inbound)), (*addresses, address))
        return found


def _paced(limits: Limits) -> bool:
    return bool(limits.pair_seconds or limits.slow_media)
