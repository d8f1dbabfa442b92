"""Play the sandbox's time: step from due instant to due instant until the one that was asked for."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Connection

from engine.evidence import EVIDENCE
from engine.project import Project, real_now
from store import cascades, clock, deliveries, enrollments, segments, web_requests
from store.crash_points import reach
from store.tables.columns import instant, micros

if TYPE_CHECKING:
    from engine.shift import Shift

log = logging.getLogger(__name__)
#: Instants that lie this close together are one step: ten thousand due times must not cost ten thousand rounds.
TOGETHER = timedelta(seconds=1)
#: So do messages that wait for their turn, as far as their messenger takes them at once (see `Rates`).
AT_ONCE = timedelta(seconds=0.2)
#: Who wants to act at an instant.
WANTING = (
    enrollments.due_after,
    deliveries.ready_after,
    segments.due_after,
    web_requests.ready_after,
    cascades.next_at,
)


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
    """Several engines may play the same time: each step is of an instant at which the stepper found nothing left."""
    if shift.world is not None:
        # The world may be behind, and going: an engine was killed between its step and telling of it, or the world was.
        await shift.world.set_clock((await asyncio.to_thread(_asked, shift.project))[1], running=False)
    while True:
        asked, now = await asyncio.to_thread(_asked, shift.project)
        if asked != target:
            return
        if shift.world is not None:
            await shift.world.go_on(now)
        moves, sends = await shift.settle()
        if await asyncio.to_thread(_count, shift.project, moves, sends) != now:
            # Another engine has made a step meanwhile, and what falls due there may be in nobody's hands yet.
            continue
        if now >= target:
            break
        step = min(await _next(shift, now, target), target)
        if await asyncio.to_thread(_step, shift.project, now, step, target):
            reach("clock-step")
    arrived, running = await asyncio.to_thread(_arrive, shift.project, target)
    if arrived and shift.world is not None:
        await shift.world.set_clock(target, running=running)


async def _next(shift: Shift, now: datetime, target: datetime) -> datetime:
    """The next instant at which the product or the world wants to act, with those of the same second."""
    found = await asyncio.to_thread(_next_due, shift.project, now)
    world = await shift.world.next_at() if shift.world is not None else None
    acts = [at for at in world or () if at > now]
    found += acts
    if not found:
        return target
    until, latest = await asyncio.to_thread(_latest, shift.project, now, min(found))
    return max(at for at in (*found, *latest) if at <= until)


def _asked(project: Project) -> tuple[datetime | None, datetime]:
    """The instant until which time is to be played, and the one that it has come to."""
    with project.database.read() as connection:
        return clock.asked(connection), project.now(connection)


def _next_due(project: Project, now: datetime) -> list[datetime]:
    after = micros(now)
    with project.database.read() as connection:
        found = [each(connection, after) for each in WANTING]
        unknown = deliveries.first_unknown(connection, micros(now - EVIDENCE))
    instants = [instant(value) for value in found if value is not None]
    return instants if unknown is None else [*instants, instant(unknown) + EVIDENCE]


def _latest(project: Project, after: datetime, first: datetime) -> tuple[datetime, list[datetime]]:
    """Until when all is one step with the `first` act, and the last of what the product does by then."""
    until = first + TOGETHER
    with project.database.read() as connection:
        sends = deliveries.ready_after(connection, micros(after))
        if sends is not None:
            until = min(until, instant(sends) + AT_ONCE)
        span = micros(after), micros(until)
        found = enrollments.due_between(connection, *span), deliveries.ready_between(connection, *span)
    return until, [instant(value) for value in found if value is not None]


def _count(project: Project, moves: int, sends: int) -> datetime:
    def work(connection: Connection) -> datetime:
        if moves or sends:
            clock.played(connection, moves, sends)
        return project.now(connection)

    return project.database.transact(work)


def _step(project: Project, now: datetime, to: datetime, target: datetime) -> bool:
    return project.database.transact(lambda connection: clock.step(connection, now, to, target))


def _arrive(project: Project, target: datetime) -> tuple[bool, bool]:
    def work(connection: Connection) -> tuple[bool, bool]:
        return clock.arrived(connection, target, real_now()), clock.is_running(connection)

    return project.database.transact(work)
