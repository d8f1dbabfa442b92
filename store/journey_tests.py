"""Tests of journeys: rehearsals that were kept, with what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import rows, run, scalar

LONGEST_NAME = 120
#: Tests that one journey may have: all are run before it is published.
MOST = 100


def of(connection: Connection, journey_id: int) -> Sequence[Row[Any]]:
    """A journey's tests by name."""
    return rows(
        connection,
        "SELECT name, script, expected, saved_at FROM journey_test WHERE journey_id = :id ORDER BY name",
        id=journey_id,
    )


def count(connection: Connection, journey_id: int) -> int:
    """How many there are."""
    return int(scalar(connection, "SELECT count(*) FROM journey_test WHERE journey_id = :id", id=journey_id))


def put(
    connection: Connection,
    journey_id: int,
    name: str,
    script: Mapping[str, Any],
    expected: Mapping[str, Any],
    now: int,
) -> None:
    """Keep a test; one of the same name is replaced."""
    run(
        connection,
        "INSERT INTO journey_test (journey_id, name, script, expected, saved_at)"
        " VALUES (:id, :name, :script, :expected, :now) ON CONFLICT (journey_id, name) DO UPDATE"
        " SET script = excluded.script, expected = excluded.expected, saved_at = excluded.saved_at",
        id=journey_id,
        name=name,
        script=dumps(script),
        expected=dumps(expected),
        now=now,
    )


def delete(connection: Connection, journey_id: int, name: str) -> int:
    """Let go of a test; how many there were."""
    return run(connection, "DELETE FROM journey_test WHERE journey_id = :id AND name = :name", id=journey_id, name=name)
