"""A channel that takes every message at once, as an inbox of one's own site does: the engine's speed without a network.

It comes in as any third party's channel would: through the entry-point group `tropa.channels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channels.base import Account, Answer, Limits, Request, Unknown
from channels.message import Message

NAME = "outlet"


class Outlet:
    """Nothing leaves the machine: what is written down is accepted."""

    name = NAME
    title = "Outlet"
    limits = Limits(
        text=10_000, caption=0, buttons=0, choices=0, button_title=0, media=frozenset(), at_once=True, read=False
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        """No request."""
        return ()

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        """No answer."""
        return Unknown()

    def verify(self, headers: Mapping[str, str], raw_body: bytes, account: Account) -> bool:
        """Nobody calls."""
        return False

    def read_webhook(self, body: Any) -> list[Any]:
        """Nobody calls."""
        return []

    def problems(self, message: Message) -> Sequence[str]:
        """None: it takes any text."""
        return ()


channel = Outlet()


def plug_in(folder: Path) -> None:
    """Make a folder that, on the path beside this project, offers the channel."""
    told = folder / "tropa_bench_outlet-1.dist-info"
    told.mkdir(parents=True, exist_ok=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: tropa-bench-outlet\nVersion: 1\n")
    (told / "entry_points.txt").write_text(f"[tropa.channels]\n{NAME} = bench.outlet:channel\n")
