"""A keeper: starts one process, says when it is ready, starts it again when it dies, and stops it when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx

from engine.parent_death import tied_to_parent
from engine.processes import Child

#: Pauses before the restarts of a child that keeps dying, in seconds; the last one repeats without end.
PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 5.0)
#: A child that has lived this long has recovered: its next death is its first.
RECOVERED = 30.0
#: How long a child that comes `after` another waits for it at most.
HEAD_START = 10.0
PROBE_EVERY = 0.1
LOG_LIMIT = 10_000_000

Say = Callable[[str], None]


class Keeper:
    """One child: started, watched until ready, started again when it dies, until `stop`."""

    def __init__(self, child: Child, logs: Path, say: Say, client: httpx.AsyncClient) -> None:
        self.child = child
        self.ready = asyncio.Event()
        self._log = logs / f"{child.name}.log"
        self._say = say
        self._client = client
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._read_from = 0

    async def run(self, first: asyncio.Event | None = None) -> None:
        """Keep the child running; the first start waits for `first`, but no longer than a head start."""
        if first:
            with suppress(TimeoutError):
                await asyncio.wait_for(first.wait(), HEAD_START)
        deaths = 0
        while not self._stopping:
            began = time.monotonic()
            try:
                death = _death(await self._live())
            except OSError as trouble:  # no memory, no processes, a full disk: these pass
                death = f"cannot be started ({trouble})"
            if self._stopping:
                return
            deaths = 1 if time.monotonic() - began > RECOVERED else deaths + 1
            pause = PAUSES[min(deaths, len(PAUSES)) - 1]
            self._say(f"{self.child.name:<8} {death}, starts again in {pause:g} s; see {self._log}")
            for line in _last_words(self._log, self._read_from):
                self._say(f"{'':<8} | {line}")
            await asyncio.sleep(pause)

    def retire(self) -> None:
        """Let the child's next death be its last."""
        self._stopping = True

    async def stop(self, deadline: float) -> None:
        """Ask the child to end; end it at `deadline` (of `time.monotonic`)."""
        self.retire()
        process = self._process
        if process is None or process.returncode is not None:
            return
        self.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            self.send(signal.SIGKILL)
            await process.wait()

    def send(self, number: signal.Signals) -> None:
        """Pass a signal to the child, and for SIGKILL to what it has started."""
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    async def _live(self) -> int:
        """Start the child once and wait for its end: its return code."""
        self.ready.clear()
        if self.child.announces:
            self.child.announces.parent.mkdir(parents=True, exist_ok=True)
            self.child.announces.unlink(missing_ok=True)
        with _opened(self._log) as log:
            self._read_from = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self.child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.child.environment},
                start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone
                preexec_fn=tied_to_parent(self.child.nice),
            )
        if self._stopping:  # asked to stop between two lives
            self.send(signal.SIGKILL)
        watch = asyncio.create_task(self._watch(time.monotonic()))
        try:
            return await self._process.wait()
        finally:
            watch.cancel()

    async def _watch(self, began: float) -> None:
        while not await self._is_ready():
            await asyncio.sleep(PROBE_EVERY)
        self.ready.set()
        seconds = time.monotonic() - began
        self._say(f"{self.child.name:<8} ready  {self.child.address:<24}  {seconds:.1f} s")

    async def _is_ready(self) -> bool:
        if not self.child.url:
            return self.child.announces is None or self.child.announces.exists()
        try:
            answer = await self._client.get(self.child.url, headers=dict(self.child.headers))
        except httpx.HTTPError:
            return False
        return answer.is_success


@contextmanager
def _opened(log: Path) -> Iterator[IO[bytes]]:
    """The log for appending; a long one is put aside first."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as opened:
        yield opened


def _last_words(log: Path, read_from: int) -> list[str]:
    """What the child said last in this life."""
    if not log.is_file():
        return []
    with log.open("rb") as opened:
        opened.seek(max(read_from, log.stat().st_size - 4000))
        lines = opened.read().decode("utf-8", "replace").splitlines()
    return [line.rstrip()[:200] for line in lines if line.strip()][-3:]


def _death(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
