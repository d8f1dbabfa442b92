"""`tropa restore`: put a backup in place; what was there is kept aside."""

from __future__ import annotations

import argparse
import json
import os
import sys
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.backup import ABOUT, FORMAT, HOME, ROWS
from engine.project import real_now
from engine.settings import Settings
from engine.supervise import CannotStart, locked
from store import copying, journeys, putting_aside, schema
from store.database import Database
from store.invariants import violations
from store.tables.columns import micros


class CannotRestore(Exception):
    """Nothing was changed: the reason is the message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where, and how."""
    parser.add_argument("path", type=Path, help="a file that tropa backup made")
    parser.add_argument("--force", action="store_true", help="replace a database that is there (it is kept aside)")
    parser.add_argument(
        "--paused", action="store_true", help="pause every live journey, to look before anything is sent"
    )


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Restore, check the sums, and say what was done; 1 when nothing was or a sum does not hold."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(settings.home):
            told = restore(settings, arguments.path, force=arguments.force, paused=arguments.paused)
    except (CannotRestore, CannotStart, SQLAlchemyError, OSError) as reason:
        print(f"Nothing was restored: {reason}", file=sys.stderr)
        return 1
    for line in told:
        print(line)
    broken = _broken_sums(settings)
    for line in broken:
        print(line, file=sys.stderr)
    print("Some sums do not hold." if broken else "All sums hold.", file=sys.stderr if broken else sys.stdout)
    return 1 if broken else 0


def restore(settings: Settings, path: Path, *, force: bool = False, paused: bool = False) -> list[str]:
    """Put a backup in place: what was done, line by line. Raises CannotRestore before anything is changed."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise CannotRestore(f"{path} is no backup that tropa backup made.")
    stamp = f"{real_now():%Y%m%d-%H%M%S}"
    with zipfile.ZipFile(path) as archive:
        about = _about(archive, path)
        _make_sure(settings, force=force)
        url = make_url(settings.database)
        sqlite = url.get_backend_name() == "sqlite"
        kept = (
            _into_file(Path(url.database or ""), archive, about, stamp)
            if sqlite
            else _into_server(settings.database, archive, about, stamp)
        )
        told = [f"{sum(about['tables'].values()):,} rows of {about['made_at']} are in place."]
        told += [f"What was there is kept in {kept}."] if kept else []
        told += [f"The former {name} is kept beside it." for name in _home(settings.home, archive, stamp)]
    schema.upgrade(settings.database)
    if paused:
        many = _pause(settings.database)
        told.append(f"{many} live journeys are paused; resume each when you have looked at it.")
    return told


def _about(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    with suppress(KeyError, ValueError):
        about: dict[str, Any] = json.loads(archive.read(ABOUT))
        if about["format"] > FORMAT or schema.is_newer(about["revision"]):
            raise CannotRestore(f"{path} was made by a later version ({about['version']}): update this one first.")
        if broken := archive.testzip():
            raise CannotRestore(f"{path} is damaged in {broken}: take another backup.")
        return about
    raise CannotRestore(f"{path} is no backup that tropa backup made.")


def _make_sure(settings: Settings, *, force: bool) -> None:
    """Nothing works on the database that is there, and it may be replaced."""
    there = putting_aside.look(settings.database, micros(real_now()))
    if there.at_work:
        raise CannotRestore(f"{', '.join(there.at_work)} work on this database: stop them first.")
    if there.filled and not force:
        raise CannotRestore("there is a database already: another --home, or --force, which keeps it aside.")


def _into_file(path: Path, archive: zipfile.ZipFile, about: dict[str, Any], stamp: str) -> Path | None:
    """Build a SQLite file beside the old one and put it in its place when it is whole; where the old one went."""
    made = path.with_name(f"{path.name}.restoring")
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(made)
    try:
        _fill(f"sqlite:///{made}", archive, about)
        kept = putting_aside.file(path, stamp)
        putting_aside.settle(made)
        made.replace(path)
    finally:
        _remove(made)
    return kept


def _into_server(url: str, archive: zipfile.ZipFile, about: dict[str, Any], stamp: str) -> str | None:
    """Fill PostgreSQL's tables anew; the schema into which the old ones were moved."""
    kept = putting_aside.server(url, stamp)
    try:
        _fill(url, archive, about)
    except BaseException:
        putting_aside.server_back(url, kept)
        raise
    return kept


def _fill(url: str, archive: zipfile.ZipFile, about: dict[str, Any]) -> None:
    schema.build(url, about["revision"])
    database = Database(url)

    def work(connection: Connection) -> None:
        for table in copying.tables(connection):
            if table.name not in about["tables"]:
                continue
            with archive.open(f"{ROWS}/{table.name}.jsonl") as lines:
                many = copying.fill(connection, table, lines)
            if many != about["tables"][table.name]:
                raise CannotRestore(f"{table.name} has {many} rows, not {about['tables'][table.name]}.")

    try:
        database.transact(work, durable=True)
    finally:
        database.close()


def _home(home: Path, archive: zipfile.ZipFile, stamp: str) -> list[str]:
    """Put keys, settings and media in place; a file that differs is kept: the names of those."""
    kept = []
    for name in archive.namelist():
        inside = PurePosixPath(name)
        if inside.parts[0] != HOME or ".." in inside.parts or name.endswith("/"):
            continue
        target = home.joinpath(*inside.parts[1:])
        content = archive.read(name)
        if target.exists() and target.read_bytes() != content:
            target.replace(target.with_name(f"{target.name}.before-{stamp}"))
            kept.append(str(inside.relative_to(HOME)))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    return kept


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _pause(url: str) -> int:
    database = Database(url)
    try:
        return database.transact(lambda connection: journeys.pause_all(connection, micros(real_now())))
    finally:
        database.close()


def _broken_sums(settings: Settings) -> list[str]:
    database = Database(settings.database)
    try:
        with database.read() as connection:
            return list(violations(connection))
    finally:
        database.close()
