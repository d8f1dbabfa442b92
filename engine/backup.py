"""`tropa backup`: the whole of an installation in one file, taken while it works."""

from __future__ import annotations

import argparse
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.project import real_now
from engine.settings import FILE, Settings
from store import copying, schema

#: Grows when an older program could no longer read the file.
FORMAT = 1
ABOUT, ROWS, HOME = "about.json", "rows", "home"
#: What of the home belongs to the data: the key that opens the accounts' secrets, media, uploads that still wait.
KEPT = ("keys/secrets", FILE, "media/**/*", "imports/*")
LINES = 2_000


class CannotBackUp(Exception):
    """No backup was made: the reason is the message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("path", type=Path, help="file to make, or a folder in which it gets a name of its own")


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make the backup and say what is in it; 1 when there is none."""
    try:
        path, about = back_up(settings, arguments.path)
    except (CannotBackUp, copying.Damaged, SQLAlchemyError, OSError) as reason:
        print(f"No backup was made: {reason}", file=sys.stderr)
        return 1
    print(f"{path}: {sum(about['tables'].values()):,} rows, {path.stat().st_size / 1e6:,.1f} MB.")
    print("It holds people's data and the key to the accounts' secrets: keep it where only you can read it.")
    return 0


def back_up(settings: Settings, where: Path) -> tuple[Path, dict[str, Any]]:
    """Write one snapshot of the database, the keys and the media; the file, and what it says about itself.

    The file appears under its name when it is whole and was read back. Raises CannotBackUp.
    """
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise CannotBackUp(f"{url.database} does not exist; say --home or --database.")
    path = where / f"tropa-{real_now():%Y%m%d-%H%M%S}.zip" if where.is_dir() else where
    if path.exists():
        raise CannotBackUp(f"{path} is there already; choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            about = _write(settings, file, path.with_name(f"{path.name}.copying"))
            file.flush()
            os.fsync(file.fileno())
        with zipfile.ZipFile(part) as written:
            if broken := written.testzip():
                raise CannotBackUp(f"{broken} cannot be read back: look at the disk.")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path, about


def _write(settings: Settings, file: Any, scratch: Path) -> dict[str, Any]:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        copying.snapshot(settings.database, scratch) as connection,
    ):
        revision = schema.revision(connection)
        if revision is None:
            raise CannotBackUp("the database is empty.")
        tables = {table.name: _table(archive, connection, table) for table in copying.tables(connection)}
        for pattern in KEPT:
            for each in sorted(settings.home.glob(pattern)):
                if each.is_file():
                    archive.write(each, f"{HOME}/{each.relative_to(settings.home)}")
        about = {
            "format": FORMAT,
            "version": version("tropa"),
            "revision": revision,
            "database": connection.dialect.name,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "tables": tables,
        }
        archive.writestr(ABOUT, json.dumps(about, indent=2))
    return about


def _table(archive: zipfile.ZipFile, connection: Connection, table: Any) -> int:
    """Write one table: how many rows it has."""
    many = -1  # the first line names the columns
    lines: Iterator[bytes] = copying.lines(connection, table)
    with archive.open(f"{ROWS}/{table.name}.jsonl", "w", force_zip64=True) as into:
        while chunk := list(islice(lines, LINES)):
            into.write(b"".join(chunk))
            many += len(chunk)
    return many
