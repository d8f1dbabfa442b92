"""What is kept how long: what is past its time goes, what is in use stays, and no table is without an answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from engine.boot import open_project
from engine.housekeeping import FILES, TIMES, tidy
from engine.project import real_now
from engine.settings import Settings
from store import retention
from store.sql import insert, rows, run, scalar
from store.tables import DeadLetter, Heartbeat, IdempotentAnswer, Import, Inbox, WebRequest
from store.tables.columns import micros

DAY = timedelta(days=1)


def test_every_table_says_how_long_it_keeps_what_is_in_it() -> None:
    assert set(retention.FORGOTTEN) == set(TIMES)
    assert not set(retention.FORGOTTEN) & set(retention.KEPT)
    assert set(retention.FORGOTTEN) | set(retention.KEPT) == set(SQLModel.metadata.tables)


def fill(connection: Connection, name: str, ages: dict[str, int], folder: Path) -> None:
    """A row of each kind, of its age."""
    at = {table: micros(real_now()) - age for table, age in ages.items()}
    columns: tuple[str, ...] = ("channel", "account", "dedupe_key", "body", "state", "error", "received_at")
    insert(connection, Inbox, columns, [("viber", "a", name, "{}", "done", "", at["inbox"])])
    answer: tuple[Any, ...] = (1, "/v1", name, "h", {}, at["idempotent_answer"])
    insert(
        connection,
        IdempotentAnswer,
        ("key_id", "route", "token", "request_hash", "answer", "created_at"),
        [answer],
    )
    insert(connection, DeadLetter, ("source", "item", "reason", "received_at"), [(name, {}, "no", at["dead_letter"])])
    beat = (name, at["heartbeat"], at["heartbeat"], None)
    insert(connection, Heartbeat, ("name", "up_since", "beat_at", "detail"), [beat])
    request = (name, 1, 1, 1, None, "done", None, 1, "", at["web_request"])
    columns = (
        "origin", "journey_id", "enrollment_id", "seq", "request", "state", "ready_at", "attempt", "error",
        "planned_at",
    )  # fmt: skip
    insert(connection, WebRequest, columns, [request])
    file = folder / f"{name}.csv"
    file.write_text("people")
    done: tuple[Any, ...] = (name, name, str(file), {}, "done", "", 1, 1, 0, 0, [], at["files"], at["files"])
    columns = (
        "public_id", "filename", "path", "mapping", "status", "reason", "rows", "created", "updated", "rejected",
        "problems", "created_at", "finished_at",
    )  # fmt: skip
    insert(connection, Import, columns, [done])


def test_what_is_past_its_time_goes_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    project = open_project(Settings(home=tmp_path / "home", database=database_url, prefect=False))
    database, times = project.database, {**TIMES, "files": FILES}

    def ages(more: timedelta) -> dict[str, int]:
        return {table: (kept + more) // timedelta(microseconds=1) for table, kept in times.items()}

    database.transact(lambda each: fill(each, "old", ages(DAY), tmp_path))
    database.transact(lambda each: fill(each, "young", ages(-DAY), tmp_path))
    database.transact(lambda each: fill(each, "used", ages(DAY), tmp_path))

    def in_use(connection: Connection) -> None:
        run(connection, "UPDATE inbox SET state = 'new' WHERE dedupe_key = 'used'")
        run(connection, "UPDATE web_request SET state = 'ready', ready_at = 1 WHERE origin = 'used'")
        run(connection, "UPDATE import SET finished_at = NULL, status = 'running' WHERE public_id = 'used'")

    database.transact(in_use)
    assert tidy(project) == {**dict.fromkeys(TIMES, 2), "inbox": 1, "web_request": 1, "files": 1}
    with database.read() as connection:
        left = {
            table: {row.name for row in rows(connection, f"SELECT {name} AS name FROM {table}")}
            for table, name in (("inbox", "dedupe_key"), ("web_request", "origin"), ("heartbeat", "name"))
        }
        assert scalar(connection, "SELECT path FROM import WHERE public_id = 'old'") == ""
    assert left == {"inbox": {"young", "used"}, "web_request": {"young", "used"}, "heartbeat": {"young"}}
    assert {file.stem for file in tmp_path.glob("*.csv")} == {"young", "used"}
    assert set(tidy(project).values()) == {0}
    database.close()
