"""Rows that agree in most columns, as a batch writes them: what they share is bound once, not once a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from store.database import dumps
from store.sql import insert, picked_of, quoted, run, table_of, update

#: So few rows are written one by one: a statement for each group of them would cost more.
FEW = 8


def insert_groups(
    connection: Connection,
    model: type[SQLModel],
    key: str,
    same: Sequence[str],
    groups: Mapping[tuple[Any, ...], Sequence[int]],
) -> None:
    """Insert rows of which whole groups differ in `key` alone: {what they share, in the order of `same`: their keys}.

    No column is JSON. PostgreSQL takes them by COPY, to which it is all the same.
    """
    alone = [(one, *shared) for shared, keys in groups.items() if _apart(connection, keys) for one in keys]
    insert(connection, model, (key, *same), sorted(alone))
    marks = ", ".join("?" * len(same))
    into = f"INSERT INTO {quoted(table_of(model))} ({key}, {', '.join(same)}) SELECT value, {marks} FROM json_each(?)"
    for shared, keys in groups.items():
        if not _apart(connection, keys):
            connection.exec_driver_sql(into, (*shared, dumps(keys)))


def insert_in_order(
    connection: Connection,
    model: type[SQLModel],
    own: Sequence[str],
    same: Sequence[str],
    values: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]],
) -> None:
    """Insert rows that mostly agree, in this order: (what is their own, what is hardly ever); `same` holds no JSON."""
    shared = [*{id(alike): alike for _, alike in values}.values()]
    if len(values) < FEW or connection.dialect.name != "sqlite":
        insert(connection, model, (*own, *same), [(*each, *alike) for each, alike in values])
        return
    differ = [number for number in range(len(same)) if len({alike[number] for alike in shared}) > 1]
    agree = [number for number in range(len(same)) if number not in differ]
    columns = (*own, *(same[number] for number in differ))
    batch = (
        [(*each, *[alike[number] for number in differ]) for each, alike in values] if differ else [v[0] for v in values]
    )
    table = table_of(model)
    picked = ", ".join([*picked_of(table, columns), *("?" * len(agree))])
    into = f"INSERT INTO {quoted(table)} ({', '.join([*columns, *(same[number] for number in agree)])})"
    alike = shared[0]
    statement = f"{into} SELECT {picked} FROM json_each(?) ORDER BY key"
    connection.exec_driver_sql(statement, (*[alike[number] for number in agree], dumps(batch)))


def update_groups(
    connection: Connection, model: type[SQLModel], same: Sequence[str], groups: Mapping[tuple[Any, ...], Sequence[int]]
) -> None:
    """Set columns of rows of which whole groups become alike: {what they become, in the order of `same`: their ids}."""
    update(connection, model, same, [(*to, one) for to, ids in groups.items() if len(ids) < FEW for one in ids])
    sets = ", ".join(f"{column} = :{column}" for column in same)
    statement = f"UPDATE {quoted(table_of(model))} SET {sets} WHERE id IN [ids]"
    for to, ids in groups.items():
        if len(ids) >= FEW:
            run(connection, statement, **dict(zip(same, to, strict=True)), ids=ids)


def _apart(connection: Connection, keys: Sequence[int]) -> bool:
    return len(keys) < FEW or connection.dialect.name != "sqlite"
