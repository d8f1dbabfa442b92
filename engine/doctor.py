"""`tropa doctor`: what is wrong with an installation, each with the way out."""

from __future__ import annotations

import argparse
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import httpx
from packaging.version import Version
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.health import Finding, Level, disk_low
from engine.health import examine as ailing
from engine.project import Project, real_now
from engine.settings import Settings
from store import accounts, schema, server_settings
from store.database import Database
from store.invariants import violations
from store.tables.columns import micros
from store.vault import SecretsUnreadable, Vault

#: Versions below these have known holes, or break Prefect's scheduler.
FLOORS = {"jinja2": "3.1.6", "starlette": "1.1.0", "streamlit": "1.54", "prefect": "3.6.28"}
CEILINGS = {"sqlalchemy": "2.1", "fastapi": "0.151"}
#: SQLite before this could corrupt a database that several connections write and checkpoint at once; our write lock
#: keeps that from happening (https://sqlite.org/wal.html).
SAFE_SQLITE = (3, 51, 3)
#: Seconds by which two clocks may differ.
CLOCKS_APART = 2.0
#: What other checks say better: whether anything runs, the disk, the migrations.
TOLD_ELSEWHERE = {"engine_silent", "prefect_silent", "disk_low", "migrations_behind"}
LEVELS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print what was found; 1 when something is bad."""
    bad = False
    for finding in examine(settings):
        bad = bad or finding.level == "bad"
        print(f"{LEVELS[finding.level]} {finding.what}" + (f"\n       → {finding.fix}" if finding.fix else ""))
    print("Something needs mending." if bad else "All is well.", file=sys.stderr if bad else sys.stdout)
    return 1 if bad else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; a check that breaks is a finding itself."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_python, _home, _database, _server, _data, _running)
    for check in checks:
        try:
            yield from check(settings)
        except Exception as error:
            name = check.__name__.strip("_")
            yield Finding("bad", f"{name}: {type(error).__name__}: {error}", "See the log, or ask with this line.")


def _python(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok" if sys.version_info >= (3, 11) else "bad", f"Python {sys.version.split()[0]}")
    for name, floor in FLOORS.items():
        yield _version(name, floor, None)
    for name, ceiling in CEILINGS.items():
        yield _version(name, None, ceiling)


def _version(name: str, floor: str | None, ceiling: str | None) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding("bad", f"{name} is not installed", "Install what constraints.txt pins: make setup.")
    low = floor is not None and Version(found) < Version(floor)
    high = ceiling is not None and Version(found) >= Version(ceiling)
    wanted = f" (needs {'≥ ' + floor if floor else '< ' + str(ceiling)})"
    fix = "Install what constraints.txt pins: make setup."
    return Finding("bad", f"{name} {found}{wanted}", fix) if low or high else Finding("ok", f"{name} {found}")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.exists():
        yield Finding("note", f"{home} does not exist yet", "tropa up makes it.")
        return
    free = shutil.disk_usage(home)
    level: Level = "ok" if disk_low(home) is None else "bad"
    yield Finding(level, f"{home}: {free.free / 1e9:.1f} GB free", "Make room on the disk." if level == "bad" else "")
    for path in (home / "keys").glob("*"):
        if path.stat().st_mode & 0o077:
            yield Finding("bad", f"{path} can be read by others", f"chmod 600 {path}")


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite:
        old = sqlite3.sqlite_version_info < SAFE_SQLITE
        note = "Several connections could corrupt it without the write lock that Tropa takes." if old else ""
        yield Finding("note" if old else "ok", f"SQLite {sqlite3.sqlite_version}", note)
    if sqlite and not Path(url.database or "").exists():
        yield Finding("note", "there is no database yet", "tropa up makes it.")
        return
    try:
        at = schema.current(settings.database)
    except SQLAlchemyError as error:
        shown = url.render_as_string(hide_password=True)
        yield Finding("bad", f"{shown}: {type(error).__name__}", "Check TROPA_DATABASE and that the server runs.")
        return
    if at is None:
        yield Finding("note", "the database is empty", "tropa up fills it.")
        return
    if schema.is_newer(at):
        yield Finding(
            "note", f"the database is of a later version ({at}); this one goes on with it", "Update this one."
        )
    elif at != schema.head():
        yield Finding(
            "bad", f"the database is at revision {at}, this version works on {schema.head()}", "tropa migrate"
        )
    if gone := schema.missing_tables(settings.database):
        yield Finding("bad", f"tables are missing: {', '.join(sorted(gone))}", "Restore a backup.")
    if sqlite:
        with sqlite3.connect(f"file:{url.database}?mode=ro", uri=True) as raw:
            verdict = raw.execute("PRAGMA quick_check").fetchone()[0]
        raw.close()
        yield Finding("ok" if verdict == "ok" else "bad", f"SQLite says: {verdict}")


def _server(settings: Settings) -> Iterator[Finding]:
    """PostgreSQL: its version, its settings, its clock."""
    if make_url(settings.database).get_backend_name() == "sqlite":
        return
    database = Database(settings.database)
    try:
        with database.read() as connection:
            yield Finding("ok", f"PostgreSQL {server_settings.version(connection)}")
            for harmful, what, fix in server_settings.unfit(connection):
                yield Finding("bad" if harmful else "note", what, fix)
            ahead = server_settings.seconds_ahead(connection, micros(real_now()))
    finally:
        database.close()
    apart = abs(ahead) > CLOCKS_APART
    fix = "Let every machine take its time from the same NTP server: leases are told by it." if apart else ""
    yield Finding("bad" if apart else "ok", f"the database's clock is {ahead:+.1f} s from this machine's", fix)


def _data(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database)
    there = url.get_backend_name() != "sqlite" or Path(url.database or "").exists()
    if not there or schema.current(settings.database) != schema.head():
        return
    vault = Vault(settings.home / "keys" / "secrets")
    project = Project(Database(settings.database), vault, settings.home, sandbox=settings.pretends)
    try:
        with project.database.read() as connection:
            broken = list(violations(connection))
            yield Finding("bad" if broken else "ok", f"{len(broken)} sums do not hold" if broken else "all sums hold")
            for line in broken[:10]:
                yield Finding("bad", line)
            try:
                known = accounts.all_of(connection, vault)
                yield Finding("ok", f"{len(known)} accounts, their secrets can be opened")
            except SecretsUnreadable as unreadable:
                yield Finding("bad", str(unreadable))
        yield from (each for each in ailing(project, settings) if each.code not in TOLD_ELSEWHERE)
    finally:
        project.database.close()


def _running(settings: Settings) -> Iterator[Finding]:
    try:
        answer = httpx.get(f"{settings.api_url}/readyz", timeout=3, trust_env=False)
    except httpx.HTTPError:
        yield Finding("note", f"nothing answers at {settings.api_url}", "tropa up starts everything.")
        taken = [port for port in (settings.api_port, settings.ui_port, settings.prefect_port) if _taken(port)]
        for port in taken:
            yield Finding(
                "note", f"port {port} is used by another program", "Choose another with --api-port and its kin."
            )
        return
    good = answer.status_code == 200
    yield Finding("ok" if good else "bad", f"{settings.api_url}: {answer.json().get('status', answer.status_code)}")
    if not good:
        checks = answer.json().get("checks", {})
        for name, state in checks.items():
            good, fix = state == "ok", f"See {settings.home}/logs and GET /v1/health."
            yield Finding("ok" if good or name == "prefect" else "bad", f"{name}: {state}", "" if good else fix)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
