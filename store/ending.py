"""When journeys are over, and how far taking their contacts out has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, run


def put(connection: Connection, journey_id: int, at: int | None) -> None:
    """A journey is over at an instant, or never."""
    run(connection, "UPDATE journey SET ends_at = :at, ended_upto = 0 WHERE id = :id", at=at, id=journey_id)


def due(connection: Connection, now: int) -> Row[Any] | None:
    """A journey that is over, locked: another engine passes it by."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return one(
        connection,
        "SELECT id, public_id, ends_at, ended_upto FROM journey WHERE ends_at <= :now"
        f" ORDER BY ends_at, id LIMIT 1{lock}",
        now=now,
    )


def advance(connection: Connection, journey_id: int, upto: int) -> None:
    """Everybody up to this trip has been taken out."""
    run(connection, "UPDATE journey SET ended_upto = :upto WHERE id = :id", upto=upto, id=journey_id)
