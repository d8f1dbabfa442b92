"""Statements in bulk: the two databases' fastest ways behind one call each."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, Row, Table, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import JSON, Boolean, Float, Integer
from sqlmodel import SQLModel

from store.database import dumps

_LIST = re.compile(r"IN \[(\w+)(:text)?\]")
_LISTS = {
    ("sqlite", None): "IN (SELECT value FROM json_each(:{0}))",
    ("sqlite", ":text"): "IN (SELECT value FROM json_each(:{0}))",
    ("postgresql", None): "= ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:{0} AS jsonb))::bigint))",
    ("postgresql", ":text"): "= ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:{0} AS jsonb))))",
}


def run(connection: Connection, statement: str, **values: Any) -> int:
    """Execute a statement: how many rows it touched. `IN [name]` takes a list of ids, `IN [name:text]` one of texts."""
    return connection.execute(_prepared(connection.dialect.name, statement), _flat(values)).rowcount


def rows(connection: Connection, statement: str, **values: Any) -> Sequence[Row[Any]]:
    """All rows of a query; lists as in `run`."""
    return connection.execute(_prepared(connection.dialect.name, statement), _flat(values)).all()


def tuples(connection: Connection, statement: str, **values: Any) -> Sequence[tuple[Any, ...]]:
    """All rows of a query as plain tuples, for a batch's thousands: a row with names costs as much as its query."""
    result = connection.execute(_prepared(connection.dialect.name, statement), _flat(values))
    try:
        return result.cursor.fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, dialect=connection.dialect) from error
    finally:
        result.close()


def one(connection: Connection, statement: str, **values: Any) -> Row[Any] | None:
    """The first row of a query, or None."""
    return connection.execute(_prepared(connection.dialect.name, statement), _flat(values)).first()


def scalar(connection: Connection, statement: str, **values: Any) -> Any:
    """The first column of the first row, or None."""
    return connection.execute(_prepared(connection.dialect.name, statement), _flat(values)).scalar()


def insert(
    connection: Connection, model: type[SQLModel], columns: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    """Insert rows given as sequences in the order of `columns`."""
    if not values:
        return
    table = table_of(model)
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO {quoted(table)} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        connection.exec_driver_sql(statement, _bound(table, columns, values))
        return
    _copy(connection, table, columns, values)


def _copy(connection: Connection, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """COPY: half of what INSERT … SELECT costs the server."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    named = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {quoted(table)} ({named}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in _bound(table, columns, values):
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, connection_invalidated=raw.closed, dialect=connection.dialect
        ) from error


def insert_new(
    connection: Connection,
    model: type[SQLModel],
    columns: Sequence[str],
    values: Sequence[Sequence[Any]],
    returning: Sequence[str],
    same: Mapping[str, Any] = MappingProxyType({}),
) -> Sequence[Row[Any]]:
    """Insert the rows that break no unique rule, and return the given columns of those that went in.

    `same` are columns, none of them JSON, in which all rows agree.
    """
    if not values:
        return []
    table = table_of(model)
    if connection.dialect.name == "sqlite":
        picked, batch = picked_of(table, tuple(columns)), dumps(values)
        source = f"{', '.join([*picked, *(f':{name}' for name in same)])} FROM json_each(:batch) WHERE true"
    else:
        alike = [f"CAST(:{name} AS {_type(table, name)})" for name in same]
        batch = _batch(columns, values)
        record = f"json_to_recordset(CAST(:batch AS json)) AS r({_record(table, columns)})"
        source = f"{', '.join([*columns, *alike])} FROM {record}"
    into = f"{quoted(table)} ({', '.join([*columns, *same])})"
    statement = f"INSERT INTO {into} SELECT {source} ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    return connection.execute(_prepared(connection.dialect.name, statement), {"batch": batch, **same}).all()


def update(
    connection: Connection,
    model: type[SQLModel],
    columns: Sequence[str],
    values: Sequence[Sequence[Any]],
    *,
    key: str = "id",
) -> int:
    """Set `columns` of many rows: how many there were. Each row of `values` ends with its key."""
    if not values:
        return 0
    table = table_of(model)
    if connection.dialect.name == "sqlite":
        sets = ", ".join(f"{column} = ?" for column in columns)
        statement = f"UPDATE {quoted(table)} SET {sets} WHERE {key} = ?"
        return connection.exec_driver_sql(statement, _bound(table, (*columns, key), values)).rowcount
    sets = ", ".join(f"{column} = r.{column}" for column in columns)
    source = f"json_to_recordset(CAST(:batch AS json)) AS r({_record(table, (*columns, key))})"
    statement = f"UPDATE {quoted(table)} AS t SET {sets} FROM {source} WHERE t.{key} = r.{key}"
    batch = {"batch": _batch((*columns, key), values)}
    return connection.execute(_prepared("postgresql", statement), batch).rowcount


def parsed(value: Any) -> Any:
    """A JSON column as the driver gave it: SQLite's text, PostgreSQL's value."""
    return orjson.loads(value) if type(value) is str else value


def table_of(model: type[SQLModel]) -> Table:
    """A model's table."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def quoted(table: Table) -> str:
    """A table's name as statements write it."""
    return f'"{table.name}"'


def _is_json(table: Table, column: str) -> bool:
    return isinstance(table.c[column].type, JSON)


def _bound(table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> Sequence[Any]:
    at = [number for number, column in enumerate(columns) if _is_json(table, column)]
    if not at:
        return values if isinstance(values[0], tuple) else [tuple(row) for row in values]
    bound = []
    for row in values:
        cells = list(row)
        for number in at:
            cells[number] = None if cells[number] is None else dumps(cells[number])
        bound.append(tuple(cells))
    return bound


def _batch(columns: Sequence[str], values: Sequence[Sequence[Any]]) -> str:
    return dumps([dict(zip(columns, row, strict=True)) for row in values])


@lru_cache(maxsize=256)
def _record_of(table: Table, columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}" {_type(table, column)}' for column in columns)


def _record(table: Table, columns: Sequence[str]) -> str:
    return _record_of(table, tuple(columns))


def _type(table: Table, column: str) -> str:
    kind = table.c[column].type
    if isinstance(kind, JSON):
        return "jsonb"
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, Integer):
        return "bigint"
    if isinstance(kind, Float):
        return "double precision"
    return "text"


@lru_cache(maxsize=256)
def picked_of(table: Table, columns: tuple[str, ...]) -> list[str]:
    """How SQLite reads the columns of one row of a JSON batch: nested JSON as text, the rest as values."""
    return [
        f"nullif(value -> '$[{number}]', 'null')" if _is_json(table, column) else f"value ->> {number}"
        for number, column in enumerate(columns)
    ]


@lru_cache(maxsize=1024)
def _prepared(dialect: str, statement: str) -> TextClause:
    return text(_LIST.sub(lambda found: _LISTS[(dialect, found[2])].format(found[1]), statement))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dumps(value) if isinstance(value, list | tuple) else value for name, value in values.items()}
