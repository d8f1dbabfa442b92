"""Timers under load, and what an engine costs that has nothing to do."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench.contacts import ENGINES
from bench.line import Line
from bench.places import Places, places
from bench.results import Results
from store.sql import rows

#: Contacts that enter a second; as many timers run out a second, seconds later.
RATE, PAGE = 1_000, 100
WAIT = 5
IDLE = 10.0


def run(results: Results) -> None:
    """How late timers are while others enter, and the processor time of an idle engine."""
    seconds = 30 if results.full else 10
    for kind in results.kinds:
        with places(kind) as room:
            late = lateness(room, kind, seconds)
            results.add(
                f"{kind}: the latest of {len(late):,} timers, {RATE:,}/s running out", max(late), "s late", "< 1"
            )
            results.add(f"{kind}: processor time of an idle engine", _idle(room), "%", "< 2")


def lateness(room: Places, kind: str, seconds: int) -> list[float]:
    """How many seconds late each timer was."""
    with room.fresh() as (url, home):
        line = Line(url, home, wait=f"PT{WAIT}S", running=True)
        try:
            line.fill(RATE * seconds)
            with line.engines(ENGINES[kind]):
                began = time.perf_counter()
                for start in range(0, RATE * seconds, PAGE):
                    time.sleep(max(0.0, began + start / RATE - time.perf_counter()))
                    line.enroll(PAGE, start)
                time.sleep(WAIT)
                line.ended(RATE * seconds)
            with line.project.database.read() as connection:
                found = rows(connection, "SELECT left_at - arrived_at AS took FROM visit WHERE node = 'hour'")
        finally:
            line.close()
    return [row.took / 1_000_000 - WAIT for row in found]


def _idle(room: Places) -> float:
    with room.fresh() as (url, home):
        line = Line(url, home)
        try:
            with line.engines(1) as working:
                time.sleep(2)
                before = _processor(working[0].pid)
                time.sleep(IDLE)
                used = _processor(working[0].pid) - before
        finally:
            line.close()
    return 100 * used / IDLE


def _processor(pid: int) -> float:
    """Seconds of processor time of a process."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
