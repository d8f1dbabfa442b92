"""The database's schema: migrations at start, after a backup of its own on SQLite."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import time
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import store.tables  # noqa: F401  (fills the metadata)

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
#: A migration that does not get its lock steps aside, so that work does not queue up behind it, and tries again:
#: so many times, with so many seconds between. https://www.postgresql.org/docs/current/explicit-locking.html
LOCK_TRIES, LOCK_PAUSE = 30, 1.0


def config(url: str, migrations: Path = MIGRATIONS) -> Config:
    """Alembic's configuration, made here so that no ini file must be found."""
    made = Config()
    made.set_main_option("script_location", str(migrations))
    made.set_main_option("sqlalchemy.url", driver(url).replace("%", "%%"))
    return made


@cache
def head(migrations: Path = MIGRATIONS) -> str:
    """The revision that this program works on."""
    revision = ScriptDirectory(str(migrations)).get_current_head()
    assert revision is not None
    return revision


def current(url: str) -> str | None:
    """The revision that a database is at; None for an empty one."""
    server = not url.startswith("sqlite")
    engine = create_engine(driver(url), connect_args={"connect_timeout": 5} if server else {})
    try:
        with engine.connect() as connection:
            return revision(connection)
    finally:
        engine.dispose()


@cache
def _known(migrations: Path) -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(migrations)).walk_revisions())


def is_newer(at: str | None, migrations: Path = MIGRATIONS) -> bool:
    """Whether a database was migrated by a later version of this program: its revision is not among ours."""
    return at is not None and at not in _known(migrations)


def revision(connection: Connection) -> str | None:
    """The revision that an open database is at."""
    return MigrationContext.configure(connection).get_current_revision()


def build(url: str, at: str) -> None:
    """Make the tables of a revision in an empty database."""
    command.upgrade(config(url), at)


def upgrade(url: str, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring a database to `head`; the path of the backup that was made before an older one was changed.

    Several processes start at once: a lock lets one migrate while the others wait. A database that a later version
    has migrated is left as it is: this one works on it too, as migrations only add (`docs/operating.md`).
    """
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        _upgrade_server(url, migrations)
        return None
    path = Path(parts.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = current(url) if path.exists() else None
        if _is_done(before, migrations):
            return None
        saved = _backup(path, before, head(migrations)) if before is not None else None
        command.upgrade(config(url, migrations), "head")
        return saved
    finally:
        os.close(lock)


def _upgrade_server(url: str, migrations: Path) -> None:
    if _is_done(current(url), migrations):
        return
    for attempt in range(1, LOCK_TRIES + 1):
        try:
            command.upgrade(config(url, migrations), "head")
            return
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03" or attempt == LOCK_TRIES:
                raise
            log.warning("a migration waits for a lock that others hold (try %d of %d)", attempt, LOCK_TRIES)
            time.sleep(LOCK_PAUSE)


def _is_done(at: str | None, migrations: Path) -> bool:
    if is_newer(at, migrations):
        log.warning("the database was migrated by a later version (%s); this one goes on with it", at)
        return True
    return at == head(migrations)


def missing_tables(url: str) -> set[str]:
    """Tables that should be there and are not."""
    engine = create_engine(driver(url))
    try:
        return set(SQLModel.metadata.tables) - set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _backup(path: Path, before: str, after: str) -> Path:
    saved = path.with_name(f"{path.name}.before-{before}-{after}")
    saved.unlink(missing_ok=True)
    with sqlite3.connect(path) as source, sqlite3.connect(saved) as target:
        source.backup(target)
    target.close()
    source.close()
    return saved


def driver(url: str) -> str:
    """A database URL with the driver that we speak through."""
    parts = make_url(url)
    made = parts if parts.get_backend_name() == "sqlite" else parts.set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)
