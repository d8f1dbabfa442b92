"""Start an installation's shared parts: the database brought up to date, the vault, keys, the sandbox's accounts."""

from __future__ import annotations

import gc
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import channels
import nodes
from channels.base import Account
from engine.project import Project, real_now
from engine.settings import Settings
from engine.world import World
from store import accounts, keys, running
from store.database import Database
from store.schema import upgrade
from store.tables.columns import micros
from store.vault import Vault

#: What the sandbox's accounts need besides a token, by messenger: paths on the pretend world and names.
PRETEND = {
    "telegram": ("", {"username": "tropa_demo_bot"}),
    "whatsapp": ("", {"username": "79990000001", "phone_number_id": "100000000000001", "waba_id": "200000000000001"}),
    "viber": ("/pa", {"username": "tropademo", "sender_name": "Tropa", "uri": "tropademo"}),
    "messenger": ("", {"username": "tropa.demo", "page_id": "300000000000001"}),
}


def open_project(settings: Settings) -> Project:
    """Open the database (upgraded first, after a backup of its own) and the vault."""
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    vault = Vault(settings.home / "keys" / "secrets")
    made = Project(
        database=Database(settings.database, pepper=vault.pepper),
        vault=vault,
        home=settings.home,
        country=settings.country.upper(),
        industry=settings.industry,
        sandbox=settings.pretends,
        hosts=frozenset(each.strip().lower() for each in settings.webhook_hosts.split(",") if each.strip()),
        lease=timedelta(seconds=settings.lease_seconds),
    )
    with made.database.read() as connection:
        made.real.ask(lambda: running.server_time(connection))
    return made


def collect_seldom() -> None:
    """Look for cycles of references two hundred times less often than Python does by itself.

    A batch makes a hundred thousand objects that die with it: looking among them was a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


@asynccontextmanager
async def opened(settings: Settings | None = None) -> AsyncIterator[tuple[Settings, Project, World | None]]:
    """What an engine's process works on, from the settings around it: closed at the end."""
    settings = settings or Settings()
    # URLs are never logged: Telegram's token is in them.
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    project = open_project(settings)
    world = _world(settings)
    # Read before the first trip needs them, not while somebody waits for an answer.
    nodes.registry()
    channels.registry()
    collect_seldom()
    try:
        yield settings, project, world
    finally:
        if world is not None:
            await world.close()
        project.database.close()


def _world(settings: Settings) -> World | None:
    if not (settings.pretends and settings.sandbox_url):
        return None
    return World(settings.sandbox_url, settings.sandbox_key.get_secret_value() if settings.sandbox_key else "")


def prepare(project: Project, settings: Settings) -> None:
    """What the API sets at start: the bootstrap key, the UI's key, the sandbox's accounts."""
    now = micros(real_now())
    bootstrap = settings.bootstrap_key.get_secret_value() if settings.bootstrap_key else ""
    own = _ui_key(settings.home / "keys" / "ui")

    def work(connection: object) -> None:
        for name, key in (("bootstrap", bootstrap), ("ui", own)):
            if key and keys.find(connection, key) is None:  # type: ignore[arg-type]
                keys.add(connection, name, "admin", now, key)  # type: ignore[arg-type]

    project.database.transact(work)
    if settings.pretends and settings.sandbox_url:
        connect_sandbox(project, settings.sandbox_url)


def connect_sandbox(project: Project, world_url: str) -> list[Account]:
    """Connect one account per messenger at the pretend world, keeping their secrets over restarts."""
    now = micros(real_now())

    def work(connection: object) -> list[Account]:
        known = {
            (each.account.channel, each.account.name): each.account
            for each in accounts.all_of(connection, project.vault)  # type: ignore[arg-type]
        }
        made = []
        for channel, (path, settings) in PRETEND.items():
            old = known.get((channel, "default"))
            own = old.secrets if old is not None else _secrets(channel)
            extra = {**settings, **(old.settings if old is not None else {})}
            account = Account(channel=channel, name="default", base_url=world_url + path, secrets=own, settings=extra)
            accounts.put(connection, project.vault, account, now, keep_status=True)  # type: ignore[arg-type]
            made.append(account)
        return made

    return project.database.transact(work)


def _secrets(channel: str) -> dict[str, str]:
    token = secrets.token_hex(16)
    if channel == "telegram":
        return {
            "token": f"{secrets.randbelow(900_000_000) + 100_000_000}:{token}",
            "secret_token": secrets.token_hex(16),
        }
    if channel == "viber":
        return {"token": token}
    return {"token": token, "app_secret": secrets.token_hex(16), "verify_token": secrets.token_hex(8)}


def _ui_key(path: Path) -> str:
    """The key that the UI uses until there are users; only this machine's owner can read it."""
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = f"tropa_{secrets.token_urlsafe(24)}"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(key + "\n")
    return key
