"""Play the sandbox's time: step from due instant to due instant until the one that was asked for."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Connection

from engine.evidence import WINDOW
from engine.project import Project
from engine.settling import Settled, settle
from store import clock, deliveries, enrollments
from store.clock import Step
from store.crash_points import reach
from store.tables.columns import instant, micros

if TYPE_CHECKING:
    from engine.shift import Shift

log = logging.getLogger(__name__)
#: Instants that lie this close together are one step: ten thousand due times must not cost ten thousand rounds.
TOGETHER = timedelta(seconds=1)
#: So do messages that wait for their turn, as far as their messenger takes them at once (see `Rates`).
AT_ONCE = timedelta(seconds=0.2)


async def play(shift: Shift) -> None:
    """If somebody asked for time to be played, play it and answer; a killed engine goes on where it was."""
    target, _ = await asyncio.to_thread(_asked, shift.project)
    if target is None:
        return
    async with shift.turn:
        try:
            await _play(shift, target)
        except httpx.HTTPError as error:
            log.warning("the pretend world does not answer (%s); trying again", type(error).__name__)
            await asyncio.sleep(0.5)


async def _play(shift: Shift, target: datetime) -> None:
    """Several engines may play the same time: each step is from an instant at which its stepper found nothing left."""
    asked, now = await asyncio.to_thread(_asked, shift.project)
    if shift.world is not None:
        # The world may be behind, and going: an engine was killed between its step and telling of it, or the world was.
        await shift.world.set_clock(now, running=False)
    moves = sends = 0
    while asked == target:
        if shift.world is not None:
            await shift.world.go_on(now)
        done = await settle(shift)
        moves, sends = moves + done.moves, sends + done.sends
        if now >= target:
            await _arrive(shift, Step(now, now, target, moves, sends))
            return
        to = min(await asyncio.to_thread(_next, shift, done, target), target)
        # If another engine has made a step meanwhile, what falls due there may be in nobody's hands yet.
        if await asyncio.to_thread(_step, shift.project, Step(now, to, target, moves, sends)):
            reach("clock-step")
            moves = sends = 0
        asked, now = await asyncio.to_thread(_asked, shift.project)


def _next(shift: Shift, done: Settled, target: datetime) -> datetime:
    """The next instant at which the product or the world wants to act, with those of the same second."""
    now = instant(done.dues.now)
    found = [instant(value) for value in done.dues.upcoming(WINDOW)]
    found += [at for at in (done.world.first, done.world.last) if at is not None and at > now]
    if not found:
        return target
    first, sends = min(found), done.dues.messages
    until = first + TOGETHER if sends is None else min(first + TOGETHER, instant(sends) + AT_ONCE)
    span = micros(now), micros(until)
    with shift.project.database.read() as connection:
        latest = enrollments.due_between(connection, *span), deliveries.ready_between(connection, *span)
    found += [instant(value) for value in latest if value is not None]
    return max(at for at in found if at <= until)


def _asked(project: Project) -> tuple[datetime | None, datetime]:
    """The instant until which time is to be played, and the one that it has come to."""
    with project.database.read() as connection:
        return clock.asked(connection), project.now(connection)


def _step(project: Project, step: Step) -> bool:
    return project.database.transact(lambda connection: clock.step(connection, step))


async def _arrive(shift: Shift, last: Step) -> None:
    def work(connection: Connection) -> tuple[bool, bool]:
        return clock.arrived(connection, last, shift.project.real()), clock.is_running(connection)

    arrived, running = await asyncio.to_thread(shift.project.database.transact, work)
    if arrived and shift.world is not None:
        await shift.world.set_clock(last.to, running=running)
