"""One instant of played time: all that is due is done before time goes on, the world's part included."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.evidence import sweep
from engine.world import Ahead
from store.dues import Dues

if TYPE_CHECKING:
    from engine.shift import Shift

#: Seconds until something that others are at is looked at again.
BLOCKED = 0.05


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done at an instant, and what is known of those to come."""

    moves: int
    sends: int
    dues: Dues
    world: Ahead


async def settle(shift: Shift) -> Settled:
    """Do all that is due; the last look at it, with nothing left, is one snapshot later than all that was done."""
    moves, sends = shift.moves, shift.deliverer.sent
    quiet, progress, ahead = shift.world is None, True, Ahead()
    while True:
        dues = await asyncio.to_thread(shift.look)
        if dues.left or (dues.unknown and progress):
            progress = await _do(shift, dues) > 0
            if dues.left and not progress:
                # Time does not pass a message whose fate is open (its sender answers, or its lease runs out), nor what
                # another engine is at.
                await asyncio.sleep(BLOCKED)
            quiet = shift.world is None
        elif quiet or shift.world is None:
            return Settled(shift.moves - moves, shift.deliverer.sent - sends, dues, ahead)
        else:
            delivered, ahead = await shift.world.settle()
            quiet = not delivered


async def _do(shift: Shift, dues: Dues) -> int:
    """Do what one snapshot found due; how much was done."""
    deliverer, done = shift.deliverer, 0
    committed = deliverer.committed
    if dues.to_move:
        done += await shift.move_once(dues)
    if done or dues.due(dues.messages):
        done += await deliverer.send_due()
    await deliverer.drain()
    if dues.calling or dues.due(dues.requests):
        done += await shift.caller.call_due()
    if dues.unsettled:
        done += await asyncio.to_thread(settle_unknown, shift)
    # Answers are also committed beside this, and what follows from them must be looked for once more.
    return done + deliverer.committed - committed


def settle_unknown(shift: Shift) -> int:
    """Decide on messages whose fate is open, and on next messengers; on how many."""
    return shift.project.database.transact(lambda each: sweep(shift.project, each))
