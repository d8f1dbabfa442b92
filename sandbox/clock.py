"""The movable clock of the pretend world, and how its instants are written."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def iso(at: float) -> str:
    """An instant in seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def instant(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 text; a text without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Clock:
    """Virtual now: a base, plus the monotonic time passed since it was set while the clock runs."""

    def __init__(self, base: float | None = None, *, running: bool = True) -> None:
        self.running = running
        self._base = time.time() if base is None else base
        self._mark = time.monotonic()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._base + (time.monotonic() - self._mark if self.running else 0.0)

    def move(self, now: float | None, *, running: bool | None) -> None:
        """Set the instant, the running, or both; what is None stays."""
        self._base = self.now() if now is None else now
        self._mark = time.monotonic()
        if running is not None:
            self.running = running

    def saved(self) -> dict[str, float | bool]:
        """What a restart needs: a running clock keeps its distance from the wall clock, a stopped one its instant."""
        now = self.now()
        return {"running": self.running, "now": now, "offset": now - time.time()}

    @classmethod
    def restored(cls, saved: dict[str, float | bool]) -> Clock:
        """The clock that `saved` described, as if it had run on meanwhile when it was running."""
        running = bool(saved["running"])
        return cls(time.time() + float(saved["offset"]) if running else float(saved["now"]), running=running)
