"""The sums of what all processes count and time, in one small table: for `/metrics`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.meters import Key
from store.sql import rows, run


def add(connection: Connection, taken: Mapping[Key, float]) -> None:
    """Add what was taken to the sums of all processes; in the order of keys, so that processes never deadlock."""
    for (name, label, bound), amount in sorted(taken.items()):
        run(
            connection,
            "INSERT INTO metric (name, label, bound, amount) VALUES (:name, :label, :bound, :amount)"
            " ON CONFLICT (name, label, bound) DO UPDATE SET amount = metric.amount + excluded.amount",
            name=name,
            label=label,
            bound=bound,
            amount=float(amount),
        )


def all_of(connection: Connection) -> Sequence[Row[Any]]:
    """Every sum: name, label, bound, amount."""
    return rows(connection, "SELECT name, label, bound, amount FROM metric ORDER BY name, label, bound")
