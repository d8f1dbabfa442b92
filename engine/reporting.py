"""Shifts one after another, and a thread beside them that shows each to Prefect; no shift ever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx

if TYPE_CHECKING:
    from engine.shift import Chunk

log = logging.getLogger(__name__)

#: Seconds that Prefect may be silent for, between two tries, and that a stopping engine leaves it for its last word.
SILENCE, AGAIN, LAST_WORD = 2.0, 5.0, 2.0
#: Chunks of a shift, and ended shifts, that are kept for Prefect to come back; older ones are forgotten.
CHUNKS_KEPT, SHIFTS_KEPT = 1_000, 12
#: Pauses after shifts that failed, in seconds; the last one repeats.
PAUSES = (0.2, 1.0, 2.0, 5.0)


class Shift(Protocol):
    """Some minutes of the engine's work; cancelling it stops it gracefully at the next batch."""

    name: str
    #: A chunk after several seconds of real work, none when idle, None at the end.
    chunks: asyncio.Queue[Chunk | None]

    async def run(self) -> None:
        """Work, then return."""


class Progress:
    """What one shift has come to so far, handed from the engine's loop to the reporter's thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = False
        self.failure = ""
        self._chunks: deque[Chunk] = deque(maxlen=CHUNKS_KEPT)

    @property
    def is_told(self) -> bool:
        """Whether there is nothing more to say."""
        return self.ended and not self._chunks and not self.failure

    def add(self, chunk: Chunk) -> None:
        """Note some seconds of work."""
        self._chunks.append(chunk)

    def end(self, failure: str = "") -> None:
        """Note that the shift is over, and what it failed with."""
        self.failure = failure
        self.ended = True

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Every chunk until the end; one whose consumer fails stays for the next."""
        while True:
            ended = self.ended
            while self._chunks:
                yield self._chunks[0]
                self._chunks.popleft()
            if ended:
                return
            await asyncio.sleep(0.1)


class Reporter:
    """A thread with a loop of its own that records shifts as Prefect's flow runs.

    A thread, because in the main one Prefect would take SIGTERM for itself, and its import costs seconds; a daemon,
    because a Prefect that hangs must not keep the engine from ending.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._url = os.environ.get("PREFECT_API_URL", "")
        self._waiting: queue.SimpleQueue[Progress] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._silent = False
        self._thread = threading.Thread(target=self._work, name="prefect-reporter", daemon=True)

    def begin(self, name: str) -> Progress:
        """A new shift to show; never waits."""
        progress = Progress(name)
        if not self._url:
            return progress
        while self._waiting.qsize() >= SHIFTS_KEPT:
            with contextlib.suppress(queue.Empty):
                self._waiting.get_nowait()
        self._waiting.put(progress)
        if not self._thread.is_alive() and not self._closing.is_set():
            self._thread.start()
        return progress

    def close(self, seconds: float) -> None:
        """Let the last word be said if that takes no longer."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        while True:
            try:
                progress = self._waiting.get(timeout=0.1)
            except queue.Empty:
                if self._closing.is_set():
                    return
                continue
            self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        """Record one shift; as often as Prefect goes away meanwhile, the rest of it becomes a run of its own."""
        while not progress.is_told:
            if self._is_up():
                try:
                    from engine import flows  # noqa: PLC0415  (seconds of processor time: not before they are of use)

                    asyncio.run(flows.record(progress, self._home))
                    return
                except Exception as trouble:  # whatever Prefect comes up with, the engine goes on
                    log.warning("Prefect lost the run of %s: %s: %s", progress.name, type(trouble).__name__, trouble)
            if self._closing.is_set():
                return
            self._closing.wait(AGAIN)

    def _is_up(self) -> bool:
        try:
            up = httpx.get(f"{self._url}/health", timeout=SILENCE, trust_env=False).is_success
        except httpx.HTTPError:
            up = False
        if self._silent == up:
            log.warning("Prefect answers again" if up else "Prefect is silent: shifts run all the same, seen later")
        self._silent = not up
        return up


async def run_shifts(
    make_shift: Callable[[], Shift], stop: asyncio.Event, *, prefect: bool = True, home: Path | None = None
) -> None:
    """Run shift after shift until `stop`; one that fails is logged and followed by the next after a short pause.

    With `prefect` each is shown as a run of the flow `shift` at PREFECT_API_URL, tagged with `home`.
    """
    reporter = Reporter(home or Path.cwd()) if prefect else None
    failures = 0
    while not stop.is_set():
        try:
            shift = make_shift()
            await run_one(shift, stop, reporter.begin(shift.name) if reporter else Progress(shift.name))
            failures = 0
        except Exception:  # the next shift starts from what the database holds
            log.exception("the shift failed; the next one follows")
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
    if reporter:
        await asyncio.to_thread(reporter.close, LAST_WORD)


async def run_one(shift: Shift, stop: asyncio.Event, progress: Progress) -> None:
    """One shift, ended early by `stop`; its errors are noted and raised."""
    work = asyncio.create_task(shift.run(), name=shift.name)
    asked = asyncio.create_task(stop.wait())
    noting = asyncio.create_task(_note(shift, progress))
    try:
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    except Exception as trouble:
        progress.failure = f"{type(trouble).__name__}: {trouble}"
        raise
    finally:
        for task in (work, asked, noting):
            task.cancel()
        await asyncio.gather(work, asked, noting, return_exceptions=True)
        while not shift.chunks.empty():
            if chunk := shift.chunks.get_nowait():
                progress.add(chunk)
        progress.end(progress.failure)


async def _note(shift: Shift, progress: Progress) -> None:
    while chunk := await shift.chunks.get():
        progress.add(chunk)
