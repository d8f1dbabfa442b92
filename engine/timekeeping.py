"""What time it is: on PostgreSQL the server's, for all machines; this machine's own clock may be wrong, or jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


class Timekeeper:
    """The time of the database's server, carried on by the machine's monotonic clock; the machine's own until told.

    Leases, heartbeats and the product's time are compared across machines. The server tells its time with every
    heartbeat, so that a clock that runs ahead, or is set while an engine is at work, changes nothing.
    """

    def __init__(self, local: Callable[[], datetime] = real_now, tick: Callable[[], float] = time.monotonic) -> None:
        self._local, self._tick = local, tick
        self._told: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Now."""
        told = self._told
        return self._local() if told is None else told[0] + timedelta(seconds=self._tick() - told[1])

    def ask(self, server: Callable[[], datetime | None]) -> None:
        """Have the server tell its time: it was that in the middle of the asking. None: it has none of its own."""
        before = self._tick()
        at = server()
        if at is not None:
            self._told = (at, (before + self._tick()) / 2)
