"""`python -m engine`: the engine in a process of its own, shift after shift."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from pathlib import Path

from engine.boot import open_project
from engine.project import Project
from engine.reporting import run_shifts
from engine.settings import Settings
from engine.shift import Shift
from engine.world import World

log = logging.getLogger("engine")


def main() -> None:
    """Work until SIGTERM or SIGINT; what is on the wire is waited for."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # URLs are never logged: Telegram's token is in them.
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    project = open_project(settings)
    # A batch makes a hundred thousand objects that die with it: looking for cycles among them is a fifth of its time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    try:
        asyncio.run(_work(settings, project))
    finally:
        project.database.close()


async def _work(settings: Settings, project: Project) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    world = _world(settings)
    if told := os.environ.get("TROPA_READY_FILE"):
        Path(told).parent.mkdir(parents=True, exist_ok=True)
        Path(told).write_text(str(os.getpid()))
    log.info("at work on %s", project.database.dialect)
    await run_shifts(
        lambda: Shift(project, minutes=settings.shift_seconds / 60, world=world),
        stop,
        prefect=settings.prefect,
        home=settings.home,
    )
    if world is not None:
        await world.close()


def _world(settings: Settings) -> World | None:
    if not (settings.pretends and settings.sandbox_url):
        return None
    return World(settings.sandbox_url, settings.sandbox_key.get_secret_value() if settings.sandbox_key else "")


if __name__ == "__main__":
    main()
