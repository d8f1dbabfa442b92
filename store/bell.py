"""The bell: whoever has written rings it, whoever sleeps listens; a hint to look for work, never the truth about it."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import threading
import uuid
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import URL

from store.silence import SILENCE, connect

log = logging.getLogger(__name__)
CHANNEL = "tropa"
#: Seconds that a ringer waits before it tries a lost connection again.
PAUSE = 1.0


def bells(url: URL) -> Path:
    """The folder beside a SQLite file in which its listeners' pipes are."""
    return Path(f"{url.database}-bells")


def listen(url: URL) -> Bell:
    """The bell of a database, heard by a connection of its own."""
    return FileBell(url) if url.get_backend_name() == "sqlite" else WireBell(url)


class Bell:
    """Tells that another connection has written."""

    #: Whether nothing can be heard until `listen` has succeeded.
    lost = False

    def fileno(self) -> int | None:
        """What becomes readable when it rings; None when the bell must be looked at from time to time."""
        return None

    def listen(self) -> None:
        """Try a lost connection again; may wait for seconds."""

    def rang(self) -> bool:
        """Whether anything was written since the last look; never waits."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the connection."""


class FileBell(Bell):
    """A named pipe beside SQLite's file, that writers put a byte into: sleeping costs nothing.

    SQLite keeps a number that changes with every commit of another connection: it tells whether anything was written.
    """

    def __init__(self, url: URL) -> None:
        self._raw = sqlite3.connect(url.database or "", isolation_level=None, check_same_thread=False)
        self._seen = self._version()
        self._pipe = bells(url) / uuid.uuid4().hex
        self._wire = self._hang()

    def _hang(self) -> int | None:
        # Ringers take a pipe that nobody reads for a dead listener's: it gets its name when it is read.
        unnamed = self._pipe.with_name(f".{self._pipe.name}")
        try:
            self._pipe.parent.mkdir(exist_ok=True)
            os.mkfifo(unnamed, 0o600)
            wire = os.open(unnamed, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            unnamed.rename(self._pipe)
        except OSError as trouble:
            log.warning("no pipe can be made beside the database (%s); it is looked at all the time", trouble.strerror)
            return None
        return wire

    def fileno(self) -> int | None:
        return self._wire

    def rang(self) -> bool:
        if self._wire is not None:
            with suppress(BlockingIOError):
                os.read(self._wire, 65_536)
        version = self._version()
        changed = version != self._seen
        self._seen = version
        return changed

    def close(self) -> None:
        if self._wire is not None:
            self._pipe.unlink(missing_ok=True)
            os.close(self._wire)
        self._raw.close()

    def _version(self) -> int:
        return int(self._raw.execute("PRAGMA data_version").fetchone()[0])


class FileRinger:
    """Rings the bells of a SQLite file after a commit; those of listeners that died are taken down."""

    def __init__(self, url: URL) -> None:
        self._folder = str(bells(url))

    def ring(self) -> None:
        """Put a byte into each pipe; never waits, never fails: whoever hears nothing looks by himself before long."""
        with suppress(OSError), os.scandir(self._folder) as pipes:
            for each in pipes:
                if not each.name.startswith("."):
                    self._ring(each.path)

    def _ring(self, pipe: str) -> None:
        try:
            wire = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as trouble:
            if trouble.errno == errno.ENXIO:
                with suppress(OSError):
                    os.unlink(pipe)
            return
        with suppress(BlockingIOError):  # A full one has rung.
            os.write(wire, b".")
        os.close(wire)

    def close(self) -> None:
        """Nothing is kept open."""


class WireBell(Bell):
    """PostgreSQL's LISTEN, on a connection that does nothing else.

    While it is lost nothing rings, and work waits for the next look at what is due.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._raw: psycopg.Connection | None = None
        self._missed = self._over = False
        self._settling = threading.Lock()
        self.listen()

    @property
    def lost(self) -> bool:  # type: ignore[override]
        return self._raw is None

    def fileno(self) -> int | None:
        return None if self._raw is None else self._raw.fileno()

    def listen(self) -> None:
        with suppress(psycopg.OperationalError):
            raw = _connect(self._url)
            try:
                raw.execute(f"LISTEN {CHANNEL}")
            except psycopg.OperationalError:
                raw.close()
                raise
            with self._settling:
                if self._over:
                    # Closed by another thread while this one was connecting.
                    raw.close()
                else:
                    self._raw, self._missed = raw, True

    def rang(self) -> bool:
        # What was rung while nobody listened may have been for us.
        missed, self._missed = self._missed, False
        if self._raw is None:
            return missed
        try:
            return bool(list(self._raw.notifies(timeout=0))) or missed
        except psycopg.OperationalError:
            log.warning("the bell's connection is lost; it is opened again")
            self._let_go()
            return True

    def close(self) -> None:
        with self._settling:
            self._over = True
            self._let_go()

    def _let_go(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None


class WireRinger:
    """Rings PostgreSQL's bell after commits, from a thread and a connection of its own.

    Within the writing transactions NOTIFY would make all commits wait for one lock; here, what is written while one
    ring is under way is told by the next.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._wanted, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def ring(self) -> None:
        """Tell the listeners soon; returns at once."""
        self._wanted.set()
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="ringer", daemon=True)
                    self._thread.start()

    def close(self) -> None:
        """Ring what is still wanted, and stop."""
        if self._thread is not None:
            self._over.set()
            self._wanted.set()
            self._thread.join(PAUSE)

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                with _connect(self._url) as raw:
                    self._ring_on(raw)
            except psycopg.OperationalError:
                self._wanted.set()
                self._over.wait(PAUSE)

    def _ring_on(self, raw: psycopg.Connection) -> None:
        while not self._over.is_set():
            self._wanted.wait()
            self._wanted.clear()
            raw.execute(f"NOTIFY {CHANNEL}")


def _connect(url: URL) -> psycopg.Connection:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return connect(SILENCE, conninfo=address, autocommit=True, application_name="tropa bell")
