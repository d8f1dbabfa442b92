"""The sandbox's doors, at the API's address: the clock, and what the pretend world shows of its phones."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.doors import Shared, caller_of, project_of, utc
from api.problems import Refused
from engine.project import Project
from engine.world import World
from store import clock

#: The longest time between two looks whether time is still being played, in seconds.
LONGEST_PAUSE = 0.25


def only_in_sandbox(request: Request) -> None:
    """404 outside a sandbox: a real installation has no such doors."""
    if not project_of(request).sandbox:
        raise Refused(404, "not_found", "This installation is not a sandbox.")


router = APIRouter(prefix="/sandbox", tags=["sandbox"], dependencies=[Depends(only_in_sandbox), Depends(caller_of)])


class ClockIn(BaseModel):
    """What the clock should show, and whether it goes by itself."""

    model_config = ConfigDict(extra="forbid")

    now: datetime | None = None
    running: bool | None = None


class AdvanceIn(BaseModel):
    """How far to play the time."""

    model_config = ConfigDict(extra="forbid")

    by: timedelta = Field(gt=timedelta(0), le=timedelta(days=3660))


@router.get("/clock")
def get_clock(project: Shared) -> dict[str, Any]:
    """Virtual now."""
    with project.database.read() as connection:
        return {"now": project.now(connection).isoformat(), "running": clock.is_running(connection)}


@router.put("/clock")
async def put_clock(body: ClockIn, request: Request, project: Shared) -> dict[str, Any]:
    """Set the clock, or stop it, or let it go; nothing that falls due in between is played: see advance."""

    def work(connection: Any) -> tuple[datetime, bool]:
        if clock.asked(connection) is not None:
            raise Refused(409, "conflict", "Time is being played just now; wait for it.")
        now = project.now(connection)
        wanted = utc(body.now) if body.now is not None else now
        if wanted < now:
            raise Refused(409, "conflict", "The clock cannot go back: what has happened has happened.", field="now")
        clock.put(connection, wanted, project.real(), running=body.running)
        return wanted, clock.is_running(connection)

    now, running = await run_in_threadpool(project.database.transact, work)
    world: World | None = request.app.state.world
    if world is not None:
        await world.set_clock(now, running=running)
    return {"now": now.isoformat(), "running": running}


@router.post("/clock/advance")
async def advance(body: AdvanceIn, project: Shared) -> dict[str, Any]:
    """Play the time: everything that falls due happens, in order, before this answers."""

    def ask(connection: Any) -> datetime:
        if clock.asked(connection) is not None:
            raise Refused(409, "conflict", "Time is being played just now; wait for it.")
        return clock.ask(connection, body.by, project.real())

    await run_in_threadpool(project.database.transact, ask)
    pause = 0.005
    while await run_in_threadpool(_playing, project):
        await asyncio.sleep(pause)
        # A long play is asked after rarely: asking takes its strength.
        pause = min(pause * 1.2, LONGEST_PAUSE)
    return await run_in_threadpool(_played, project)


def _played(project: Project) -> dict[str, Any]:
    with project.database.read() as connection:
        moves, sends = clock.counts(connection)
        now = project.now(connection)
    return {"now": now.isoformat(), "moves": moves, "sends": sends}


def _playing(project: Project) -> bool:
    with project.database.read() as connection:
        return clock.asked(connection) is not None


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT"], include_in_schema=False)
async def world(path: str, request: Request) -> Response:
    """Phones, people, faults and the log: handed to the pretend world."""
    known: World | None = request.app.state.world
    if known is None:
        raise Refused(503, "not_ready", "The pretend world has not started yet; try again soon.")
    if path.split("/", 1)[0] not in ("phones", "people", "faults", "log", "settings"):
        raise Refused(404, "not_found", f"There is no /sandbox/{path}.")
    try:
        answer = await known.call(
            request.method,
            f"/world/{path}",
            params=dict(request.query_params),
            content=await request.body(),
            headers={"content-type": request.headers.get("content-type", "application/json")},
        )
    except httpx.HTTPError as error:
        raise Refused(503, "not_ready", "The pretend world does not answer; try again soon.") from error
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))
