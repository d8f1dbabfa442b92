"""`python -m api`: the API in a process of its own."""

from __future__ import annotations

import asyncio
import logging

import uvicorn

from api.app import create_app
from engine.boot import collect_seldom
from engine.patience import database_is_there
from engine.settings import Settings


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # URLs are never logged: Telegram's token is in them.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Nothing listens until the database is there: a webhook could not be kept. A signal ends the waiting.
    asyncio.run(database_is_there(settings.database, asyncio.Event()))
    app = create_app(settings)
    collect_seldom()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.api_port,
        log_level=settings.log_level.lower(),
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


if __name__ == "__main__":
    main()
