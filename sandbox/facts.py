"""The things of the pretend world: accounts, conversations, messages and their buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DAY = 86_400.0
#: Hours in which free-form messages are allowed after a person's last one, in seconds.
WINDOWS = {"whatsapp": DAY, "messenger": DAY}


def short(payload: str) -> str:
    """The button's own id: what stands after the last colon of its payload."""
    return payload.rsplit(":", 1)[-1]


@dataclass(slots=True, kw_only=True)
class Account:
    """A business's presence on one messenger, as that messenger knows it."""

    channel: str
    name: str
    token: str = field(default="", repr=False)
    webhook_url: str = ""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    settings: dict[str, str] = field(default_factory=dict)
    #: Kinds of events that the account asked for; None: all.
    events: list[str] | None = None
    #: The last number given out: message ids, update ids.
    sequence: int = 0
    #: What the business told the messenger about itself: Messenger's profile.
    profile: dict[str, Any] = field(default_factory=dict)
    #: How the messenger regards it: WhatsApp counts who blocks.
    standing: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return (self.channel, self.name)


@dataclass(slots=True, kw_only=True)
class Thread:
    """The conversation of one person with one account."""

    channel: str
    account: str
    address: str
    blocked: bool = False
    #: Pressed Start, subscribed, or wrote first; the world's unknown people have.
    subscribed: bool = True
    #: When the person last wrote, pressed or opened a link.
    wrote_at: float | None = None
    #: Messages of the account that reached the person.
    received: int = 0
    #: Requests that named this person.
    asked: int = 0
    #: Everything sent until then is delivered.
    watermark: float = 0.0
    #: The person stopped marketing by the messenger's own menu.
    no_marketing: bool = False
    #: Viber's tracking_data of the last message: it comes back with the person's next one.
    tracking: str = ""
    #: Times of messages since the person last wrote (Viber counts them).
    unanswered: list[float] = field(default_factory=list)
    #: The template of the last message, where it was one.
    template: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.channel, self.account, self.address)

    @property
    def window_until(self) -> float | None:
        """When free-form messages stop being allowed; None: no window, or it never opened."""
        length = WINDOWS.get(self.channel)
        return None if length is None or self.wrote_at is None else self.wrote_at + length


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button as the person sees it; `form` tells what pressing it does."""

    title: str
    payload: str = ""
    #: callback, reply, row, template, postback, quick_reply, action, words — or url, copy, other: no answer.
    form: str
    url: str | None = None
    silent: bool = False
    description: str = ""

    @property
    def id(self) -> str:
        return short(self.payload)

    @property
    def answers(self) -> bool:
        """Whether pressing it tells the account."""
        return self.form not in {"url", "copy", "other"}

    def matches(self, wanted: str) -> bool:
        """Whether a person who looks for `wanted` (id or title, case ignored) would press this one."""
        return self.answers and wanted.casefold() in {self.id.casefold(), self.title.casefold()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a request asks to send, after the messenger's checks."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    media: dict[str, str] | None = None
    #: The correlation that the product attached.
    ref: str = ""
    #: What the messenger gives back with the answer (Viber's tracking_data).
    tracking: str = ""
    marketing: bool = False

    @property
    def mark(self) -> str:
        """`ref`, or the part of the first button's payload that stands before its id."""
        if self.ref:
            return self.ref
        payloads = [one.payload for one in self.buttons if one.answers and ":" in one.payload]
        return payloads[0].rsplit(":", 1)[0] if payloads else ""


@dataclass(slots=True, kw_only=True)
class Message:
    """One message in a conversation, of the bot or of the person."""

    id: str
    channel: str
    account: str
    address: str
    author: str
    text: str = ""
    buttons: tuple[Button, ...] = ()
    media: dict[str, str] | None = None
    at: float
    status: str = ""
    ref: str = ""
    tracking: str = ""
    #: The person's number of this message: the n-th of the account.
    number: int = 0


class Refusal(Exception):
    """The messenger says no: its HTTP status, its error body, and the reason in a few words for the log."""

    def __init__(self, status: int, body: dict[str, Any], reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.body = body
        self.reason = reason
        #: Seconds for the header of the same name.
        self.retry_after = retry_after
