"""What a shift does beside its work, every second: heartbeat, unknown outcomes, counters, imports, the log."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import TYPE_CHECKING

from engine import housekeeping, imports
from engine.heartbeat import beat
from engine.settling import settle_unknown
from engine.world import World
from store import clock, counters
from store.crash_points import soon
from store.dues import Dues

if TYPE_CHECKING:
    from engine.shift import Shift

#: Seconds between two rounds, between two of many, and that telling the world the time may take.
PAUSE, SHORT, PATIENCE = 1.0, 0.05, 1.0


async def keep_house(shift: Shift) -> None:
    """Round after round, until cancelled; what there is to do was seen by the shift's latest look."""
    turn = 0
    while True:
        dues = shift.dues
        if dues is not None:
            if dues.unsettled and not shift.turn.locked():
                # Whoever plays time settles by himself, and counts it.
                async with shift.turn:
                    await asyncio.to_thread(settle_unknown, shift)
            busy = await asyncio.to_thread(house_work, shift, turn, dues)
            if shift.world is not None and turn % 5 == 0:
                await _tell_time(shift, shift.world)
            turn += 1
        await asyncio.sleep(SHORT if dues is None or busy else PAUSE)


def house_work(shift: Shift, turn: int, dues: Dues) -> bool:
    """One round of it, some things only every so many; whether there is more to do at once."""
    project, database = shift.project, shift.project.database
    beat(project, shift.name, {"moves": shift.moves, "sent": shift.deliverer.sent})
    counters_left = database.transact(counters.fold, lazy=True) if turn % 5 == 0 else 0
    imported = imports.run_some(project) if dues.importing else 0
    if database.wal_bytes() > 8_000_000 or turn % 30 == 29:
        soon("mid-checkpoint")
        database.checkpoint(truncate=turn % 3600 == 3599)
    if turn % 3600 == 10:
        housekeeping.tidy(project)
    return bool(imported) or counters_left >= 20_000


async def _tell_time(shift: Shift, world: World) -> None:
    """The world keeps our time; it may have been started anew. Not while time is played: the player tells it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE), shift.turn:
            await _tell_world(shift, world)


async def _tell_world(shift: Shift, world: World) -> None:
    def read() -> tuple[object, datetime, bool]:
        with shift.project.database.read() as connection:
            return clock.stamp(connection), shift.project.now(connection), clock.is_running(connection)

    stamp, now, going = await asyncio.to_thread(read)
    told: object = None
    # Somebody may set the clock, and tell the world, while we are telling it what was before.
    while stamp is not None and stamp != told:
        with contextlib.suppress(Exception):
            await world.set_clock(now, running=going)
        told, (stamp, now, going) = stamp, await asyncio.to_thread(read)
