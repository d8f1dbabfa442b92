"""What every node type is: settings that draw its form, exits, a sentence for its card, and a pure decision."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from channels.message import Button, Card, Media
from nodes.times import LONGEST
from nodes.visit import Decision, Visit

#: How long something is waited for.
Patience = Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST)] | Literal["forever"]

#: Node types by kind, filled as their files are imported.
KINDS: dict[str, type[Node]] = {}


#: A rule in words, part by part, with what each part found.
Tell = Callable[[Mapping[str, Any]], str]


class NodeFailed(Exception):
    """A node cannot go on for this contact; the trip is parked as failed with the given reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """One message of a node before rendering: texts are templates."""

    text: str
    buttons: Sequence[Button] = ()
    media: Media | None = None
    album: Sequence[Media] = ()
    cards: Sequence[Card] = ()
    #: Channels in order of preference; empty: the first on which the contact can be reached.
    channels: Sequence[str] = ()
    category: str = "marketing"
    #: How long after planning it may still go out.
    ttl: timedelta = timedelta(days=1)
    #: What only one messenger understands, by messenger: an approved template, a tag.
    per_channel: Mapping[str, Mapping[str, Any]] | None = None
    #: What happens when it may not be sent now: `skip`, `wait`, `branch`, `leave`.
    on_blocked: str = "leave"
    #: When nobody knows whether it arrived: `at_most_once`, `at_least_once`; None: by category and messenger.
    policy: str | None = None
    #: How long after it went out the next messenger is tried, unless this one has delivered it; None: never.
    cascade: timedelta | None = None

    def on(self, channel: str) -> Says:
        """The message with what differs on this messenger."""
        own = (self.per_channel or {}).get(channel, {})
        return replace(self, **{name: own[name] for name in ("text", "buttons", "media") if own.get(name)})

    def offers(self) -> Sequence[Button]:
        """The buttons of the message, of its cards, and of what differs on a messenger."""
        own = (button for each in (self.per_channel or {}).values() for button in each.get("buttons", ()))
        return (*self.buttons, *(button for card in self.cards for button in card.buttons), *own)


class Node(BaseModel):
    """A step of a journey. A subclass is one file: `class Wait(Node, kind="wait", icon="⏳")`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    kind: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    #: Whether `decide` looks at `visit.luck`.
    uses_luck: ClassVar[bool] = False
    #: Whether a visit waits for what the person answers.
    hears_replies: ClassVar[bool] = False
    #: Settings that a new step begins with in the editor.
    begins: ClassVar[Mapping[str, Any]] = {}
    #: Settings that stand in front of the editor's form, the rest under «More»; none named: all of them.
    front: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, kind: str = "", icon: str = "", **more: Any) -> None:
        super().__init_subclass__(**more)
        if kind:
            if kind in KINDS and KINDS[kind].__qualname__ != cls.__qualname__:
                raise ValueError(f"two node types are called {kind!r}")
            cls.kind, cls.icon = kind, icon
            KINDS[kind] = cls

    def exits(self) -> tuple[str, ...]:
        """The ways out with these settings, in the order in which the editor draws them."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What the node's card says."""
        raise NotImplementedError

    def decide(self, visit: Visit) -> Decision:
        """Leave, stay or end: a function of the visit alone."""
        raise NotImplementedError

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        """Why this was decided, in a sentence; empty when there is nothing to add."""
        return ""

    def says(self, part: str = "") -> Says | None:
        """The message that `Say(part)` plans."""
        return None

    def all_says(self) -> Iterable[Says]:
        """Every message that this node may send, for the checks before publishing."""
        one = self.says()
        return () if one is None else (one,)

    def templates(self) -> Iterable[tuple[str, str]]:
        """(settings path, template text) of every template outside messages."""
        return ()

    def rules(self) -> Iterable[tuple[str, Mapping[str, Any], bool]]:
        """(settings path, rule, whether it is over an event's properties) of every rule in the settings."""
        return ()

    def listens(self) -> Iterable[str]:
        """Names of the events that can wake a visit of this node."""
        return ()

    def looks_back(self) -> Iterable[str]:
        """Names of past events that the decision asks about."""
        return ()

    def needs(self) -> Iterable[tuple[str, str]]:
        """(settings path, name) of values that must be there besides those of its templates, as `contact.birthday`."""
        return ()

    def gives(self, exit: str) -> Iterable[str]:
        """What templates can rely on once a visit has left by this exit: `answers.size`, `coupon`, `contact.city`."""
        return ()

    def lasts(self, exit: str) -> tuple[timedelta, timedelta]:
        """The least and the most time of a visit that leaves by this exit; LONGEST when nothing bounds it."""
        return timedelta(0), timedelta(0)

    def heard(self, exit: str) -> bool:
        """Whether whoever leaves by this exit has just written."""
        return False

    def breaks_cycle(self) -> bool:
        """Whether passing this node takes a person's action or at least a minute."""
        return False

    @classmethod
    def first_exits(cls) -> tuple[str, ...]:
        """The ways out of a new step, even where its settings are still to be filled in."""
        try:
            return cls.model_validate(cls.begins).exits()
        except ValidationError:
            return cls.model_construct(**cls.begins).exits()

    @classmethod
    def manual(cls) -> str:
        """The docstring, as the editor shows it."""
        return inspect.cleandoc(cls.__doc__ or "")


def meanings(told: Sequence[tuple[str, str, str, dict[str, Any]]]) -> list[JsonValue]:
    """What settings of several meanings mean, for the schema: (name, title, its settings, what it begins with) each."""
    return [
        {"name": name, "title": title, "fields": [*own.split()], "begins": begins} for name, title, own, begins in told
    ]
