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
#: What the gates ask of an address, its channel, account, state and last message of theirs; and the address itself.
Seen = tuple[str, str, str, int | None]
Address = tuple[Seen, str]


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
        self._addresses: dict[int, list[Address]] | None = None
        #: What the gates said of a message (version, node, part) to somebody with such addresses: all get the same.
        self._verdicts: dict[tuple[Any, ...], int | None] = {}

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
        fits = says is not None and self._fits(says)
        taken: list[Claimed] = []
        left: list[Claimed] = []
        for row in rows:
            said = (row.id, trip.seq, part)
            if said in self.taken:
                left.append(row)
                continue
            view = View(journey, persons[row.contact_id], trip, self.now)
            done = self._take(says, row, view, part) if says and fits else None
            if done is None:
                self.behind.add(row.contact_id)
                left.append(row)
            else:
                self.taken[said] = done
                taken.append(row)
        return taken, left

    def _fits(self, says: Says) -> bool:
        if says.category == "marketing" or says.cascade or not says.channels:
            return False
        return self.limits.keys() >= set(says.channels)

    def _take(self, says: Says, row: Claimed, view: View, part: str) -> Taken | None:
        to = self._to(says, row, view, part)
        if to is None or row.contact_id in self.behind:
            return None
        (channel, account, _, _), address = to
        try:
            content = content_of(says, channel, view.context(), view.zone)
        except CannotRender:
            return None
        return channel, account, address, content

    def _to(self, says: Says, row: Claimed, view: View, part: str) -> Address | None:
        if self._addresses is None:
            self._addresses = self._load()
        addresses = self._addresses.get(row.contact_id, ())
        forbidden: tuple[str, ...] = ()
        if self.policies.rules:
            attributes, now = view.person.attributes, self.now
            forbidden = tuple(self.policies.forbid(each[0], says.category, attributes, now) for each, _ in addresses)
        asked = (row.version_id, view.trip.node, part, forbidden, *(seen for seen, _ in addresses))
        if asked not in self._verdicts:
            self._verdicts[asked] = self._verdict(says, [seen for seen, _ in addresses], forbidden, view.zone)
        chosen = self._verdicts[asked]
        return None if chosen is None else addresses[chosen]

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

    def _load(self) -> dict[int, list[Address]]:
        self.policies = Policies(self.project, self.connection)
        self.behind |= turns.on_their_way(self.connection, self.people, micros(self.now))
        found: dict[int, list[Address]] = {}
        for contact, channel, account, address, state, inbound in contacts.reachable(self.connection, self.people):
            if (channel, account) in self.open:
                found.setdefault(contact, []).append(((channel, account, state, inbound), address))
        return found


def _paced(limits: Limits) -> bool:
    return bool(limits.pair_seconds or limits.slow_media)
