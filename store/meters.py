"""What a process counts and times, kept in memory until its next heartbeat stores it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

#: Upper bounds, in seconds, of what is timed.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
#: (name, label, bound): a count has no bound; a time has a row per bucket, `sum` and `+Inf`.
Key = tuple[str, str, str]


class Meters:
    """Counts of this process since they were last taken; any thread may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[Key, float] = defaultdict(float)

    def count(self, name: str, label: str = "", amount: float = 1) -> None:
        """Add to a count; `label` is one of a few words, never anything of a person."""
        with self._lock:
            self._counts[(name, label, "")] += amount

    def time(self, name: str, seconds: float, label: str = "") -> None:
        """Add one duration."""
        bound = next((f"{each:g}" for each in BOUNDS if seconds <= each), "+Inf")
        with self._lock:
            self._counts[(name, label, bound)] += 1
            self._counts[(name, label, "sum")] += max(0.0, seconds)

    @contextmanager
    def timed(self, name: str, label: str = "") -> Iterator[None]:
        """Time what is done inside."""
        began = time.monotonic()
        yield
        self.time(name, time.monotonic() - began, label)

    def take(self) -> dict[Key, float]:
        """Everything counted since the last time; the caller stores it, or gives it back."""
        with self._lock:
            taken, self._counts = dict(self._counts), defaultdict(float)
        return taken

    def give_back(self, taken: dict[Key, float]) -> None:
        """What could not be stored is kept for the next time."""
        with self._lock:
            for key, amount in taken.items():
                self._counts[key] += amount
