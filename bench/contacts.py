"""Contacts through `enter → condition → send → wait → condition → exit` on both databases, beside bare bulk SQL."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from bench.baselines import bare_sql
from bench.line import STEPS, Line
from bench.places import Places, places
from bench.results import Results
from store.schema import upgrade

#: How many engine processes: SQLite has one writer at a time, on PostgreSQL two fill two cores.
ENGINES = {"SQLite": 1, "PostgreSQL": 2}
STEPS_GOAL = {"SQLite": ">= 20000", "PostgreSQL": ">= 30000"}
#: (contacts, others waiting, repeats)
QUICK = ((10_000, 0, 3),)
FULL = ((10_000, 0, 5), (100_000, 0, 3), (1_000_000, 0, 1), (100_000, 5_000_000, 1))


def run(results: Results) -> None:
    """Measure all sizes on both databases."""
    for kind in results.kinds:
        with places(kind) as room:
            for contacts, others, repeats in FULL if results.full else QUICK:
                _size(results, kind, room, contacts, others, repeats)


def _size(results: Results, kind: str, room: Places, contacts: int, others: int, repeats: int) -> None:
    rates, moving, shares, peaks = [], [], [], []
    for _ in range(repeats):
        seconds, enrolling, peak = through(room, kind, contacts, others)
        with room.fresh() as (url, _home):
            upgrade(url)
            ceiling = bare_sql.run(url, contacts)
        rates.append(contacts / seconds)
        moving.append(contacts * STEPS / (seconds - enrolling))
        shares.append(100 * ceiling / seconds)
        peaks.append(peak)
        print(
            f"    {kind}, {contacts:,} contacts: {moving[-1]:,.0f} steps/s, {shares[-1]:.0f} % of bare SQL", flush=True
        )
    name = f"{kind}, {contacts:,} contacts" + (f", {others:,} others waiting" if others else "")
    results.add(f"{name}: contacts/s, entering included", rates, "contacts/s")
    results.add(f"{name}: contact-steps/s", moving, "steps/s", STEPS_GOAL[kind])
    results.add(f"{name}: of bare bulk SQL (one connection)", shares, "%", ">= 60")
    results.add(f"{name}: most memory of an engine", peaks, "MB", "< 400")


def through(room: Places, kind: str, contacts: int, others: int = 0) -> tuple[float, float, float]:
    """Send contacts through: seconds of all of it, of entering alone, and the most memory of an engine in MB."""
    with room.fresh() as (url, home):
        line = Line(url, home)
        try:
            line.fill(contacts)
            line.others(others)
            with line.engines(ENGINES[kind]) as working:
                began = time.perf_counter()
                # Entering first and moving afterwards, so that each is measured by itself.
                enrolling = line.enroll(contacts, ahead=timedelta(hours=1))
                line.jump(timedelta(hours=1))
                line.moved()
                line.jump()
                line.moved()
                seconds = time.perf_counter() - began
                peak = max(memory(process.pid) for process in working)
            line.check(contacts)
        finally:
            line.close()
    return seconds, enrolling, peak


def memory(pid: int) -> float:
    """The most memory that a process has held, in MB."""
    told = Path(f"/proc/{pid}/status").read_text()
    return float(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM"))) / 1024
