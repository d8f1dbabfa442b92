"""A channel that takes every message at once, as an inbox of one's own site does: the engine's speed without a network.

It comes in as any third party's channel would: through the entry-point group `tropa.channels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channels.base import Account, Answer, Channel, Event, Limits, Request, Unknown
from channels.message import Approved, Message

NAME = "outlet"


class Outlet:
    """Nothing leaves the machine: what is written down is accepted."""

    name = NAME
    title = "Outlet"
    base_url = ""
    needs: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    limits = Limits(
        text=10_000, caption=0, buttons=0, choices=0, button_title=0, media=frozenset(), at_once=True, read=False
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        """No request."""
        return ()

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        """No answer."""
        return Unknown()

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        """Nobody calls."""
        return False

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        """Nobody asks."""
        return None

    def read_webhook(self, body: Any) -> Sequence[Event]:
        """Nobody calls."""
        return ()

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        """Nobody calls."""
        return None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        """Nobody opens it."""
        return None

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """There is no place to come to."""
        return ""

    def problems(self, message: Message) -> Sequence[str]:
        """None: it takes any text."""
        return ()

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        """It has none."""
        return None

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        """It has none."""
        return (), ""

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        """Nobody calls."""
        return ()

    def check_account(self, account: Account) -> Request:
        """A request to nowhere: its accounts are made without being tried."""
        return Request(method="GET", url="http://127.0.0.1:9/", label="outlet")


channel: Channel = Outlet()


def plug_in(folder: Path) -> None:
    """Make a folder that, on the path beside this project, offers the channel."""
    told = folder / "tropa_bench_outlet-1.dist-info"
    told.mkdir(parents=True, exist_ok=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: tropa-bench-outlet\nVersion: 1\n")
    (told / "entry_points.txt").write_text(f"[tropa.channels]\n{NAME} = bench.outlet:channel\n")
