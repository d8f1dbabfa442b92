"""Messages that need no network: accepted in the move's own transaction, so that the trip walks on at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Limits
from engine.policing import Policies
from engine.project import Project
from engine.render import CannotRender, as_content, render
from journeys.facts import Person, View
from journeys.gates import Go, Reachable, decide
from journeys.graph import Journey
from journeys.walk import Walk
from nodes.base import Says
from nodes.visit import Answered, Say
from store import accounts, contacts, turns
from store.claims import Claimed
from store.sql import parsed
from store.tables.columns import maybe_instant, micros

#: A delivery by trip, visit and part.
Said = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that its channel has taken."""

    channel: str
    account: str
    address: str
    content: Mapping[str, Any]


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
        self._addresses: dict[int, list[Row[Any]]] | None = None

    def answer(self, row: Claimed, walk: Walk, journey: Journey, person: Person) -> Answered | None:
        """Take what the trip has just said and waits to know of; None when that is for the claim to decide."""
        if not self.open or walk.waiting_for != "answer" or not walk.effects:
            return None
        seq, node, effect = walk.effects[-1]
        if seq != walk.trip.seq or not isinstance(effect, Say) or (row.id, seq, effect.part) in self.taken:
            return None
        says = journey.says(node, effect.part)
        taken = None if says is None else self._take(says, row, View(journey, person, walk.trip, self.now))
        if taken is None:
            self.behind.add(row.contact_id)
            return None
        self.taken[(row.id, seq, effect.part)] = taken
        return Answered(at=self.now, sent=True, part=effect.part, visit=seq)

    def _take(self, says: Says, row: Claimed, view: View) -> Taken | None:
        if says.category == "marketing" or says.cascade or not says.channels:
            return None
        if not self.limits.keys() >= set(says.channels):
            return None
        to = self._to(says, row.contact_id, view)
        if to is None or row.contact_id in self.behind:
            return None
        try:
            message = render(says, to.channel, view.context(), view.zone)
        except CannotRender:
            return None
        return Taken(channel=to.channel, account=to.account, address=to.address, content=as_content(message))

    def _to(self, says: Says, contact_id: int, view: View) -> Reachable | None:
        if self._addresses is None:
            self._addresses = self._load()
        reachable = [
            Reachable(
                channel=each.channel,
                account=each.account,
                address=each.address,
                state=each.state,
                account_status="ok",
                last_inbound_at=maybe_instant(each.last_inbound_at),
                forbidden=self.policies.forbid(each.channel, says.category, view.person.attributes, self.now),
            )
            for each in self._addresses.get(contact_id, ())
        ]
        verdict = decide(says, self.now, self.now + says.ttl, reachable, (), (), self.limits, view.zone, None)
        return verdict.to if isinstance(verdict, Go) else None

    def _load(self) -> dict[int, list[Row[Any]]]:
        self.policies = Policies(self.project, self.connection)
        self.behind |= turns.on_their_way(self.connection, self.people, micros(self.now))
        found: dict[int, list[Row[Any]]] = {}
        for each in contacts.addresses_of(self.connection, self.people):
            if (each.channel, each.account) in self.open:
                found.setdefault(each.contact_id, []).append(each)
        return found


def _paced(limits: Limits) -> bool:
    return bool(limits.pair_seconds or limits.slow_media)
