"""The contract of a messenger: requests out, answers and webhooks in, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from channels.answers import Accepted, Answer, Rejected, RetryAfter, Trouble, Unknown
from channels.events import (
    Blocked,
    Event,
    Named,
    Notice,
    OptIn,
    OptOut,
    Receipt,
    Reply,
    Reviewed,
    Standing,
    Watermark,
)
from channels.message import Approved, Message

#: All that an adapter speaks of, so that whoever writes one imports from here.
__all__ = [
    "Accepted", "Account", "Answer", "Blocked", "Channel", "Event", "Limits", "Named", "Notice", "OptIn", "OptOut",
    "Receipt", "Rejected", "Reply", "Request", "RetryAfter", "Reviewed", "Standing", "Trouble", "Unknown", "Watermark",
    "lacks",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A business's own presence on a messenger: a bot, a page, a phone number.

    `secrets` never leave the process except inside requests; both mappings hold only strings:
    telegram: secrets token, secret_token · whatsapp: secrets token, app_secret, verify_token;
    settings phone_number_id, waba_id · viber: secrets token; settings sender_name, uri ·
    messenger: secrets token, app_secret, verify_token; settings page_id.
    `settings["username"]` is the public name used in opt-in links; `settings["version"]` the Graph version.
    """

    channel: str
    name: str
    #: Without a trailing slash; the sandbox's when pretending.
    base_url: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request to a messenger. Its URL and headers may hold secrets: never log it, log `label`."""

    method: Literal["GET", "POST"] = "POST"
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    #: Safe words for logs, like `telegram sendMessage`.
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a messenger takes, as data: the editor's preview, the checker and the fallbacks read it."""

    text: int
    caption: int
    #: Reply buttons under one message before the adapter degrades them.
    buttons: int
    #: The most choices that any form of the message can carry (list, keyboard, quick replies).
    choices: int
    button_title: int
    media: frozenset[str]
    #: The most megabytes of a file by kind, where it is fetched by its address.
    megabytes: Mapping[str, int] = field(default_factory=dict)
    #: How text is counted.
    counted_in: Literal["utf16", "code_points"] = "code_points"
    #: Hours after a person's last message in which free-form messages are allowed; None: always.
    window_hours: int | None = None
    #: Hours in which a person of the business may still answer when that window is closed; None: no longer than others.
    answer_hours: int | None = None
    delivered: bool = True
    read: bool = True
    #: Whether our own id of a message comes back by itself: evidence for what nobody knows.
    echoes: bool = False
    #: Messages per second of one account, the documented or a careful value.
    per_second: float = 25.0
    #: Kinds of media that are taken more slowly, and how many of them per second.
    slow_media: frozenset[str] = frozenset()
    slow_per_second: float = 0.0
    #: Seconds between two messages to the same person in the long run, and how many may come at once; 0: no limit.
    pair_seconds: float = 0.0
    pair_burst: int = 1
    #: Whether the count to a person begins anew when they write.
    pair_resets: bool = False
    #: Whether it may know a person by several names, such as a number and an id, and tell of one of them only.
    several_names: bool = False
    #: Its messages are accepted by being written down, as in an inbox of one's own site: no request leaves, and no rate
    #: holds but one that the account's `per_second`, `pair_seconds` or `slow_media` ask for.
    at_once: bool = False
    #: The vendor's page that says so.
    source: str = ""


class Channel(Protocol):
    """One messenger: four pure translations. A file `channels/<name>.py` offers its adapter as `channel`."""

    name: str
    #: As people call it: «WhatsApp».
    title: str
    limits: Limits
    #: Where its own servers are; an account's other base URL is for a sandbox, a gateway or a self-hosted server.
    base_url: str

    @property
    def needs(self) -> tuple[str, ...]:
        """What an account cannot do without: `secrets.token`, `settings.page_id`."""

    @property
    def makes(self) -> tuple[str, ...]:
        """Names of the secrets that we choose when an account is connected."""

    @property
    def subscribes(self) -> tuple[str, ...]:
        """Fields to tick beside the webhook in the messenger's own pages; none where `register_webhook` does it."""

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        """The requests of one delivery, in order. Reply buttons carry the payload `{ref}:{button.id}`."""

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        """What the messenger's answer means; `body` is parsed JSON, or None when it is not JSON."""

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        """Whether a webhook is the messenger's own: on raw bytes, in constant time, False without a secret."""

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        """The answer to a subscription check by GET, or None when it is not for us."""

    def read_webhook(self, body: Any) -> Sequence[Event]:
        """Everything that a webhook body tells; takes parsed JSON of any type and never raises."""

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        """What the HTTP response to this webhook carries (Telegram's answerCallbackQuery), or None."""

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        """The HTTP response that greets somebody who only opened the conversation; None where no response can."""

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """A link that opens the conversation and brings `token` back."""

    def problems(self, message: Message) -> Sequence[str]:
        """What the messenger would refuse in this message, or how it will be degraded, in plain words.

        Each is a sentence that starts with the messenger's title; a refusal has `error: ` before it.
        """

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        """A request for a page of the account's approved templates; None where there are none."""

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        """The templates of such a page, and what to ask for the next one by; empty at the end."""

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        """The requests that make the messenger send its webhooks to `url`; none where that is done by hand."""

    def check_account(self, account: Account) -> Request:
        """A harmless request that `read_answer` reads as `Accepted` when the account's token works."""


def lacks(channel: object) -> list[str]:
    """The members of the contract that an adapter does not have."""
    members = {*Channel.__annotations__, *(name for name in vars(Channel) if not name.startswith("_"))}
    return sorted(name for name in members if not hasattr(channel, name))
