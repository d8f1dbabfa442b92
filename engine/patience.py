"""Patience at start: a server of databases that is away is waited for; after a power cut all start at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from store.database import UNAVAILABLE
from store.schema import upgrade

log = logging.getLogger(__name__)
#: Seconds between two looks, and between two lines about the same trouble.
LOOK, TELL = 1.0, 60.0


async def database_is_there(url: str, stop: asyncio.Event) -> bool:
    """Wait until the database answers and is up to date; False when `stop` comes first.

    What is wrong with a SQLite file does not pass by itself: it is raised.
    """
    began, told, tell_at = time.monotonic(), "", 0.0
    while not stop.is_set():
        try:
            await asyncio.to_thread(upgrade, url)
        except UNAVAILABLE as trouble:
            if url.startswith("sqlite"):
                raise
            reason, now = str(trouble.orig).partition("\n")[0], time.monotonic()
            if reason != told or now >= tell_at:
                log.warning("the database is not there (%s); waiting for it", reason)
                told, tell_at = reason, now + TELL
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK)
        else:
            if told:
                log.warning("the database is there after %.0f s", time.monotonic() - began)
            return True
    return False
