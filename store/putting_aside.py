"""What is in the place of a restored database: whether anybody works on it, and where it is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from store.running import SILENCE
from store.schema import driver


@dataclass(frozen=True, slots=True)
class There:
    """What a place holds."""

    filled: bool
    #: Processes that were heard of within the last seconds.
    at_work: tuple[str, ...] = ()


def look(url: str, now: int) -> There:
    """Look at the place of a database; `now` is real time in microseconds."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists():
        return There(filled=False)
    engine = create_engine(driver(url))
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            if "heartbeat" not in names:
                return There(filled=bool(names))
            beats = connection.execute(
                text("SELECT name FROM heartbeat WHERE beat_at > :since AND name LIKE '%:%' ORDER BY name"),
                {"since": now - SILENCE},
            )
            return There(filled=True, at_work=tuple(row.name for row in beats))
    finally:
        engine.dispose()


def file(path: Path, stamp: str) -> Path | None:
    """Move a SQLite file aside, with all that its write-ahead log holds; where it is now, None when there was none."""
    if not path.exists():
        return None
    settle(path)
    kept = path.with_name(f"{path.name}.before-{stamp}")
    path.replace(kept)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return kept


def settle(path: Path) -> None:
    """Bring the write-ahead log of a SQLite file that nobody uses into the file itself."""
    with closing(sqlite3.connect(path, timeout=10)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        raw.execute("PRAGMA journal_mode=DELETE").fetchall()


def server(url: str, stamp: str) -> str | None:
    """Move PostgreSQL's tables into a schema of their own; its name, None when there were none."""
    engine = create_engine(driver(url))
    try:
        with engine.begin() as connection:
            names = inspect(connection).get_table_names()
            if not names:
                return None
            kept = f"before_{stamp.replace('-', '_')}"
            connection.exec_driver_sql(f'CREATE SCHEMA "{kept}"')
            for name in sorted(names):
                connection.exec_driver_sql(f'ALTER TABLE "{name}" SET SCHEMA "{kept}"')
            return kept
    finally:
        engine.dispose()


def server_back(url: str, kept: str | None) -> None:
    """Undo a restoring of PostgreSQL that failed: drop what it made, and move back what `server` put aside."""
    engine = create_engine(driver(url))
    try:
        with engine.begin() as connection:
            looking = inspect(connection)
            for name in sorted(looking.get_table_names()):
                connection.exec_driver_sql(f'DROP TABLE "{name}"')
            if kept is not None:
                for name in sorted(looking.get_table_names(kept)):
                    connection.exec_driver_sql(
                        f'ALTER TABLE "{kept}"."{name}" SET SCHEMA {looking.default_schema_name}'
                    )
                connection.exec_driver_sql(f'DROP SCHEMA "{kept}"')
    finally:
        engine.dispose()
