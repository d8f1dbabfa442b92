"""The ceiling: the rows that the journey leaves behind, in the product's own tables, by bare bulk SQL."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg

BATCH = 1_000
NOW, LATER = 1_900_000_000_000_000, 1_900_003_600_000_000
ENTERED = (
    "id", "journey_id", "version_id", "contact_id", "slot", "status", "reason", "node", "seq", "arrived_at",
    "entered_at", "due_at", "waiting_for", "stateful", "converted",
)  # fmt: skip
MOVED = ("status", "reason", "node", "seq", "arrived_at", "ended_at", "due_at", "waiting_for", "slot", "id")
KINDS = ("text", "text", "text", "int", "bigint", "bigint", "bigint", "text", "text", "bigint")
VISIT = ("enrollment_id", "seq", "version_id", "node", "arrived_at", "left_at", "exit")
DELIVERY = (
    "origin", "contact_id", "journey_id", "version_id", "enrollment_id", "node", "part", "cohort", "category", "state",
    "reason", "expires_at", "attempt", "channel", "account", "address", "content", "planned_at", "ref", "accepted_at",
)  # fmt: skip
COUNT = ("version_id", "node", "what", "channel", "arm", "cohort", "amount")
TEXT = json.dumps({"text": "Anna, welcome", "category": "service"})

Rows = Iterable[Sequence[Any]]
Insert = Callable[[str, Sequence[str], Rows], None]
Update = Callable[[Rows], None]


def run(url: str, contacts: int, hands: int = 1) -> float:
    """Seconds to write them with so many connections, a thousand contacts a transaction; the schema is there."""
    share = contacts // hands
    work = _sqlite if url.startswith("sqlite") else _postgres
    threads = [threading.Thread(target=work, args=(url, 1 + hand * share, share)) for hand in range(hands)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _write(first: int, many: int, insert: Insert, update: Update, commit: Callable[[], object]) -> None:
    batches = [range(start, min(start + BATCH, first + many)) for start in range(first, first + many, BATCH)]
    for leg in (_enter, _to_the_wait, _to_the_end):
        for batch in batches:
            leg(batch, insert, update)
            commit()


def _enter(ids: range, insert: Insert, _: Update) -> None:
    start = (1, 1), ("in:", "active", "", "where", 0, NOW, NOW, NOW, "", False, False)
    insert("enrollment", ENTERED, [(n, *start[0], n, *start[1]) for n in ids])
    _count(insert, 2)


def _to_the_wait(ids: range, insert: Insert, update: Update) -> None:
    update([("waiting", "", "hour", 2, NOW, None, LATER, "time", "in:", n) for n in ids])
    for seq, (node, way) in enumerate((("where", "yes"), ("hello", "sent"))):
        insert("visit", VISIT, [(n, seq, 1, node, NOW, NOW, way) for n in ids])
    said = ("hello", "", 527_777, "service", "accepted", "", LATER, 1, "outlet", "default")
    insert("delivery", DELIVERY, [(f"v:{n}:1:", n, 1, 1, n, *said, f"a{n}", TEXT, NOW, f"r{n}", NOW) for n in ids])
    _count(insert, 6)


def _to_the_end(ids: range, insert: Insert, update: Update) -> None:
    update([("completed", "done", "bye", 4, LATER, LATER, None, "", None, n) for n in ids])
    for seq, (node, way) in enumerate((("hour", "done"), ("many", "yes"), ("bye", None)), 2):
        insert("visit", VISIT, [(n, seq, 1, node, NOW, LATER, way) for n in ids])
    _count(insert, 7)


def _count(insert: Insert, many: int) -> None:
    insert("node_count_delta", COUNT, [(1, "node", f"what {n}", "", "", 527_777, BATCH) for n in range(many)])


def _sqlite(url: str, first: int, many: int) -> None:
    database = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-32768", "wal_autocheckpoint=0"):
        database.execute(f"PRAGMA {pragma}")

    def insert(table: str, columns: Sequence[str], rows: Rows) -> None:
        if not database.in_transaction:
            database.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def update(rows: Rows) -> None:
        database.execute("BEGIN IMMEDIATE")
        sets = ", ".join(f"{column} = ?" for column in MOVED[:-1])
        database.executemany(f"UPDATE enrollment SET {sets} WHERE id = ?", rows)

    _write(first, many, insert, update, lambda: database.execute("COMMIT"))
    database.close()


def _postgres(url: str, first: int, many: int) -> None:
    with psycopg.connect(url) as database:
        kinds = ", ".join(f"{column} {kind}" for column, kind in zip(MOVED, KINDS, strict=True))
        sets = ", ".join(f"{column} = r.{column}" for column in MOVED[:-1])

        def insert(table: str, columns: Sequence[str], rows: Rows) -> None:
            with database.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

        def update(rows: Rows) -> None:
            batch = json.dumps([dict(zip(MOVED, row, strict=True)) for row in rows])
            statement = (
                f"UPDATE enrollment t SET {sets} FROM json_to_recordset(%s::json) AS r({kinds}) WHERE t.id = r.id"
            )
            database.execute(statement, (batch,))

        _write(first, many, insert, update, database.commit)
