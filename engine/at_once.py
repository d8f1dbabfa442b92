"""Messages that need no network: accepted in the move's own transaction, so that the trip walks on at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from engine.project import Project
from engine.render import CannotRender, as_content, render
from journeys.facts import Person, View
from journeys.graph import Journey
from journeys.walk import Walk
from nodes.base import Says
from nodes.visit import Answered, Say
from store import contacts
from store.claims import Claimed

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

    Marketing is not theirs: consent, caps and quiet hours are asked at the claim, as for every messenger. So is
    everything that is not plain here: no address, a paused account, a message that does not render.
    """

    def __init__(self, project: Project, connection: Connection, rows: Sequence[Claimed], now: datetime) -> None:
        self.connection, self.now = connection, now
        self.people = sorted({row.contact_id for row in rows})
        self.names = frozenset(name for name, channel in channels().items() if channel.limits.at_once)
        self.open = frozenset(
            (each.account.channel, each.account.name)
            for each in (project.accounts(connection) if self.names else ())
            if each.account.channel in self.names and each.status == "ok"
        )
        self.taken: dict[Said, Taken] = {}
        self._addresses: dict[tuple[int, str], Row[Any]] | None = None

    def answer(self, row: Claimed, walk: Walk, journey: Journey, person: Person) -> Answered | None:
        """Take what the trip has just said and waits to know of; None when that is for the claim to decide."""
        if not self.open or walk.waiting_for != "answer" or not walk.effects:
            return None
        seq, node, effect = walk.effects[-1]
        if seq != walk.trip.seq or not isinstance(effect, Say) or (row.id, seq, effect.part) in self.taken:
            return None
        says = journey.says(node, effect.part)
        to = None if says is None else self._to(says, row.contact_id)
        if says is None or to is None:
            return None
        view = View(journey, person, walk.trip, self.now)
        try:
            message = render(says, to.channel, view.context(), view.zone)
        except CannotRender:
            return None
        self.taken[(row.id, seq, effect.part)] = Taken(
            channel=to.channel,
            account=to.account,
            address=to.address,
            content=as_content(message),
        )
        return Answered(at=self.now, sent=True, part=effect.part, visit=seq)

    def _to(self, says: Says, contact_id: int) -> Row[Any] | None:
        if says.category == "marketing" or not says.channels or not self.names.issuperset(says.channels):
            return None
        if self._addresses is None:
            found = contacts.addresses_of(self.connection, self.people)
            self._addresses = {
                (each.contact_id, each.channel): each
                for each in reversed(found)
                if (each.channel, each.account) in self.open and each.state == "ok"
            }
        known = (self._addresses.get((contact_id, name)) for name in says.channels)
        return next((each for each in known if each is not None), None)
