"""What a messenger's webhooks tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from channels.answers import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person wrote, pressed or sent."""

    #: Unique within the account; the same message delivered twice has the same key.
    key: str
    address: str
    at: datetime
    text: str = ""
    #: Our own payload of a pressed button, `<opaque>:<button id>`, as it came back.
    button: str | None = None
    #: `image`, `video`, `document`, `audio`, `location`, `contact`, `sticker` when it is not text.
    media: str | None = None
    #: The messenger's id of our message that is answered or quoted.
    quoted: str | None = None
    #: Payload of a deep link that opened this conversation.
    ref: str | None = None
    #: Profile facts that came along: name, language, phone, username.
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the messenger tells of a message of ours; `id` is its own, `ref` ours if it echoes it."""

    id: str | None
    #: `accepted` stands for an echo: evidence that the message went out.
    state: Literal["accepted", "delivered", "read", "failed"]
    at: datetime
    address: str | None = None
    ref: str | None = None
    trouble: Trouble | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """Everything sent to this address up to `until` is delivered or read."""

    address: str
    state: Literal["delivered", "read"]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn:
    """A person subscribed or opened the conversation by a link, without writing yet."""

    key: str
    address: str
    at: datetime
    ref: str | None = None
    #: True when they may be written to from now on.
    subscribed: bool = False
    scope: Literal["all", "marketing"] = "all"
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """The messenger reports that a person stopped marketing, or everything."""

    key: str
    address: str
    at: datetime
    scope: Literal["all", "marketing"] = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A person blocked the account (`blocked`) or took it back (`not blocked`)."""

    key: str
    address: str
    at: datetime
    blocked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The messenger tells what became of a template: approved, rejected, paused."""

    name: str
    language: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the messenger regards the account now: the quality of its number, its limit, a restriction."""

    #: `quality`, `limit`, `account`, or `template <name>`.
    about: str
    #: The messenger's own words.
    value: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One person whom the messenger knows by several names: what is told under any of them is told of them all."""

    #: Addresses, the one that tells the most first.
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Whatever else came: edits, reactions, kinds nobody knows yet."""

    kind: str
    raw: Mapping[str, Any] = field(default_factory=dict)


Event = Reply | Receipt | Watermark | OptIn | OptOut | Blocked | Reviewed | Standing | Named | Notice
