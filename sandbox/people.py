"""Virtual people: what they do with a message, decided by a stable hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.facts import Message

State = Literal["active", "blocked", "stranger", "gone"]
Span = tuple[float, float]


def chance(seed: int, address: str, number: int, purpose: str) -> float:
    """A number in [0, 1) that is the same for the same seed, person, message and question."""
    digest = hashlib.blake2b(f"{seed}|{address}|{number}|{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


class Answer(BaseModel):
    """One habit of answering: to which messages, how often, how soon and with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: `buttons`, `question`, `any`, or a piece of the message's text.
    when: str = "any"
    probability: float = Field(1.0, ge=0, le=1)
    delay: Span = (2.0, 20.0)
    button: str | None = None
    #: Button (id or title) → weight.
    buttons: dict[str, float] | None = None
    text: str | None = None
    texts: list[str] | None = None
    media: dict[str, str] | None = None

    def fits(self, message: Message) -> bool:
        """Whether this habit is about such a message."""
        if self.when == "buttons":
            return any(button.answers for button in message.buttons)
        if self.when == "question":
            return "?" in message.text
        return self.when == "any" or self.when.casefold() in message.text.casefold()

    def choose(self, message: Message, luck: float) -> dict[str, Any] | None:
        """What the person does: `{"button"}`, `{"text"}` or `{"media"}`; None when the message lacks the button."""
        if self.button is not None or self.buttons is not None:
            weights = self.buttons or {str(self.button): 1.0}
            wanted = weighted({k: w for k, w in weights.items() if any(b.matches(k) for b in message.buttons)}, luck)
            return None if wanted is None else {"button": wanted}
        if self.texts:
            return {"text": self.texts[int(luck * len(self.texts))]}
        if self.text is not None:
            return {"text": self.text}
        if self.media is not None:
            return {"media": self.media}
        own = weighted({button.id or button.title: 1.0 for button in message.buttons if button.answers}, luck)
        return None if own is None else {"button": own}


def weighted(weights: dict[str, float], luck: float) -> str | None:
    """The choice that `luck` in [0, 1) falls on."""
    total = sum(weights.values())
    if total <= 0:
        return None
    mark, chosen = luck * total, ""
    for chosen, weight in weights.items():
        mark -= weight
        if mark < 0:
            return chosen
    return chosen


class Behaviour(BaseModel):
    """How a person treats messages; the default is silence: messages arrive and are not read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reads: float = Field(0.0, ge=0, le=1)
    #: False: the person hides that they have read.
    receipts: bool = True
    delivery_delay: Span = (1.0, 3.0)
    read_delay: Span = (5.0, 60.0)
    replies: list[Answer] = Field(default_factory=list)
    blocks: float = Field(0.0, ge=0, le=1)
    stops: float = Field(0.0, ge=0, le=1)


SILENT = Behaviour.model_validate({})


@dataclass(slots=True, kw_only=True)
class Person:
    """Someone on one messenger."""

    channel: str
    address: str
    name: str
    language: str = "en"
    #: `stranger` never pressed Start; `gone` has no account there any more.
    state: State = "active"
    behaviour: Behaviour = field(default_factory=lambda: SILENT)


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person, or their phone, will do `after` seconds."""

    after: float
    kind: str
    what: dict[str, Any] = field(default_factory=dict)


def plan(person: Person, message: Message, seed: int, *, receipts: bool) -> Iterator[Act]:
    """Everything that follows from a message that reached a person, as acts with delays.

    `receipts` tells whether this messenger reports anything of delivery and reading.
    """
    habits = person.behaviour

    def luck(purpose: str) -> float:
        return chance(seed, person.address, message.number, purpose)

    arrival = within(habits.delivery_delay, luck("delivery"))
    reading = arrival + within(habits.read_delay, luck("read delay"))
    answer = reply_of(habits, message, luck)
    blocks, stops = luck("block") < habits.blocks, luck("stop") < habits.stops
    reads = luck("read") < habits.reads or answer is not None or blocks or stops
    if receipts:
        yield Act(min(0.3, arrival / 2), "sent")
        yield Act(arrival, "delivered")
        if reads and habits.receipts:
            yield Act(reading, "read")
    if blocks:
        yield Act(reading + 1.0, "block")
    elif stops:
        yield Act(reading + 2.0, "reply", {"text": "стоп" if person.language.startswith("ru") else "stop"})
    elif answer is not None:
        yield Act(reading + answer.after, answer.kind, answer.what)


def reply_of(habits: Behaviour, message: Message, luck: Any) -> Act | None:
    """The first habit that fits and that chance agrees to."""
    for index, habit in enumerate(habits.replies):
        if habit.fits(message) and luck(f"reply {index}") < habit.probability:
            chosen = habit.choose(message, luck(f"choice {index}"))
            if chosen is not None:
                return Act(within(habit.delay, luck(f"reply delay {index}")), "reply", chosen)
    return None


def within(span: Span, luck: float) -> float:
    """A moment inside a span of seconds, to the millisecond."""
    low, high = span
    return round(low + (high - low) * luck, 3)
