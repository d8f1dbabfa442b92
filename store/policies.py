"""Rules of countries and industries: a small table, read whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, rows, run
from store.tables import PolicyRule

COLUMNS = ("name", "country", "industry", "channel", "category", "law", "since", "active")


def listed(connection: Connection) -> Sequence[Row[Any]]:
    """All rules by name."""
    return rows(connection, "SELECT * FROM policy_rule ORDER BY name")


def put(connection: Connection, values: Sequence[Any]) -> None:
    """Make a rule, or replace the one of this name; values in the order of `COLUMNS`."""
    if insert_new(connection, PolicyRule, COLUMNS, [values], ("id",)):
        return
    sets = ", ".join(f"{column} = :{column}" for column in COLUMNS[1:])
    named = dict(zip(COLUMNS, values, strict=True))
    run(connection, f"UPDATE policy_rule SET {sets} WHERE name = :name", **named)


def remove(connection: Connection, name: str) -> bool:
    """Take a rule away; whether there was one."""
    return run(connection, "DELETE FROM policy_rule WHERE name = :name", name=name) > 0
