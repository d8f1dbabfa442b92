"""The memory of the pretend world on disk: one SQLite file, one writer, commits in batches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sandbox.agenda import Item
from sandbox.facts import Button, Message

SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    n INTEGER PRIMARY KEY, channel TEXT, account TEXT, address TEXT, id TEXT, author TEXT, text TEXT, buttons TEXT,
    media TEXT, at REAL, status TEXT, ref TEXT, tracking TEXT, number INTEGER);
CREATE INDEX IF NOT EXISTS message_person ON message (channel, address, n);
CREATE INDEX IF NOT EXISTS message_own_id ON message (id);
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY, due REAL, first REAL, kind TEXT, channel TEXT, account TEXT, address TEXT, body TEXT,
    queue TEXT, attempt INTEGER);
CREATE TABLE IF NOT EXISTS log (n INTEGER PRIMARY KEY, body TEXT);
"""
#: Numbers skipped after an unclean end, when the last 50 ms of counters may be missing.
GAP = 10_000


def packed(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Store:
    """Writes are gathered by the calls and reach the file with `flush`; reads flush first.

    `":memory:"` keeps everything in the process.
    """

    def __init__(self, path: str | Path) -> None:
        self._base = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.executescript(SCHEMA)
        self._facts: dict[tuple[str, str], str | None] = {}
        self._messages: list[tuple[Any, ...]] = []
        self._updates: list[tuple[str, tuple[Any, ...]]] = []
        self._log: list[tuple[int, str]] = []
        closed = self.fact("run", "state") == "closed"
        fresh = self.fact("run", "state") is None
        self.gap = 0 if closed or fresh else GAP
        self.last_log = self._last("log", "n") + self.gap
        self._write_now("run", "state", "open")

    def _last(self, table: str, column: str) -> int:
        return int(self._base.execute(f"SELECT COALESCE(MAX({column}), 0) FROM {table}").fetchone()[0])

    def _write_now(self, kind: str, key: str, body: Any) -> None:
        self._base.execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", (kind, key, packed(body)))

    def fact(self, kind: str, key: str) -> Any:
        """A remembered value, or None."""
        row = self._base.execute("SELECT body FROM fact WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def facts(self, kind: str) -> Iterator[Any]:
        """Every remembered value of a kind."""
        for (body,) in self._base.execute("SELECT body FROM fact WHERE kind = ?", (kind,)):
            yield json.loads(body)

    def remember(self, kind: str, key: str, body: Any) -> None:
        """Write a value; the latest before a flush wins."""
        self._facts[(kind, key)] = packed(body)

    def add_message(self, message: Message) -> None:
        buttons = [[b.title, b.payload, b.form, b.url, b.silent, b.description] for b in message.buttons]
        self._messages.append(
            (
                message.channel,
                message.account,
                message.address,
                message.id,
                message.author,
                message.text,
                packed(buttons) if buttons else "",
                packed(message.media) if message.media else "",
                message.at,
                message.status,
                message.ref,
                message.tracking,
                message.number,
            )
        )

    def set_status(self, key: tuple[str, str, str], message_id: str, status: str) -> None:
        """`key` is channel, account, address; what is read stays read."""
        where = "id = ? AND channel = ? AND account = ? AND address = ? AND status <> 'read'"
        self._updates.append((f"UPDATE message SET status = ? WHERE {where}", (status, message_id, *key)))

    def set_buttons(self, key: tuple[str, str, str], message_id: str, buttons: Iterable[Button]) -> None:
        rows = [[b.title, b.payload, b.form, b.url, b.silent, b.description] for b in buttons]
        sql = "UPDATE message SET buttons = ? WHERE id = ? AND channel = ? AND account = ? AND address = ?"
        self._updates.append((sql, (packed(rows), message_id, *key)))

    def add_log(self, body: dict[str, Any]) -> None:
        self.last_log += 1
        self._log.append((self.last_log, packed({"n": self.last_log, **body})))

    @property
    def dirty(self) -> bool:
        return bool(self._facts or self._messages or self._updates or self._log)

    def flush(self, items: dict[int, Item | None] | None = None) -> None:
        """Bring everything gathered, and the agenda's changes, to the file in one transaction."""
        if not self.dirty and not items:
            return
        base = self._base
        base.execute("BEGIN")
        facts = [(kind, key, body) for (kind, key), body in self._facts.items()]
        base.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", facts)
        base.executemany(f"INSERT INTO message VALUES (NULL{', ?' * 13})", self._messages)
        for sql, values in self._updates:
            base.execute(sql, values)
        base.executemany("INSERT INTO log VALUES (?, ?)", self._log)
        self._flush_items(items or {})
        base.execute("COMMIT")
        for gathered in (self._facts, self._messages, self._updates, self._log):
            gathered.clear()

    def _flush_items(self, items: dict[int, Item | None]) -> None:
        gone = [(item_id,) for item_id, item in items.items() if item is None]
        kept = [
            (i.id, i.due, i.first, i.kind, i.channel, i.account, i.address, packed(i.body), i.queue, i.attempt)
            for i in items.values()
            if i is not None
        ]
        self._base.executemany("DELETE FROM item WHERE id = ?", gone)
        self._base.executemany(f"INSERT OR REPLACE INTO item VALUES (?{', ?' * 9})", kept)

    def items(self) -> list[Item]:
        """Every pending item."""
        names = ("id", "due", "first", "kind", "channel", "account", "address", "body", "queue", "attempt")
        rows = self._base.execute(f"SELECT {', '.join(names)} FROM item")
        return [Item(**{**dict(zip(names, row, strict=True)), "body": json.loads(row[7])}) for row in rows]

    def last_item(self) -> int:
        return self._last("item", "id") + self.gap

    def messages(self, where: str, values: tuple[Any, ...], limit: int = 1_000) -> list[Message]:
        """Messages by an SQL condition, newest first. The caller flushes before."""
        columns = "id, channel, account, address, author, text, buttons, media, at, status, ref, tracking, number"
        sql = f"SELECT {columns} FROM message WHERE {where} ORDER BY n DESC LIMIT ?"
        return [read_message(row) for row in self._base.execute(sql, (*values, limit))]

    def log(self, after: int, limit: int) -> tuple[list[str], int]:
        """Log entries as JSON texts, in order, and the number of the last one."""
        rows = self._base.execute("SELECT n, body FROM log WHERE n > ? ORDER BY n LIMIT ?", (after, limit)).fetchall()
        return [body for _, body in rows], rows[-1][0] if rows else after

    def close(self, items: dict[int, Item | None]) -> None:
        self.flush(items)
        self._write_now("run", "state", "closed")
        self._base.close()


def read_message(row: tuple[Any, ...]) -> Message:
    """A stored row as a message."""
    buttons = tuple(
        Button(title=title, payload=payload, form=form, url=url, silent=silent, description=description)
        for title, payload, form, url, silent, description in (json.loads(row[6]) if row[6] else ())
    )
    return Message(
        id=row[0],
        channel=row[1],
        account=row[2],
        address=row[3],
        author=row[4],
        text=row[5],
        buttons=buttons,
        media=json.loads(row[7]) if row[7] else None,
        at=row[8],
        status=row[9],
        ref=row[10],
        tracking=row[11],
        number=row[12],
    )
