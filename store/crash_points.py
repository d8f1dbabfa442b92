"""Named places at which a test lets this process be killed: idle unless `TROPA_CRASH_AT` was set at the start."""

from __future__ import annotations

import os
import signal
import threading

#: `name:n`: the process gets SIGKILL when it reaches the place for the n-th time.
VARIABLE = "TROPA_CRASH_AT"
NAMES = frozenset(
    {
        "before-claim-commit",
        "after-claim-commit",
        "after-response",
        "before-answer-commit",
        "after-answer-commit",
        "before-move-commit",
        "after-move-commit",
        "webhook-before-commit",
        "webhook-after-commit-before-200",
        "inbox-mid-batch",
        "clock-step",
        "mid-migration",
        "mid-checkpoint",
    }
)


class Countdown:
    """The one place at which this process ends, and how many times it may be passed before."""

    def __init__(self, text: str) -> None:
        self.name, _, times = text.partition(":")
        self.left = int(times or 1)
        if self.name and self.name not in NAMES:
            raise ValueError(f"{VARIABLE} names no place of the program: {self.name}")


_countdown = Countdown(os.environ.get(VARIABLE, ""))


def reach(name: str) -> None:
    """Say that the process is here; it may be the last thing that it does."""
    if _countdown.name == name:
        _countdown.left -= 1
        if _countdown.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def soon(name: str, seconds: float = 0.002) -> None:
    """Like `reach` for a place inside code that is not ours: what is done next is cut short in the middle."""
    if _countdown.name == name:
        threading.Timer(seconds, reach, [name]).start()
