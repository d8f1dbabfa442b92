"""`tropa deploy`: make the deployments that Prefect's workers run, on any number of machines (docs/workers.md)."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import httpx

from engine.processes import client_environment
from engine.settings import Settings

#: Prefect's scheduler looks every few seconds: shorter intervals would only pile up.
SHORTEST = 10.0
PATIENCE = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The work pool and how many engines are to be at work at once."""
    parser.add_argument("--pool", default="tropa", help="name of the work pool (default tropa); made if it is absent")
    parser.add_argument("--engines", type=int, default=2, metavar="N", help="shifts that overlap (default 2)")
    parser.add_argument("--tidy", type=float, default=3600.0, metavar="SECONDS", help="between housekeepings (3600)")


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make the deployments; 1 when Prefect's server does not answer, 2 when the numbers make no sense."""
    every = settings.shift_seconds / max(1, arguments.engines)
    if arguments.engines < 1 or every < SHORTEST or arguments.tidy < SHORTEST:
        print(
            f"A shift every {every:g} s and housekeeping every {arguments.tidy:g} s: neither may come more often than"
            f" every {SHORTEST:g} s. Ask for fewer --engines, or set a longer shift_seconds.",
            file=sys.stderr,
        )
        return 2
    try:
        httpx.get(f"{settings.prefect_api_url}/health", timeout=PATIENCE, trust_env=False).raise_for_status()
    except httpx.HTTPError as trouble:
        print(
            f"Prefect's server does not answer at {settings.prefect_api_url} ({type(trouble).__name__}): start it, or"
            " set TROPA_PREFECT_API_URL.",
            file=sys.stderr,
        )
        return 1
    # Prefect reads its settings when it is imported.
    os.environ.update(client_environment(settings))
    from engine import flows  # noqa: PLC0415

    asyncio.run(flows.deploy(arguments.pool, arguments.engines, settings.shift_seconds, arguments.tidy))
    print(f"Deployed: shift/engine every {every:g} s, housekeeping/on-schedule every {arguments.tidy:g} s.")
    print(f"Start on each machine:  prefect worker start --pool {arguments.pool} --type process")
    return 0
