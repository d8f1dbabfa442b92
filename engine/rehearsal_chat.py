"""The chat of a rehearsal: what would be sent goes through the real gates and is shown instead; notes say the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from channels import registry as channels
from engine.render import CannotRender, as_content, options_of, render
from journeys.caps import Caps, capped_until
from journeys.facts import Person, zone_name
from journeys.gates import Go, Hold, Reachable, decide
from journeys.graph import Journey
from journeys.script import Part
from journeys.walk import Trip
from nodes.base import Says
from nodes.visit import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the chat; a `note` is something that the contact does not see."""

    speaker: str
    at: datetime
    channel: str = ""
    text: str = ""
    #: As a delivery would keep it: text, buttons, media.
    content: dict[str, Any] = field(default_factory=dict)
    node: str = ""
    seq: int = -1
    #: Of a note: `suppressed`, `held`, `opted_out`, `opted_in`, `stale_button`, `inbox`, `event`, `coupon`, `call`,
    #: `answered`, `handed_over`, `closed`, `nobody_waits`, `begins`, `too_many_wakes`.
    note: str = ""
    #: Until when what is held is held.
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A message on its way: when it is to be looked at, and since when it is planned."""

    until: datetime
    planned: datetime
    says: Says
    part: str
    seq: int
    node: str


class Chat:
    """What was said so far, what is held, and what the contact's consents and windows allow."""

    def __init__(self, journey: Journey, part: Part, now: datetime, caps: Sequence[Caps] = ()) -> None:
        self.journey = journey
        own = journey.settings.caps
        self.caps = (*caps, *((own,) if own is not None else ()))
        self.advertised = [each.astimezone(UTC) for each in part.advertised]
        self.channels = list(part.channels)
        agreed = part.channels if part.consents is None else part.consents
        self.granted = {(channel, "marketing") for channel in agreed}
        self.withdrawn: set[tuple[str, str]] = set()
        self.heard_at = {self.channel: now} if part.wrote else {}
        self.lines: list[Line] = []
        self.held: list[Pending] = []
        #: What was told to be held: once, however often it is looked at again.
        self.told: set[tuple[int, str, str]] = set()

    @property
    def channel(self) -> str:
        """The messenger that the contact uses."""
        return self.channels[0]

    def use(self, channel: str) -> None:
        """They write from another messenger."""
        self.channels = [channel, *(name for name in self.channels if name != channel)]

    def consent(self, *, granted: bool) -> None:
        """They stop marketing on this messenger, or take that back."""
        pair = (self.channel, "marketing")
        (self.granted.add if granted else self.granted.discard)(pair)
        (self.withdrawn.discard if granted else self.withdrawn.add)(pair)

    def said(self, now: datetime, text: str = "", media: str = "") -> None:
        """The contact wrote or sent something: it opens the messenger's window."""
        content = {"media": {"kind": media}} if media else {}
        self.lines.append(Line(speaker="person", at=now, channel=self.channel, text=text, content=content))
        self.heard_at[self.channel] = now

    def note(self, now: datetime, what: str, text: str = "", node: str = "", until: datetime | None = None) -> None:
        """Say something to the one who rehearses."""
        self.lines.append(Line(speaker="note", at=now, note=what, text=text, node=node, until=until))

    def agent(self, now: datetime, text: str) -> None:
        """A person of the business writes."""
        self.lines.append(Line(speaker="bot", at=now, channel=self.channel, text=text, content={"text": text}))

    def options(self) -> tuple[tuple[str, str], ...]:
        """The buttons under the last message: an answer may name them."""
        last = next((line for line in reversed(self.lines) if line.speaker == "bot"), None)
        return buttons_of(last) if last is not None else ()

    def button(self, wanted: str) -> tuple[Line, str, str] | None:
        """The newest message with this button, by id or title, and the button's id and title."""
        for line in reversed(self.lines):
            for name, title in buttons_of(line) if line.speaker == "bot" else ():
                if wanted.casefold() in (name.casefold(), title.casefold()):
                    return line, name, title
        return None

    def send(self, message: Pending, person: Person, trip: Trip, now: datetime) -> list[Answered]:
        """Show a message, or hold it, or say why not: what the trip hears of it."""
        limits = {name: channel.limits for name, channel in channels().items()}
        zone = zone_name(person.zone, person.attributes, self.journey.settings.timezone)
        until, quiet = message.planned + message.says.ttl, self.journey.settings.quiet()
        there = [self._reachable(name) for name in self.channels]
        capped = capped_until(self.caps, self.advertised, now, zone) if self.caps else None
        verdict = decide(
            message.says, now, until, there, self.granted, self.withdrawn, limits, zone, quiet, capped=capped
        )
        if isinstance(verdict, Hold):
            self.held.append(replace(message, until=verdict.until))
            told = (message.seq, message.part, verdict.reason)
            if told not in self.told:
                self.told.add(told)
                self.note(now, "held", verdict.reason, message.node, verdict.until)
            return []
        if isinstance(verdict, Go):
            reason = self._show(message, verdict.to.channel, person, trip, now, zone)
        else:
            reason = verdict.reason
        if reason:
            self.note(now, "suppressed", reason, message.node)
        return [Answered(at=now, sent=not reason, reason=reason, part=message.part, visit=message.seq)]

    def _show(self, message: Pending, channel: str, person: Person, trip: Trip, now: datetime, zone: str) -> str:
        """Put the rendered message into the chat; the reason when it cannot be rendered."""
        context: dict[str, Any] = {
            "contact": {"external_id": person.external_id, **person.attributes},
            "event": trip.event,
            "answers": trip.answers,
        }
        if trip.coupon is not None:
            context["coupon"] = trip.coupon
        try:
            content = as_content(render(message.says, channel, context, zone))
        except CannotRender as cannot:
            return cannot.reason
        self.lines.append(
            Line(
                speaker="bot", at=now, channel=channel, text=content["text"], content=content, node=message.node,
                seq=message.seq,
            )
        )  # fmt: skip
        if message.says.category == "marketing":
            self.advertised.append(now)
        return ""

    def _reachable(self, channel: str) -> Reachable:
        return Reachable(
            channel=channel, account="", address="", state="ok", account_status="ok",
            last_inbound_at=self.heard_at.get(channel),
        )  # fmt: skip


def buttons_of(line: Line) -> tuple[tuple[str, str], ...]:
    """Id and title of each button under a line, in order."""
    options: Sequence[Sequence[str]] = options_of(line.content) if line.content else ()
    return tuple((name, title) for name, title in options)
