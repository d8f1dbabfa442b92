"""Heartbeats and imports: what is alive, and what long work has come to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import insert_new, one, rows, run, scalar
from store.tables import Import

#: A process that was silent for longer than this has been away.
SILENCE = 10_000_000


def beat(connection: Connection, name: str, now: int, detail: Mapping[str, Any] | None = None) -> None:
    """Say that a process is alive; `up_since` starts anew after a silence."""
    run(
        connection,
        "INSERT INTO heartbeat (name, up_since, beat_at, detail) VALUES (:name, :now, :now, :detail)"
        " ON CONFLICT (name) DO UPDATE SET up_since = CASE WHEN heartbeat.beat_at < :now - :silence THEN :now"
        " ELSE heartbeat.up_since END, beat_at = :now, detail = excluded.detail",
        name=name,
        now=now,
        silence=SILENCE,
        detail=dumps(dict(detail)) if detail else None,
    )


def server_time(connection: Connection) -> datetime | None:
    """The time by the database's own server; None for SQLite, which has none."""
    if connection.dialect.name != "postgresql":
        return None
    told: datetime = scalar(connection, "SELECT clock_timestamp()")
    return told.astimezone(UTC)


def last_beat(connection: Connection, prefix: str) -> Row[Any] | None:
    """The latest heartbeat of processes whose name begins so."""
    return one(
        connection,
        "SELECT name, up_since, beat_at, detail FROM heartbeat WHERE name LIKE :prefix ORDER BY beat_at DESC LIMIT 1",
        prefix=f"{prefix}%",
    )


def up_since(connection: Connection, prefix: str, now: int) -> int | None:
    """Since when processes whose name begins so have been at work without a break; None when none of them is alive.

    One that falls silent without a goodbye may have taken something with it: from then on the time counts anew, though
    others are there. It is forgotten after a day.
    """
    found = rows(
        connection,
        "SELECT up_since, beat_at FROM heartbeat WHERE name LIKE :prefix AND beat_at > :day",
        prefix=f"{prefix}%",
        day=now - 86_400_000_000,
    )
    alive = [row.up_since for row in found if row.beat_at >= now - SILENCE]
    lost = [row.beat_at + SILENCE for row in found if row.beat_at < now - SILENCE]
    return max(min(alive), *lost) if alive and lost else min(alive, default=None)


def leave(connection: Connection, name: str) -> None:
    """A process says goodbye: it was not lost."""
    run(connection, "DELETE FROM heartbeat WHERE name = :name", name=name)


def add_import(connection: Connection, filename: str, path: str, mapping: Mapping[str, Any], now: int) -> str:
    """Register an uploaded file; returns its public id."""
    public_id = f"i_{secrets.token_hex(8)}"
    columns = (
        "public_id",
        "filename",
        "path",
        "mapping",
        "status",
        "rows",
        "created",
        "updated",
        "rejected",
        "problems",
        "reason",
        "created_at",
    )
    insert_new(
        connection,
        Import,
        columns,
        [(public_id, filename[:200], path, dict(mapping), "waiting", 0, 0, 0, 0, [], "", now)],
        ("id",),
    )
    return public_id


def next_import(connection: Connection) -> Row[Any] | None:
    """The oldest import that is not finished and that no other engine is at; locked until the transaction ends."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return one(connection, f"SELECT * FROM import WHERE status IN ('waiting', 'running') ORDER BY id LIMIT 1{lock}")


def save_import(connection: Connection, import_id: int, values: Mapping[str, Any]) -> None:
    """Write down how far an import has come."""
    flat = {name: dumps(value) if name == "problems" else value for name, value in values.items()}
    sets = ", ".join(f"{name} = :{name}" for name in flat)
    run(connection, f"UPDATE import SET {sets} WHERE id = :id", id=import_id, **flat)


def get_import(connection: Connection, public_id: str) -> Row[Any] | None:
    """One import by its public id."""
    return one(connection, "SELECT * FROM import WHERE public_id = :id", id=public_id)


def imports(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """The latest imports."""
    return rows(connection, "SELECT * FROM import ORDER BY id DESC LIMIT :limit", limit=limit)
