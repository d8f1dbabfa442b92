"""A shift of the engine: receive, advance, deliver, keep house; wakes at once when something was written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from sqlalchemy import URL

from engine.calls import Caller
from engine.deliver import AGAIN, Deliverer
from engine.evidence import WINDOW
from engine.moving import move
from engine.play import play
from engine.project import Project
from engine.settling import BLOCKED
from engine.upkeep import keep_house
from engine.world import World
from store import dues
from store.bell import Bell, listen
from store.database import UNAVAILABLE
from store.dues import Dues

log = logging.getLogger(__name__)
#: Seconds: how often a bell without a wire is looked at, the longest sleep, a chunk of work for reports.
LOOK, LONGEST, CHUNK = 0.015, 1.0, 5.0
#: Seconds that a stopping shift waits for messages on the wire: less than its supervisor waits for it.
DRAIN = 10.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What several seconds of real work came to."""

    moves: int
    sends: int
    received: int
    seconds: float


class Shift:
    """Lives some minutes and returns; cancelling it stops it at the next batch, with nothing left unknown."""

    def __init__(self, project: Project, *, minutes: float = 10.0, world: World | None = None) -> None:
        self.project, self.world = project, world
        self.until = time.monotonic() + minutes * 60
        self.name = f"engine:{socket.gethostname()}:{os.getpid()}"
        self.chunks: asyncio.Queue[Chunk | None] = asyncio.Queue()
        self.deliverer = Deliverer(project)
        self.caller = Caller(project)
        #: Held by whoever claims: the mover and the sender for one batch, playing time for all of it.
        self.turn = asyncio.Lock()
        #: Something was written; messages are due.
        self.wake, self.wake_sender = asyncio.Event(), asyncio.Event()
        #: What the latest look has found.
        self.dues: Dues | None = None
        self.moves = self.received = 0

    async def run(self) -> None:
        """Work until the shift is over."""
        bell = await hear(self.project.database.url)
        tasks = [
            asyncio.create_task(each)
            for each in (
                self._listen(bell),
                self._in_all_weathers(self._watch),
                self._in_all_weathers(self._send),
                self._in_all_weathers(self.caller.keep_calling),
                self.deliverer.keep_committing(),
                self._in_all_weathers(partial(keep_house, self)),
                self._report(),
            )
        ]
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=max(0.0, self.until - time.monotonic()), return_when=asyncio.FIRST_EXCEPTION
            )
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # What is on the wire is waited for, so that a stopped engine leaves nothing unknown.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN):
                    await self.deliverer.drain()
            await self.deliverer.client.aclose()
            await self.caller.client.aclose()
            bell.close()
            self.chunks.put_nowait(None)

    async def _in_all_weathers(self, part: Callable[[], Awaitable[None]]) -> None:
        """A part of the shift that pauses while the database is away or full, and goes on when it is back."""
        while True:
            try:
                await part()
            except UNAVAILABLE as trouble:
                log.warning("the database does not take it (%s); trying again", type(trouble.orig).__name__)
                await asyncio.sleep(AGAIN)

    async def move_once(self, dues: Dues) -> int:
        """Do what a look found due: webhooks, chores, trips; how much was done."""
        return await asyncio.to_thread(self._move, dues)

    def _move(self, dues: Dues) -> int:
        received, moved = move(self.project, dues)
        self.received += received
        self.moves += moved
        return received + moved

    def look(self) -> Dues:
        """All that is due or will be, in one snapshot."""
        with self.project.database.glance() as connection:
            return dues.look(connection, self.project.now_micros(connection), WINDOW)

    async def _listen(self, bell: Bell) -> None:
        while True:
            if bell.lost:
                await asyncio.sleep(LONGEST)
                await asyncio.to_thread(bell.listen)
            elif (wire := bell.fileno()) is not None:
                await readable(wire)
            else:
                await asyncio.sleep(LOOK)
            if bell.rang():
                self.wake.set()

    async def _watch(self) -> None:
        """Look what is due, move it, and wake whoever has work: one look serves all."""
        fresh: Dues | None = None
        while True:
            if fresh is None:
                self.wake.clear()
            # Under the turn, so that looking takes nothing from a claim that is under way.
            async with self.turn:
                seen, fresh = await asyncio.to_thread(self._round, fresh)
            self.dues = fresh or seen
            if self._plays(self.dues):
                fresh = None
                await play(self)
                continue
            if self.dues.due(self.dues.messages):
                self.wake_sender.set()
            if self.dues.calling or self.dues.due(self.dues.requests):
                self.caller.wake.set()
            # Whoever was woken stands in line before the next batch of trips.
            await asyncio.sleep(0)
            if fresh is None or not fresh.to_move:
                await self._sleep(self.dues)
                fresh = None

    def _round(self, known: Dues | None) -> tuple[Dues, Dues | None]:
        """Look, unless that has just been done, and move: what was seen, and what there is after something was done."""
        seen = known or self.look()
        done = self._move(seen) if seen.to_move and not self._plays(seen) else 0
        return seen, self.look() if done else None

    def _plays(self, seen: Dues) -> bool:
        """Whether somebody asked for time to be played: whoever plays it does all that falls due meanwhile."""
        return self.project.sandbox and seen.played is not None

    async def _send(self) -> None:
        while True:
            await self.wake_sender.wait()
            self.wake_sender.clear()
            async with self.turn:
                await self.deliverer.send_due()
            if self.deliverer.more:
                self.wake_sender.set()
            await self.deliverer.has_room()

    async def _sleep(self, dues: Dues) -> None:
        """Sleep until something is written or the next instant comes, at most a second."""
        if dues.due(dues.trips, dues.messages):
            # Others are at it, or the wire is full.
            seconds = BLOCKED
        else:
            seconds = min([LONGEST, *((at - dues.now) / 1_000_000 for at in dues.upcoming(WINDOW))])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()

    async def _report(self) -> None:
        """Say what several seconds of work came to; silent when idle."""
        moves = sends = received = 0
        while True:
            started = time.monotonic()
            await asyncio.sleep(CHUNK)
            done = (self.moves - moves, self.deliverer.sent - sends, self.received - received)
            moves, sends, received = self.moves, self.deliverer.sent, self.received
            if any(done):
                self.chunks.put_nowait(Chunk(*done, seconds=time.monotonic() - started))


async def hear(url: URL) -> Bell:
    """A database's bell; of one that was still connecting when its shift was stopped nothing is left open."""
    heard: Future[Bell] = Future()

    def connect() -> None:
        try:
            bell = listen(url)
        except Exception as trouble:
            if heard.set_running_or_notify_cancel():
                heard.set_exception(trouble)
            return
        # Nobody waits for it any more: who made it closes it.
        heard.set_result(bell) if heard.set_running_or_notify_cancel() else bell.close()

    asyncio.get_running_loop().run_in_executor(None, connect)
    try:
        return await asyncio.wrap_future(heard)
    except asyncio.CancelledError:
        if not heard.cancel():
            heard.result().close()
        raise


async def readable(wire: int) -> None:
    """Wait until a socket has something to be read; costs nothing meanwhile."""
    loop, rang = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(wire, rang.set)
    try:
        await rang.wait()
    finally:
        loop.remove_reader(wire)
