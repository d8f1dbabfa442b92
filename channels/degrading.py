"""What becomes of a message on each messenger before it is sent: degraded by rule, or refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from channels import registry
from channels.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """One thing that a messenger refuses, or shows otherwise than it was written."""

    channel: str
    level: Literal["refused", "degraded"]
    text: str


def degradations(message: Message, names: Collection[str] = ()) -> tuple[Degradation, ...]:
    """Everything to tell before publishing, refusals first; `names` are the messengers asked, all of them by default.

    Placeholders may still stand in the message: lengths are judged as it is.
    """
    found = [
        Degradation(
            channel=name,
            level="refused" if line.startswith("error: ") else "degraded",
            text=line.removeprefix("error: "),
        )
        for name, channel in registry().items()
        if not names or name in names
        for line in channel.problems(message)
    ]
    return tuple(sorted(found, key=lambda each: each.level != "refused"))
