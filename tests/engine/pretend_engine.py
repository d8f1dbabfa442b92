"""An engine whose shifts only count: `pretend_engine.py HOME --seconds S [--bad N]`; each tick is a line with its time.

A shift lasts S seconds, ticks every 0.05 s, reports a chunk of 20 moves and 5 sends every 0.5 s; the first N fail.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.reporting import Shift, run_shifts


class Counting:
    """A shift without a database."""

    def __init__(self, number: int, seconds: float, bad: bool) -> None:
        self.name = f"counting {number}"
        self.chunks: asyncio.Queue[Any] = asyncio.Queue()
        self._seconds, self._bad = seconds, bad

    async def run(self) -> None:
        """Tick until the time is over."""
        print("began", self.name, flush=True)
        try:
            for tick in range(1, round(self._seconds / 0.05) + 1):
                await asyncio.sleep(0.05)
                print("tick", time.monotonic(), flush=True)
                if tick % 10 == 0:
                    self.chunks.put_nowait(SimpleNamespace(moves=20, sends=5, received=1, seconds=0.5))
            if self._bad:
                raise RuntimeError("told to fail")
        finally:
            self.chunks.put_nowait(None)
            print("ended", self.name, flush=True)


async def main() -> None:
    """Run shifts until SIGTERM."""
    words = argparse.ArgumentParser()
    words.add_argument("home", type=Path)
    words.add_argument("--seconds", type=float, default=1.0)
    words.add_argument("--bad", type=int, default=0)
    told = words.parse_args()
    numbers = count(1)

    def make() -> Shift:
        number = next(numbers)
        return Counting(number, told.seconds, number <= told.bad)

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_shifts(make, stop, home=told.home)
    logging.getLogger("tests").info("our own messages are still written")
    print("prefect" if "prefect" in sys.modules else "no prefect", flush=True)


if __name__ == "__main__":
    logging.basicConfig(level="INFO", format="%(message)s", stream=sys.stdout)
    logging.getLogger("httpx").setLevel("WARNING")
    asyncio.run(main())
