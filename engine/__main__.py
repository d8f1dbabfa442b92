"""`python -m engine`: the engine in a process of its own, shift after shift."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

from engine.boot import opened
from engine.patience import database_is_there
from engine.reporting import run_shifts
from engine.settings import Settings
from engine.shift import Shift

log = logging.getLogger("engine")


def main() -> None:
    """Work until SIGTERM or SIGINT; what is on the wire is waited for."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()

    def end(sign: signal.Signals) -> None:
        """Asked once: finish what is on the wire. Asked again: now; what is on the wire counts as unknown then."""
        if stop.is_set():
            log.warning("ended at once: what messengers have not answered is unknown until evidence comes")
            os._exit(128 + sign)
        stop.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, end, sign)
    if not await database_is_there(settings.database, stop):
        return
    async with opened(settings) as (_, project, world):
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


if __name__ == "__main__":
    main()
