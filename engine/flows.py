"""What Prefect sees of the engine: a run per shift with a task per chunk of work, and housekeeping on a schedule.

Importing this costs seconds of processor time: only the reporter's thread, `tropa deploy` and Prefect's workers do.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import flow, tags, task
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectAlreadyExists
from prefect.runtime import flow_run
from prefect.states import Completed, Crashed, Failed
from prefect.types.entrypoint import EntrypointType

if TYPE_CHECKING:
    from engine.reporting import Progress

SHIFT = "shift"
#: A run that is still there this long after its shift should have ended was left by a machine that is gone.
OVERDUE = timedelta(minutes=2)


async def record(progress: Progress, home: Path) -> dict[str, int]:
    """Show a shift as one run that lasts as long as it does: the totals of moves, sends and received webhooks."""
    async with get_client() as client:
        await end_abandoned(client, home)

    totals: dict[str, int] = {}

    @flow(name=SHIFT, flow_run_name=progress.name, persist_result=False, validate_parameters=False)
    async def shown() -> State[Any]:
        return await _tell(progress, totals)

    with tags(*_tags(home)):
        await shown(return_state=True)
    progress.failure = ""
    return totals


async def _tell(progress: Progress, totals: dict[str, int]) -> State[Any]:
    """A task for each chunk until the end of the shift, and what it came to."""
    totals.update({"moves": 0, "sends": 0, "received": 0})
    async for done in progress.chunks():
        await chunk(done.moves, done.sends, done.received, round(done.seconds, 1))
        for name in totals:
            totals[name] += getattr(done, name)
    if progress.failure:
        return Failed(message=progress.failure)
    return Completed(message=f"{totals['moves']:,} moves, {totals['sends']:,} sends", data=dict(totals))


@flow(name=SHIFT, persist_result=False)
async def shift() -> State[Any]:
    """One shift in a process that a Prefect worker has started; SIGTERM ends it at the next batch."""
    from engine.boot import opened  # noqa: PLC0415
    from engine.reporting import Progress, run_one  # noqa: PLC0415
    from engine.shift import Shift  # noqa: PLC0415

    async with opened() as (settings, project, world):
        length = timedelta(seconds=settings.shift_seconds)
        planned = flow_run.scheduled_start_time
        if planned is not None and datetime.now(UTC) - planned > length + OVERDUE:
            return Completed(message="Too late: shifts after it have begun.")
        async with get_client() as client:
            await end_overdue(client, length)
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        made = Shift(project, minutes=settings.shift_seconds / 60, world=world)
        progress = Progress(made.name)
        work = asyncio.create_task(run_one(made, stop, progress))
        try:
            return await _tell(progress, {})
        finally:
            # Whatever Prefect comes up with, the shift is worked to its end.
            await asyncio.gather(work, return_exceptions=True)


@task(name="chunk", task_run_name="chunk: {moves:,} moves, {sends:,} sends", persist_result=False)
async def chunk(moves: int, sends: int, received: int, seconds: float) -> None:
    """Several seconds of the engine's work, which has been done and committed when this is recorded."""


async def end_abandoned(client: PrefectClient, home: Path) -> int:
    """Mark the runs of engines that died as crashed, which Prefect does not do by itself: how many.

    A run is abandoned if it belongs to this home and machine and its process is gone, or is this one.
    """
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter.model_validate({"name": {"any_": [SHIFT]}}),
        flow_run_filter=FlowRunFilter.model_validate(
            {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}, "tags": {"all_": _tags(home)[:2]}}
        ),
    )
    ended = [run for run in runs if not _is_at_work(run.tags)]
    await _crashed(client, ended)
    return len(ended)


async def _crashed(client: PrefectClient, runs: list[FlowRun]) -> None:
    for run in runs:
        gone: State[Any] = Crashed(message="The engine ended before its shift did; its work went on with the next one.")
        await client.set_flow_run_state(run.id, gone, force=True)


def _tags(home: Path) -> list[str]:
    return [f"home:{home}", f"machine:{socket.gethostname()}", f"process:{os.getpid()}"]


def _is_at_work(named: list[str]) -> bool:
    """Whether another engine's process, named by its tag, is alive."""
    for tag in named:
        if (found := re.fullmatch(r"process:(\d+)", tag)) and int(found[1]) != os.getpid():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(found[1]), 0)
                return True
    return False


@flow(name="housekeeping", persist_result=False)
async def housekeeping() -> dict[str, int]:
    """Remove what has served its time: how many rows of each kind."""
    return await asyncio.to_thread(_keep_house)


def _keep_house() -> dict[str, int]:
    from engine.boot import open_project  # noqa: PLC0415
    from engine.housekeeping import tidy  # noqa: PLC0415
    from engine.settings import Settings  # noqa: PLC0415

    return tidy(open_project(Settings()))


async def deploy(pool: str, engines: int, shift_seconds: float, tidy_seconds: float) -> None:
    """Make the work pool and the deployments, or bring them up to date: their flows are loaded by module, not by file.

    As many shifts overlap as there are to be engines: each begins a part of its length after the one before.
    """
    from prefect.workers.process import ProcessWorker  # noqa: PLC0415

    async with get_client() as client:
        with suppress(ObjectAlreadyExists):
            template = ProcessWorker.get_default_base_job_template()
            await client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=template))
    for what, name, every in (
        (shift, "engine", shift_seconds / engines),
        (housekeeping, "on-schedule", tidy_seconds),
    ):
        deployment = await what.ato_deployment(
            name, interval=timedelta(seconds=every), work_pool_name=pool, entrypoint_type=EntrypointType.MODULE_PATH
        )
        await deployment.aapply()


async def end_overdue(client: PrefectClient, length: timedelta) -> int:
    """Mark runs as crashed that should have ended long ago, on whatever machine they were: how many."""
    before = datetime.now(UTC) - length - OVERDUE
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter.model_validate({"name": {"any_": [SHIFT]}}),
        flow_run_filter=FlowRunFilter.model_validate(
            {"state": {"type": {"any_": ["RUNNING"]}}, "start_time": {"before_": before}}
        ),
    )
    await _crashed(client, runs)
    return len(runs)
