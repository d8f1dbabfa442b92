"""Every row of a database out and in again: one snapshot as lines of JSON, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.types import JSON

from store.database import dumps
from store.schema import driver

#: Rows that are held in memory at once.
CHUNK = 5_000
#: Kept by Alembic itself, and facts about processes: neither belongs to a project's data.
LEFT_OUT = frozenset({"alembic_version", "heartbeat"})


class Damaged(Exception):
    """The database's file is damaged: take the latest backup that is whole."""


@contextmanager
def snapshot(url: str, scratch: Path) -> Iterator[Connection]:
    """A connection that sees one instant of a database in use, however long it reads; writers are not kept waiting.

    SQLite is copied to the file `scratch` first, so that a long reader does not make the write-ahead log grow, and the
    copy is checked: raises Damaged.
    """
    if make_url(url).get_backend_name() == "sqlite":
        _copy(Path(make_url(url).database or ""), scratch)
        engine = create_engine(f"sqlite:///{scratch}", json_deserializer=orjson.loads)
    else:
        engine = create_engine(driver(url), json_deserializer=orjson.loads, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
        scratch.unlink(missing_ok=True)


def _copy(path: Path, scratch: Path) -> None:
    scratch.unlink(missing_ok=True)
    scratch.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(scratch)) as target,
    ):
        source.backup(target)  # all pages in one step: one read transaction
        target.execute("PRAGMA journal_mode=DELETE")
        verdict = target.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        scratch.unlink()
        raise Damaged(f"{Damaged.__doc__} SQLite says: {verdict}")


def tables(connection: Connection) -> list[Table]:
    """The tables that a database holds, by name, whatever version it is of."""
    found = MetaData()
    found.reflect(connection)
    return [table for name, table in sorted(found.tables.items()) if name not in LEFT_OUT]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """A table as lines of JSON: its columns, then each row as a list."""
    columns = [column for column in table.columns if column.computed is None]
    yield orjson.dumps([column.name for column in columns]) + b"\n"
    streamed = connection.execution_options(yield_per=CHUNK)
    for row in streamed.execute(select(*columns)):
        yield orjson.dumps(list(row)) + b"\n"


def fill(connection: Connection, table: Table, source: Iterable[bytes]) -> int:
    """Put the lines of a table into it in place of what it holds; how many rows there were."""
    told = iter(source)
    names = orjson.loads(next(told))
    as_text = [isinstance(table.c[name].type, JSON) for name in names]
    connection.execute(table.delete())
    if connection.dialect.name == "postgresql":
        # One statement brings the whole table.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    many = 0
    while chunk := [_cells(orjson.loads(line), as_text) for line in islice(told, CHUNK)]:
        _insert(connection, table.name, names, chunk)
        many += len(chunk)
    if connection.dialect.name == "postgresql" and "id" in table.c:
        # Ids go on after the greatest: COPY does not move the counter.
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id)) FROM \"{table.name}\""
            " HAVING max(id) IS NOT NULL"
        )
    return many


def _cells(row: list[Any], as_text: list[bool]) -> list[Any]:
    return [dumps(cell) if text and cell is not None else cell for cell, text in zip(row, as_text, strict=True)]


def _insert(connection: Connection, table: str, names: list[str], rows: list[list[Any]]) -> None:
    named = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        holes = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{table}" ({named}) VALUES ({holes})'
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
