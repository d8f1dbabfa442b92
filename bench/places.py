"""Databases for benches: files in a folder that goes away, and a PostgreSQL server that waits for its disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from tests.postgres import drop_database, new_database, server

KINDS = ("SQLite", "PostgreSQL")
SETTINGS = ("shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min")


class Places:
    """Makes empty databases of one kind, each with a folder beside it."""

    def __init__(self, folder: Path, server_url: str | None) -> None:
        self.folder, self.server_url = folder, server_url
        self._names = (f"bench{number}" for number in count())

    @contextmanager
    def fresh(self) -> Iterator[tuple[str, Path]]:
        """The URL of an empty database and an empty folder; both are removed afterwards."""
        name = next(self._names)
        home = self.folder / name
        home.mkdir()
        try:
            if self.server_url is None:
                yield f"sqlite:///{home}/tropa.db", home
            else:
                yield new_database(self.server_url, name), home
                drop_database(self.server_url, name)
        finally:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def places(kind: str) -> Iterator[Places]:
    """Room for databases of a kind; RuntimeError where there is no PostgreSQL."""
    folder = Path(mkdtemp(prefix="tropa-bench-"))
    try:
        if kind == "SQLite":
            yield Places(folder, None)
            return
        with server(*SETTINGS) as url:
            if url is None:
                raise RuntimeError("no PostgreSQL here: make setup installs one, or set TROPA_TEST_POSTGRES")
            yield Places(folder, url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
