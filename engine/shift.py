"""A shift of the engine: receive, advance, deliver, keep house; wakes at once when something was written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from engine import housekeeping, imports
from engine.advance import advance_due
from engine.calls import Caller
from engine.deliver import AGAIN, Deliverer, http_client
from engine.evidence import WINDOW
from engine.heartbeat import beat
from engine.people import tell_trips
from engine.planned import CHORES, chores
from engine.play import play
from engine.project import Project
from engine.receive import receive
from engine.settling import BLOCKED, settle_unknown
from engine.world import World
from store import changes, clock, counters, deliveries, dues, enrollments, inbox
from store.bell import Bell, listen
from store.crash_points import reach, soon
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
        self.deliverer = Deliverer(project, http_client())
        self.caller = Caller(project)
        #: Held by whoever claims: the mover and the sender for one batch, playing time for all of it.
        self.turn = asyncio.Lock()
        self.wake_mover, self.wake_sender = asyncio.Event(), asyncio.Event()
        self.moves = self.received = 0

    async def run(self) -> None:
        """Work until the shift is over."""
        bell = await asyncio.to_thread(listen, self.project.database.url)
        tasks = [
            asyncio.create_task(each)
            for each in (
                self._listen(bell),
                self._in_all_weathers(self._move),
                self._in_all_weathers(self._send),
                self._in_all_weathers(self.caller.keep_calling),
                self.deliverer.keep_committing(),
                self._in_all_weathers(self._keep_house),
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

    async def move_once(self) -> int:
        """Process the inbox and move what is due, one transaction of each if there is work; how much was done."""
        return await asyncio.to_thread(self._move_batch)

    def _move_batch(self) -> int:
        database, received, moved = self.project.database, 0, 0
        with database.read() as connection:
            # Both from one snapshot: what a person wrote before their trip became due is processed before it moves.
            mail = inbox.horizon(connection) is not None
            untold = changes.any_left(connection)
            duties = chores(connection, self.project.now_micros(connection))
            due = enrollments.next_due(connection)
            work = due is not None and due <= self.project.now_micros(connection)
        parts = ((mail, receive), (untold, tell_trips), *((duties, part) for part in CHORES))
        for wanted, part in parts:
            if wanted:
                received += database.transact(partial(part, self.project))
        if work or received:
            moved = database.transact(lambda connection: advance_due(self.project, connection))
            if moved:
                reach("after-move-commit")
        self.received += received
        self.moves += moved
        return received + moved

    def look(self) -> Dues:
        """All that is due or will be, in one snapshot."""
        with self.project.database.read() as connection:
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
                self.wake_mover.set()
                self.wake_sender.set()
                self.caller.wake.set()

    async def _move(self) -> None:
        while True:
            self.wake_mover.clear()
            if self.project.sandbox:
                await play(self)
            async with self.turn:
                done = await self.move_once()
            if done:
                self.wake_sender.set()
                continue
            await self._sleep(self.wake_mover, enrollments.next_due)

    async def _send(self) -> None:
        while True:
            self.wake_sender.clear()
            async with self.turn:
                done = await self.deliverer.send_due()
            if done:
                self.wake_mover.set()
                if len(self.deliverer.in_flight) >= 150:
                    await asyncio.wait(set(self.deliverer.in_flight), return_when=asyncio.FIRST_COMPLETED)
                continue
            await self._sleep(self.wake_sender, deliveries.next_ready)

    async def _sleep(self, wake: asyncio.Event, next_of: object) -> None:
        """Sleep until something is written or the next instant comes, at most a second."""

        def seconds() -> float:
            with self.project.database.read() as connection:
                at = next_of(connection)  # type: ignore[operator]
                now = self.project.now_micros(connection)
            return LONGEST if at is None else min(LONGEST, (at - now) / 1_000_000 if at > now else BLOCKED)

        # Work that is due and cannot be taken (a message in flight stands before it) is woken by what it waits for.
        pause = await asyncio.to_thread(seconds)
        with contextlib.suppress(TimeoutError):
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the waking.
            async with asyncio.timeout(pause):
                await wake.wait()

    async def _keep_house(self) -> None:
        """Heartbeat, unknown outcomes, counters, imports, the write-ahead log."""
        turn = 0
        while True:
            if not self.turn.locked():
                # Whoever plays time settles by himself, and counts it.
                async with self.turn:
                    await asyncio.to_thread(settle_unknown, self)
            done = await asyncio.to_thread(self.house_work, turn)
            if self.world is not None and turn % 5 == 0:
                await self._tell_time()
            turn += 1
            await asyncio.sleep(0.05 if done else 1.0)

    def house_work(self, turn: int) -> bool:
        """One round of it, some things only every so many; whether there is more to do at once."""
        database = self.project.database
        beat(self.project, self.name, {"moves": self.moves, "sent": self.deliverer.sent})
        counters_left = database.transact(counters.fold) if turn % 5 == 0 else 0
        imported = imports.run_some(self.project)
        if database.wal_bytes() > 8_000_000 or turn % 30 == 29:
            soon("mid-checkpoint")
            database.checkpoint(truncate=turn % 3600 == 3599)
        if turn % 3600 == 10:
            housekeeping.tidy(self.project)
        return bool(imported) or counters_left >= 20_000

    async def _tell_time(self) -> None:
        """The world keeps our time; it may have been started anew. Not while time is played: the player tells it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST), self.turn:
                await self._tell_world()

    async def _tell_world(self) -> None:
        assert self.world is not None

        def read() -> tuple[object, datetime, bool]:
            with self.project.database.read() as connection:
                return clock.stamp(connection), self.project.now(connection), clock.is_running(connection)

        stamp, now, going = await asyncio.to_thread(read)
        told: object = None
        # Somebody may set the clock, and tell the world, while we are telling it what was before.
        while stamp is not None and stamp != told:
            with contextlib.suppress(Exception):
                await self.world.set_clock(now, running=going)
            told, (stamp, now, going) = stamp, await asyncio.to_thread(read)

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


async def readable(wire: int) -> None:
    """Wait until a socket has something to be read; costs nothing meanwhile."""
    loop, rang = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(wire, rang.set)
    try:
        await rang.wait()
    finally:
        loop.remove_reader(wire)
