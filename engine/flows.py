"""What Prefect sees of the engine: a run per shift with a task per chunk of work, and housekeeping on a schedule.

Importing this costs seconds of processor time: only the reporter's thread and `python -m engine.flows` do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import flow, tags, task
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import State
from prefect.states import Completed, Crashed, Failed
from prefect.types.entrypoint import EntrypointType

if TYPE_CHECKING:
    from engine.reporting import Progress

SHIFT = "shift"


async def record(progress: Progress, home: Path) -> dict[str, int]:
    """Show a shift as one run that lasts as long as it does: the totals of moves, sends and received webhooks."""
    async with get_client() as client:
        await end_abandoned(client, home)

    totals = {"moves": 0, "sends": 0, "received": 0}

    @flow(name=SHIFT, flow_run_name=progress.name, persist_result=False, validate_parameters=False)
    async def shift() -> State[Any]:
        async for done in progress.chunks():
            await chunk(done.moves, done.sends, done.received, round(done.seconds, 1))
            for name in totals:
                totals[name] += getattr(done, name)
        if progress.failure:
            return Failed(message=progress.failure)
        return Completed(message=f"{totals['moves']:,} moves, {totals['sends']:,} sends", data=dict(totals))

    with tags(*_tags(home)):
        await shift(return_state=True)
    progress.failure = ""
    return totals


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
    for run in ended:
        gone: State[Any] = Crashed(message="The engine ended before its shift did; its work went on with the next one.")
        await client.set_flow_run_state(run.id, gone, force=True)
    return len(ended)


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


async def serve(every: timedelta) -> None:
    """Keep the schedule of housekeeping; Prefect loads the flow by its module, never by a file's path."""
    deployment = await housekeeping.ato_deployment(
        "on-schedule", interval=every, entrypoint_type=EntrypointType.MODULE_PATH
    )
    from prefect import aserve  # noqa: PLC0415

    await aserve(deployment, limit=1)  # each run starts an interpreter, which costs seconds


def main() -> None:
    """`python -m engine.flows serve [--every SECONDS]`."""
    words = argparse.ArgumentParser(prog="python -m engine.flows", description=__doc__)
    serving = words.add_subparsers(required=True).add_parser("serve", help="keep the schedule of housekeeping")
    serving.add_argument("--every", type=float, default=3600.0, metavar="SECONDS")
    asyncio.run(serve(timedelta(seconds=words.parse_args().every)))


if __name__ == "__main__":
    # By its own name: Prefect notes the module of a flow, and `__main__` would be another one tomorrow.
    import_module("engine.flows").main()
