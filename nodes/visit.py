"""What a node may look at and what it may answer: values, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


# What is heard -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that reached a waiting trip; `at` is when it was received by us."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Heard):
    """A person's message, routed to this visit, with the choices of the question as they were shown."""

    text: str = ""
    #: Id of the pressed button.
    button: str | None = None
    media: str | None = None
    #: (id, title) of each button under the question, in order.
    options: Sequence[tuple[str, str]] = ()
    #: Number of the visit that it answers; None: whichever is present.
    visit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Heard):
    """An event of this contact, reported through the API."""

    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Heard):
    """The contact's attributes, tags, consents or receipts changed: rules may hold now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Heard):
    """What became of a delivery of this visit: `sent` is True when it went out or may have gone out."""

    sent: bool
    reason: str = ""
    part: str = ""
    #: Number of the visit that planned it; None: the present one.
    visit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Heard):
    """The coupon that was drawn for this visit, or None from an empty pool."""

    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Heard):
    """The conversation that this visit handed over is over."""

    #: Number of the visit that handed it over.
    visit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Heard):
    """What another system answered; `values` are the attributes that were to be kept of it."""

    ok: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    #: Number of the visit that asked.
    visit: int | None = None


# What a node answers -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Plan a delivery of this visit; `part` names one of the node's messages."""

    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Change the contact: attributes patched by key (None removes), tags added and removed."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Keep a survey's answer."""

    question: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draw a coupon from a pool; the answer is a `Drawn`."""

    pool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Count the trip as converted."""

    goal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Let the contact enter another journey."""

    journey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Put the contact into the inbox."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Make a request to another system; the answer is a `Called`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    save: Mapping[str, str]
    timeout: timedelta
    tries: int


Effect = Say | Set | Record | Draw | Reach | Begin | Hand | Call


@dataclass(frozen=True, slots=True)
class Leave:
    """Go on through an exit."""

    exit: str
    effects: Sequence[Effect] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Remain until `until` (None: without a deadline) or until what is waited for is heard.

    `waiting_for` is one of `time`, `answer`, `reply`, `coupon`, `handoff`, `webhook`, `rule`, `event:<name>`.
    `memory`, when given, replaces what this visit remembers.
    """

    until: datetime | None
    waiting_for: str
    effects: Sequence[Effect] = ()
    memory: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Finish the trip: `completed`, or `exited` when it is taken out."""

    reason: str
    completed: bool = True
    effects: Sequence[Effect] = ()


Decision = Leave | Stay | End


def key_text(value: Any) -> str | None:
    """A property as a key: numbers and strings with the same text are the same key; None for what is none."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def same_key(one: Any, other: Any) -> bool:
    """Whether two properties name the same thing; what is missing names nothing."""
    return key_text(one) is not None and key_text(one) == key_text(other)


# What a node looks at ----------------------------------------------------------------------------
@dataclass(slots=True, kw_only=True)
class Visit:
    """All that a node may look at when it decides; read only by custom, mutable only for speed."""

    now: datetime
    #: All replies and events received before this instant are known; silence is judged by it.
    horizon: datetime
    arrived_at: datetime
    #: True on the first look of this visit.
    arriving: bool
    #: Stable in 0..1 for (the node's salt, the contact).
    luck: float
    zone: str
    attributes: Mapping[str, Any]
    event: Mapping[str, Any]
    answers: Mapping[str, Any]
    memory: Mapping[str, Any]
    heard: Heard | None
    #: Whether a rule holds for this contact now.
    holds: Callable[[Mapping[str, Any]], bool]
    #: Whether a rule holds over an event's properties.
    holds_over: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
    #: Whether an event that fits `where`, and the entry event in the property `match`, came since the trip began.
    happened: Callable[[str, Mapping[str, Any] | None, str | None], bool]
    #: A template's value in this trip's context; a single expression keeps its type.
    render: Callable[[str], Any]
