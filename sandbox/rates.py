"""How many messages a messenger takes per second, counted on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """`per_second` sustained, with `burst` at once."""

    per_second: float
    burst: float


class Rates:
    """Leaky buckets by name; a refused request costs nothing."""

    def __init__(self) -> None:
        self._full_until: dict[str, float] = {}

    def take(self, now: float, wanted: dict[str, Limit]) -> tuple[str, float] | None:
        """Count one message against every bucket of `wanted` (name → limit).

        Answers None when all had room, else (name, seconds to wait) of the first that had none.
        """
        filled: dict[str, float] = {}
        for name, limit in wanted.items():
            step = 1.0 / limit.per_second
            level = max(self._full_until.get(name, now), now) + step
            wait = level - now - step * limit.burst
            if wait > 1e-6:
                return name, wait
            filled[name] = level
        self._full_until.update(filled)
        return None

    def forget(self) -> None:
        """Empty all buckets: the clock went back."""
        self._full_until.clear()
