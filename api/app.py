"""The API as an ASGI app."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import secrets
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from api import (
    accounts,
    catalogue,
    changeover,
    contacts,
    hands,
    health,
    imports,
    inbox,
    intake,
    journey_files,
    journeys,
    manual,
    merging,
    message_templates,
    numbers,
    opt_in,
    policies,
    problems,
    publishing,
    rehearsals,
    running,
    sandbox,
    segments,
    timeline,
    trips,
    versions,
    vocabulary,
    webhooks,
    whereabouts,
)
from api import (
    settings as choices,
)
from api.doors import BodyLimit
from channels.base import Account
from engine.boot import open_project, prepare
from engine.heartbeat import beat
from engine.project import Project
from engine.settings import Settings
from engine.world import World
from store import running as beats

log = logging.getLogger(__name__)
UPLOAD = 512 * 1024 * 1024


def create_app(settings: Settings, project: Project | None = None) -> FastAPI:
    """The API over an installation; opens (and upgrades) its database unless a project is handed in."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        own = project if project is not None else open_project(settings)
        prepare(own, settings)
        app.state.project = own
        running.prepare(app, own, settings)
        app.state.public_url = settings.public_url.rstrip("/")
        app.state.world = _world(settings)
        tasks = [asyncio.create_task(_beat(own))]
        if app.state.world is not None:
            tasks.append(asyncio.create_task(_introduce(own, app.state.world, settings.public_url)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if app.state.world is not None:
            await app.state.world.close()
        if project is None:
            own.database.close()

    app = FastAPI(
        title="Tropa",
        version="0.1.0",
        description="Customer journeys in messengers. Errors are RFC 9457 problem details.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.add_api_route("/docs", manual.page, include_in_schema=False)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, uploads=UPLOAD)
    doors = (accounts, contacts, timeline, imports, journeys, trips, whereabouts, numbers, intake, webhooks, catalogue)
    authoring = (publishing, versions, rehearsals, hands, journey_files)
    reaching = (health, message_templates, opt_in, policies)
    for door in (
        *doors,
        inbox,
        vocabulary,
        *authoring,
        changeover,
        merging,
        *reaching,
        segments,
        choices,
        sandbox,
        running,
    ):
        # Not include_router: it would build anew, for each app, what every route already is (a fifth of a second).
        app.router.routes.extend(door.router.routes)
    return app


def _world(settings: Settings) -> World | None:
    if not (settings.pretends and settings.sandbox_url):
        return None
    return World(settings.sandbox_url, settings.sandbox_key.get_secret_value() if settings.sandbox_key else "")


async def _beat(project: Project) -> None:
    """Say every two seconds that webhooks can be received: unknown outcomes are judged by it."""
    # Its own name at every start: one that died and came back at once has still been away.
    name = f"api:{platform.node()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"

    try:
        while True:
            with contextlib.suppress(SQLAlchemyError):
                await asyncio.to_thread(beat, project, name)
            await asyncio.sleep(2)
    finally:
        # A goodbye, so that nobody thinks that webhooks were lost with this process.
        with contextlib.suppress(SQLAlchemyError):
            await asyncio.to_thread(project.database.transact, lambda each: beats.leave(each, name))


async def _introduce(project: Project, world: World, url: str) -> None:
    """Tell the pretend world our accounts and where their webhooks go, until it has heard."""
    while True:
        try:
            known = await asyncio.to_thread(_accounts, project)
            answer = await world.call(
                "PUT", "/world/accounts", json={"accounts": [_as_pretend(each, url) for each in known]}
            )
            answer.raise_for_status()
            return
        except httpx.HTTPError as error:
            log.info("the pretend world is not there yet (%s)", type(error).__name__)
            await asyncio.sleep(0.2)


def _accounts(project: Project) -> list[Account]:
    with project.database.read() as connection:
        return [each.account for each in project.accounts(connection)]


def _as_pretend(account: Account, url: str) -> dict[str, object]:
    own = dict(account.secrets)
    return {
        "channel": account.channel,
        "account": account.name,
        "webhook_url": f"{url}/webhooks/{account.channel}/{account.name}",
        "token": own.pop("token", ""),
        "secrets": own,
        "settings": {
            name: value
            for name, value in account.settings.items()
            if name in ("phone_number_id", "page_id", "waba_id", "username")
        },
    }
