"""What the world asks of each messenger: addresses, webhook bodies, signatures, retries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from starlette.routing import BaseRoute

from sandbox.facts import Account, Button, Message, Thread

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.people import Person
    from sandbox.state import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A webhook body; `queue` names the messenger's own queue where it keeps several."""

    body: dict[str, Any]
    queue: str = ""
    #: Identifies what waits for an answer: Telegram's callback query.
    awaits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person wrote, pressed or sent, as a stored message and as the webhook that tells of it."""

    message: Message
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A failed webhook: the attempts so far, its age in seconds, a number in [0, 1), the receiver's Retry-After."""

    attempt: int
    age: float
    luck: float
    queue: str
    asked: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who speaks with whom, and when: what every webhook body is made of."""

    account: Account
    thread: Thread
    person: Person
    at: float


class Network(Protocol):
    """One messenger's side of the world."""

    name: str
    #: A failing webhook holds back what follows in its queue.
    fifo: bool
    #: Real seconds that it waits for the receiver's answer.
    timeout: float
    #: Whether it reports that messages arrived.
    receipts: bool

    def routes(self, world: World) -> list[BaseRoute]:
        """Its HTTP doors."""
        ...

    def plausible(self, address: str) -> bool:
        """Whether such an address can exist there."""
        ...

    def sign(self, account: Account, raw: bytes, *, forged: bool = False) -> dict[str, str]:
        """Headers of a webhook; a forged one proves nothing."""
        ...

    def retry(self, failed: Retry) -> float | None:
        """Seconds until the next attempt; None: given up."""
        ...

    def said(self, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Said:
        """The person writes `{"text"}`, sends `{"media": {"kind", "url"}}`, or presses a button of a message."""
        ...

    def receipt(self, scene: Scene, state: str, message: dict[str, Any]) -> Event | None:
        """`sent`, `delivered`, `read` or `failed` of `{"id", "at", "ref", …}`; None when it keeps silent."""
        ...

    def started(self, scene: Scene, ref: str, text: str) -> list[Event | Said]:
        """The person opens the conversation, by a link when `ref` or `text` is set."""
        ...

    def blocking(self, world: World, scene: Scene, *, blocked: bool) -> list[Event]:
        """The person blocks the account, or takes it back."""
        ...

    def stopped(self, scene: Scene) -> list[Event | Said]:
        """The person stops marketing by the messenger's own means, or in words where it has none."""
        ...

    def answered(self, world: World, account: Account, item: Item, raw: bytes) -> None:
        """What the receiver's 2xx answer to a webhook carried."""
        ...


def spoken(scene: Scene, own: str, text: str, media: dict[str, str] | None) -> Message:
    """A person's message as their phone keeps it."""
    return Message(
        id=own,
        channel=scene.account.channel,
        account=scene.account.name,
        address=scene.thread.address,
        author="person",
        text=text,
        media=media,
        at=scene.at,
    )


def together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any] | None:
    """Two webhooks as one, as Meta batches them; None where a webhook always tells of one thing."""
    if "entry" not in first or first.get("object") != second.get("object"):
        return None
    return {**first, "entry": [*first["entry"], *second["entry"]]}


def encoded(body: dict[str, Any]) -> bytes:
    """JSON as the messengers send it: everything beyond ASCII escaped as `\\uXXXX`."""
    return json.dumps(body, separators=(",", ":")).encode()
