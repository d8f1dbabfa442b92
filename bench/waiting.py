"""What a step costs while others wait: the same contacts moved beside ever more trips that are not due."""

from __future__ import annotations

from bench.contacts import through
from bench.line import STEPS
from bench.places import places
from bench.results import Results

CONTACTS = 10_000
QUICK = (10_000, 500_000)
FULL = (10_000, 100_000, 1_000_000, 5_000_000)


def run(results: Results) -> None:
    """Microseconds per contact-step at each size, and the most against the least as a ratio."""
    for kind in results.kinds:
        costs = []
        with places(kind) as room:
            for others in FULL if results.full else QUICK:
                each = [_cost(room_cost) for room_cost in (through(room, kind, CONTACTS, others) for _ in range(3))]
                costs.append(results.add(f"{kind}, {others:,} others waiting: a contact-step", each, "µs"))
        results.add(f"{kind}: a step beside {(FULL if results.full else QUICK)[-1]:,} against the first size",
                    100 * costs[-1] / costs[0], "%", "< 120")  # fmt: skip


def _cost(measured: tuple[float, float, float]) -> float:
    seconds, enrolling, _ = measured
    return (seconds - enrolling) / CONTACTS / STEPS * 1e6
