"""The sums of what all processes count and time, in one small table: for `/metrics`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from store.meters import Key
from store.sql import rows


def add(connection: Connection, taken: Mapping[Key, float]) -> None:
    """Add what was taken to the sums of all processes; in the order of keys, so that processes never deadlock."""
    if taken:
        statement = text(
            "INSERT INTO metric (name, label, bound, amount) VALUES (:name, :label, :bound, :amount)"
            " ON CONFLICT (name, label, bound) DO UPDATE SET amount = metric.amount + excluded.amount"
        )
        values = [
            {"name": name, "label": label, "bound": bound, "amount": float(amount)}
            for (name, label, bound), amount in sorted(taken.items())
        ]
        # All in one round trip: an engine at work adds dozens a second.
        connection.execute(statement, values)


def all_of(connection: Connection) -> Sequence[Row[Any]]:
    """Every sum: name, label, bound, amount."""
    return rows(connection, "SELECT name, label, bound, amount FROM metric ORDER BY name, label, bound")
