"""Why a contact stands where they stand, what wakes them, and when at the latest: in words, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from journeys.graph import Journey

#: What has no deadline of its own, and why that is meant so.
OpenEnd = Literal["forever", "until_resumed"]
#: What is waited for, for people; a name goes where `{name}` stands.
WAITS = {
    "arriving": "has just come to this step and is moved on",
    "time": "waits for the time to come",
    "date": "waits for a date of the contact",
    "reply": "waits for an answer",
    "event": "waits for the event {name}",
    "rule": "waits for a rule to hold",
    "coupon": "waits for a coupon",
    "handoff": "waits until a person of yours closes the conversation",
    "webhook": "waits for another system to answer",
    "message": "waits for its message to be sent",
    "journey_paused": "stands still, because the journey is paused",
    "other": "waits for {name}",
}
WAKES = {
    "time": "the time",
    "reply": "an answer of the contact",
    "event": "the event {name}",
    "rule": "a change of the contact that makes the rule hold",
    "handoff": "somebody closing the conversation",
    "webhook": "the other system's answer",
    "messenger": "the messenger's answer",
    "another_try": "another look at the message",
    "goal": "the goal: the event {name}",
    "exit_rule": "an exit rule that holds",
    "journey_over": "the end of the journey",
    "resume": "somebody resuming the journey",
    "engine": "the engine, at once",
    "other": "{name}",
}
#: Reasons of messages that are kept back, for people.
HOLDS = {
    "quiet_hours": "it is night where the contact is",
    "frequency_cap": "the contact had enough messages for now",
    "window_closed": "the messenger's window is closed until the contact writes",
    "no_consent": "the contact has not agreed yet",
    "opted_out": "the contact has opted out",
    "no_channel": "the contact cannot be reached on any messenger",
    "no_account": "the account is not connected",
    "account_paused": "the account is out of service",
    "journey_paused": "the journey is paused",
    "blocked": "the contact has blocked us",
    "unreachable": "the address cannot be reached",
    "again_later": "the messenger asked us to come again later",
    "no_evidence": "nobody knows whether it went out; it is sent again",
    "next_part": "its first part is out; the rest follows",
    "over_limit": "the messenger's limit is reached",
    "template_not_approved": "the template is not approved",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that has not gone out yet."""

    #: `planned`, `held`, `ready`, `sending`.
    state: str
    reason: str
    #: When it is looked at again.
    ready_at: datetime | None
    expires_at: datetime
    #: When its sending began.
    sending_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A running trip, as far as its explanation needs it."""

    #: `active` or `waiting`.
    status: str
    node: str
    waiting_for: str
    due_at: datetime | None
    paused: bool = False
    #: When the journey is over for everybody.
    ends_at: datetime | None = None
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Waker:
    """One thing that can wake a trip: `at` is known for what the clock does."""

    what: str
    name: str = ""
    at: datetime | None = None

    def text(self) -> str:
        """In English."""
        return WAKES.get(self.what, WAKES["other"]).format(name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`why` is a key of `WAITS`; `latest` is None only for what has an open end."""

    why: str
    name: str
    wakes: tuple[Waker, ...]
    latest: datetime | None
    open_end: OpenEnd | None
    #: Why the message that is waited for has not gone out; empty when it is on its way.
    held: str = ""

    def text(self) -> str:
        """In English, one sentence."""
        said = WAITS[self.why].format(name=self.name)
        if self.held:
            said += f" ({held_because(self.held)})"
        return said


def held_because(reason: str) -> str:
    """Why a message is kept back, in English."""
    return HOLDS.get(reason, reason.replace("_", " "))


def explain(journey: Journey, trip: Standing, lease: timedelta) -> Explanation:
    """Explain a running trip. `lease`: how long a sender is waited for."""
    found = _within(journey, trip, lease)
    if trip.ends_at is None:
        return found
    # The end of the journey comes for everybody, also while it is paused.
    latest = trip.ends_at if found.latest is None else min(found.latest, trip.ends_at)
    wakes = (*found.wakes, Waker("journey_over", at=trip.ends_at))
    return replace(found, wakes=wakes, latest=latest, open_end=None)


def _within(journey: Journey, trip: Standing, lease: timedelta) -> Explanation:
    if trip.paused:
        return Explanation(
            why="journey_paused", name="", wakes=(Waker("resume"),), latest=None, open_end="until_resumed"
        )
    if trip.status == "active":
        wakes = (Waker("engine", at=trip.due_at),)
        return Explanation(why="arriving", name="", wakes=wakes, latest=trip.due_at, open_end=None)
    early = tuple(_leaving(journey))
    if trip.waiting_for == "answer":
        return _message(trip, early, lease)
    why, name = _what(trip.waiting_for)
    first = () if why in ("time", "date") else (Waker("other", why) if why == "coupon" else Waker(why, name),)
    timer = (Waker("time", at=trip.due_at),) if trip.due_at is not None else ()
    return Explanation(
        why=why,
        name=name,
        wakes=(*first, *timer, *early),
        latest=trip.due_at,
        open_end="forever" if trip.due_at is None else None,
    )


def _what(waiting_for: str) -> tuple[str, str]:
    """`event:paid` as (`event`, `paid`)."""
    head, _, rest = waiting_for.partition(":")
    return (head, rest) if head in WAITS else ("other", waiting_for.replace("_", " "))


def _message(trip: Standing, early: tuple[Waker, ...], lease: timedelta) -> Explanation:
    message = trip.message
    if message is None:
        # Its message is decided on and the trip has been told: it is moved on.
        wakes = (Waker("engine", at=trip.due_at), *early)
        return Explanation(why="message", name="", wakes=wakes, latest=trip.due_at, open_end=None)
    if message.state == "sending":
        until = None if message.sending_at is None else message.sending_at + lease
        wakes = (Waker("messenger", at=until), *early)
        return Explanation(why="message", name="", wakes=wakes, latest=until, open_end=None)
    wakes = (Waker("another_try", at=message.ready_at), *early)
    return Explanation(
        why="message", name="", wakes=wakes, latest=message.expires_at, open_end=None, held=message.reason
    )


def _leaving(journey: Journey) -> Iterator[Waker]:
    """What takes a contact out from wherever they wait."""
    if journey.settings.goal is not None:
        yield Waker("goal", journey.settings.goal.event)
    if journey.settings.exit_when:
        yield Waker("exit_rule")
