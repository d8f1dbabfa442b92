"""Keep house: what has served its time is removed, in small batches."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

from engine.project import Project, real_now
from store import retention
from store.tables.columns import micros

#: How long each is kept. Messengers repeat webhooks for up to seven days, and no client repeats a call for longer.
TIMES = {
    "inbox": timedelta(days=30),
    "idempotent_answer": timedelta(days=7),
    "web_request": timedelta(days=30),
    "dead_letter": timedelta(days=90),
    "heartbeat": timedelta(days=7),
}
#: How long a CSV file is kept after its import.
FILES = timedelta(days=7)


def tidy(project: Project) -> dict[str, int]:
    """Remove what is past its time, in small transactions; how many of each."""
    # Machines that do not keep virtual time may clean up after one that does: this runs on real time.
    now = real_now()
    gone = {table: _forget(project, table, micros(now - kept)) for table, kept in TIMES.items()}
    return {**gone, "files": _forget_files(project, micros(now - FILES))}


def _forget(project: Project, table: str, before: int) -> int:
    gone = 0
    while batch := project.database.transact(lambda connection: retention.forget(connection, table, before)):
        gone += batch
    return gone


def _forget_files(project: Project, before: int) -> int:
    """Uploaded files are people's data: they go before anybody is surprised that an erased person is still in one."""
    with project.database.read() as connection:
        read = retention.read_files(connection, before)
    for row in read:
        with contextlib.suppress(FileNotFoundError):
            Path(row.path).unlink()
    if read:
        project.database.transact(lambda connection: retention.forget_files(connection, [row.id for row in read]))
    return len(read)
