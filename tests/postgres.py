"""A PostgreSQL server for the tests: the one that TROPA_TEST_POSTGRES names, or one started from Debian's package."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, newest version first; None when PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


@contextmanager
def server() -> Iterator[str | None]:
    """The URL of a server's own database, `…/postgres`; None when there is no server to be had."""
    given = os.environ.get("TROPA_TEST_POSTGRES")
    if given:
        yield given
        return
    tools = programs()
    if tools is None:
        yield None
        return
    home = Path(mkdtemp(prefix="tropa-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c fsync=off -c max_connections=60"
    try:
        _run(f"{tools}/initdb -D {home}/data -A trust -U tropa -E UTF8 --no-locale")
        _run(f"{tools}/pg_ctl -D {home}/data -o '{options}' -l {home}/log -w start")
        yield f"postgresql://tropa@127.0.0.1:{port}/postgres"
    finally:
        _run(f"{tools}/pg_ctl -D {home}/data -m immediate stop", check=False)
        shutil.rmtree(home, ignore_errors=True)


def new_database(server_url: str, name: str) -> str:
    """Create an empty database on a server: its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server_url.rpartition('/')[0]}/{name}"


def _run(command: str, *, check: bool = True) -> None:
    """PostgreSQL refuses to run as root, so root lends it its own user."""
    words = ["su", "postgres", "-s", "/bin/sh", "-c", command] if os.geteuid() == 0 else ["sh", "-c", command]
    subprocess.run(words, check=check, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
