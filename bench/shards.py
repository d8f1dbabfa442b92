"""What sharding would cost: the same contacts in one database and in several, moved in turn by one process."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial

from bench.line import STEPS, Line
from bench.places import Places, places
from bench.results import Results
from engine.advance import BATCH, advance_due

CONTACTS = 8_000
SHARDS = (1, 2, 4, 8)


def run(results: Results) -> None:
    """A contact-step at each number of shards, and the most against one as a ratio: smaller batches, more round trips.

    All shards lie on one server: what several machines would win is not in it, what their number costs is.
    """
    repeats = 3 if results.full else 1
    with places("PostgreSQL") as room:
        costs = []
        for shards in SHARDS:
            each = [_cost(room, shards) for _ in range(repeats)]
            costs.append(results.add(f"PostgreSQL, {shards} shards: a contact-step", each, "µs"))
    results.add(f"{SHARDS[-1]} shards against one", 100 * costs[-1] / costs[0], "%")


def _cost(room: Places, shards: int) -> float:
    with ExitStack() as stack:
        lines = []
        for _ in range(shards):
            url, home = stack.enter_context(room.fresh())
            line = Line(url, home)
            stack.callback(line.close)
            line.fill(CONTACTS // shards)
            line.enroll(CONTACTS // shards)
            lines.append(line)
        began = time.perf_counter()
        _through(lines)
        for line in lines:
            line.jump()
        _through(lines)
        seconds = time.perf_counter() - began
        for line in lines:
            line.check(CONTACTS // shards)
    return seconds / CONTACTS / STEPS * 1e6


def _through(lines: list[Line]) -> None:
    """Move what is due, a batch of each shard in turn: together as many as one batch of a single database."""
    size, working = BATCH // len(lines), list(lines)
    while working:
        working = [line for line in working if line.project.database.transact(_batch(line, size))]


def _batch(line: Line, size: int) -> partial[int]:
    return partial(advance_due, line.project, limit=size)
