"""The ceiling: the rows that the journey leaves behind, written by bare bulk SQL, a thousand contacts a transaction."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory

SCHEMA = """
CREATE TABLE enrollment (id INTEGER PRIMARY KEY, contact_id INTEGER, status TEXT, node TEXT, seq INTEGER,
  arrived_at INTEGER, due_at INTEGER, UNIQUE (contact_id));
CREATE INDEX due ON enrollment (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE visit (enrollment_id INTEGER, seq INTEGER, node TEXT, arrived_at INTEGER, left_at INTEGER, exit TEXT,
  PRIMARY KEY (enrollment_id, seq)) WITHOUT ROWID;
"""
BATCH = 1_000


def run(contacts: int) -> float:
    """Seconds to write them."""
    with TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(SCHEMA)
        began = time.perf_counter()
        for start in range(0, contacts, BATCH):
            ids = range(start, min(start + BATCH, contacts))
            _batch(database, "INSERT INTO enrollment VALUES (?, ?, 'active', 'a', 0, 1, 1)", [(n, n) for n in ids])
        for first, (node, due) in ((0, ("hour", 9)), (2, ("bye", None))):
            for start in range(0, contacts, BATCH):
                _leg(database, range(start, min(start + BATCH, contacts)), first, node, due)
        seconds = time.perf_counter() - began
        database.close()
    return seconds


def _leg(database: sqlite3.Connection, ids: range, first: int, node: str, due: int | None) -> None:
    database.execute("BEGIN IMMEDIATE")
    moved = [("waiting" if due else "completed", node, first + 2, 1, due, n) for n in ids]
    database.executemany(
        "UPDATE enrollment SET status = ?, node = ?, seq = ?, arrived_at = ?, due_at = ? WHERE id = ?", moved
    )
    visits = [(n, first + step, "a", 1, 2, "yes") for n in ids for step in range(2)]
    database.executemany("INSERT INTO visit VALUES (?, ?, ?, ?, ?, ?)", visits)
    database.execute("COMMIT")


def _batch(database: sqlite3.Connection, statement: str, values: list[tuple[int, int]]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany(statement, values)
    database.execute("COMMIT")
