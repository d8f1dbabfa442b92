"""The one way to a database: reads in a snapshot, writes as retryable units, one writer at a time on SQLite."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError

from store.bell import FileRinger, WireRinger
from store.meters import Meters
from store.silence import SILENCE, connect

Result = TypeVar("Result")

#: PostgreSQL's codes after which the same unit may simply be tried again: conflicts, lost connections, restarts.
RETRY_STATES = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03")
TRIES = 5
#: Seconds after which a connection that nobody used is asked whether it still lives.
RESTED = 2.0
#: What a PostgreSQL session may take: a unit that hangs frees its locks by itself, and is tried again.
LIMITS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": "60s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }.items()
)
#: The database is away, full or overloaded: nothing was written, and the same may be tried later.
UNAVAILABLE = (OperationalError, InterfaceError)


def dumps(value: Any) -> str:
    """JSON text the way the database keeps it."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


class Database:
    """A store's connections. Every write goes through `transact`; application code never commits by itself."""

    def __init__(self, url: str, *, pool: int = 8, pepper: bytes = b"", silence: float = SILENCE) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.sqlite = self.dialect == "sqlite"
        options: dict[str, Any] = {"json_serializer": dumps, "json_deserializer": orjson.loads}
        if self.sqlite:
            self.path = Path(self.url.database or "")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writing = threading.Lock()
            self._lock_file: int | None = None
            self._ringer: FileRinger | WireRinger = FileRinger(self.url)
            options |= {"pool_size": pool, "max_overflow": pool, "connect_args": {"timeout": 5.0}}
        else:
            self.url = self.url.set(drivername="postgresql+psycopg")
            # The one that was used last is taken first: it is warm, with its statements prepared, and needs no asking.
            options |= {"pool_size": pool, "max_overflow": 4, "pool_timeout": 10, "pool_use_lifo": True}
            options["connect_args"] = {"options": LIMITS, "application_name": "tropa"}
            self._ringer = WireRinger(self.url)
        self.meters = Meters()
        self.engine: Engine = create_engine(self.url, **options)
        #: On PostgreSQL a transaction sees one snapshot only when it asks for it.
        self._reading = self.engine if self.sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        #: Where each statement sees a snapshot of its own, nothing is begun or ended: two round trips less.
        self._glancing = self.engine if self.sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "do_connect", lambda _, __, ___, asked: connect(silence, **asked))
            event.listen(self.engine, "checkout", self._ask_if_alive)
            event.listen(self.engine, "checkin", lambda _, record: record.info.update(used=time.monotonic()))
        # The key of hashes that must not be tried out by whoever has the database alone.
        event.listen(self.engine, "connect", lambda _, record: record.info.update(pepper=pepper))

    def _ask_if_alive(self, raw: Any, record: Any, _: Any) -> None:
        """The server may have been restarted since; asked only of a connection that rested: it costs a round trip."""
        if time.monotonic() - record.info.get("used", 0.0) > RESTED:
            try:
                self.engine.dialect.do_ping(raw)
            except self.engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError(str(error)) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot, never committed."""
        with self._reading.connect() as connection:
            connection.info["begin"] = "BEGIN"
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """A connection for reading that promises no snapshot of more than one statement."""
        with self._glancing.connect() as connection:
            connection.info["begin"] = "BEGIN"
            yield connection

    def transact(
        self, work: Callable[[Connection], Result], *, durable: bool = False, rings: bool = True, lazy: bool = False
    ) -> Result:
        """Run one unit of writing and commit it; on a conflict or a lost connection run it again.

        `durable` makes SQLite wait for the disk (inbox, consent, the claim to `sending`); PostgreSQL always does, but
        for what is `lazy`: lost with a server that falls, it is done again from what was kept before it.
        What gives nobody work does not ring the bell. A unit must be repeatable: it reads what it needs inside.
        """
        for attempt in range(1, TRIES + 1):
            try:
                done = self._once(work, durable, lazy)
                if rings:
                    self._ringer.ring()
                return done
            except DBAPIError as error:
                if attempt == TRIES or not may_retry(error):
                    raise
                self.meters.count("db_busy")
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[Connection], Result], durable: bool, lazy: bool) -> Result:
        if not self.sqlite:
            with self.engine.begin() as connection:
                if lazy:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                return work(connection)
        with self._one_writer(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.info["begin"] = "BEGIN IMMEDIATE"
            with connection.begin():
                return work(connection)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """One writer among all threads and processes: an OS file lock, which is fairer than SQLite's busy waiting."""
        with self._writing:
            if self._lock_file is None:
                self._lock_file = os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Move SQLite's write-ahead log into the database.

        Nearly all of it while others write; then, with writers waiting, what they have added, so that the log begins
        anew instead of growing for as long as somebody writes.
        """
        if not self.sqlite:
            return
        with self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            with self._one_writer():
                raw.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})").fetchall()

    def wal_bytes(self) -> int:
        """Size of SQLite's write-ahead log."""
        wal = Path(f"{self.path}-wal") if self.sqlite else None
        return wal.stat().st_size if wal is not None and wal.exists() else 0

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if not self.sqlite:
            self._ringer.close()
        elif self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


def _prepare_sqlite(raw: sqlite3.Connection, _: Any) -> None:
    raw.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "wal_autocheckpoint=0",
        "trusted_schema=OFF",
        "cache_size=-32768",
        "temp_store=MEMORY",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.info.get("begin", "BEGIN"))


def may_retry(error: DBAPIError) -> bool:
    """Whether the same unit may simply be tried again: a conflict, a lock, a lost connection."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in RETRY_STATES or state.startswith("08")
    return isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)
