"""The database's schema: migrations at start, after a backup of its own on SQLite."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

import store.tables  # noqa: F401  (fills the metadata)

MIGRATIONS = Path(__file__).parent / "migrations"


def config(url: str, migrations: Path = MIGRATIONS) -> Config:
    """Alembic's configuration, made here so that no ini file must be found."""
    made = Config()
    made.set_main_option("script_location", str(migrations))
    made.set_main_option("sqlalchemy.url", _driver(url).replace("%", "%%"))
    return made


def head(migrations: Path = MIGRATIONS) -> str:
    """The revision that this program works on."""
    revision = ScriptDirectory(str(migrations)).get_current_head()
    assert revision is not None
    return revision


def current(url: str) -> str | None:
    """The revision that a database is at; None for an empty one."""
    engine = create_engine(_driver(url))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(url: str, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring a database to `head`; the path of the backup that was made before an older one was changed.

    Several processes start at once: on SQLite a file lock lets one migrate while the others wait.
    """
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        if current(url) != head(migrations):
            command.upgrade(config(url, migrations), "head")
        return None
    path = Path(parts.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = current(url) if path.exists() else None
        if before == head(migrations):
            return None
        saved = _backup(path, before, head(migrations)) if before is not None else None
        command.upgrade(config(url, migrations), "head")
        return saved
    finally:
        os.close(lock)


def missing_tables(url: str) -> set[str]:
    """Tables that should be there and are not."""
    engine = create_engine(_driver(url))
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


def _driver(url: str) -> str:
    parts = make_url(url)
    made = parts if parts.get_backend_name() == "sqlite" else parts.set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)
