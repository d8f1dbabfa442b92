"""A journey, its contacts and real engine processes over one database, for benches of the engine alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.outlet import NAME, plug_in
from channels.base import Account
from engine import publish
from engine.boot import collect_seldom
from engine.enroll import Candidate, enroll_many
from engine.project import Project, real_now
from store import accounts, clock, contacts, journeys
from store.contacts import ContactFacts
from store.database import Database
from store.schema import upgrade
from store.sql import rows, run, scalar
from store.tables.columns import micros
from store.vault import Vault

ROOT = Path(__file__).parent.parent
START = datetime(2035, 1, 8, 9, tzinfo=UTC)
PAGE = 1_000
#: Visits of one contact: condition, send, wait, condition, exit. Entering is not counted.
STEPS = 5
OUTLET = Account(channel=NAME, name="default", base_url="")
DOCUMENT: dict[str, Any] = {
    "graph": {"name": "Bench", "entry": {"api": True}},
    "nodes": [
        {
            "id": "where",
            "kind": "condition",
            "settings": {"branches": [{"exit": "yes", "rule": {"attribute": "city", "is": "equal", "value": "Kazan"}}]},
        },
        {
            "id": "hello",
            "kind": "send",
            "settings": {"channel": NAME, "category": "service", "text": "{{ contact.first_name }}, welcome"},
        },
        {"id": "hour", "kind": "wait", "settings": {"for": "PT1H"}},
        {
            "id": "many",
            "kind": "condition",
            "settings": {"branches": [{"exit": "yes", "rule": {"attribute": "n", "is": "at_least", "value": 5}}]},
        },
        {"id": "bye", "kind": "exit", "settings": {}},
    ],
    "edges": [
        {"source": "where", "target": "hello", "key": "yes"},
        {"source": "where", "target": "hello", "key": "otherwise"},
        {"source": "hello", "target": "hour", "key": "sent"},
        {"source": "hour", "target": "many", "key": "done"},
        {"source": "many", "target": "bye", "key": "yes"},
        {"source": "many", "target": "bye", "key": "otherwise"},
    ],
}


class Line:
    """One database with the journey published; unless it is `running`, the clock stands still until `jump`."""

    def __init__(
        self,
        url: str,
        home: Path,
        *,
        wait: str = "PT1H",
        running: bool = False,
        account: Account = OUTLET,
        document: dict[str, Any] | None = None,
    ) -> None:
        self.url, self.home = url, home
        plug_in(home / "plugins")
        upgrade(url)
        self.project = Project(database=Database(url), vault=Vault(home / "keys" / "secrets"), home=home, sandbox=True)
        self.now = START
        self.document = document or _with(wait, account.channel)
        self.running, self.account = running, account
        self.project.database.transact(self._prepare)
        with self.project.database.read() as connection:
            found = journeys.get(connection, self.public_id)
        assert found is not None
        self.journey = found

    def _prepare(self, connection: Connection) -> None:
        clock.put(connection, START, real_now(), running=self.running)
        accounts.put(connection, self.project.vault, self.account, micros(START))
        draft = journeys.create(connection, self.document, "Bench", micros(START))
        self.public_id = str(draft.public_id)
        publish.publish(self.project, connection, draft, self.document)

    def fill(self, many: int) -> None:
        """Make contacts, each with an address."""
        for start in range(0, many, 5 * PAGE):
            facts = [_person(number, self.account.channel) for number in range(start, min(start + 5 * PAGE, many))]
            self.project.database.transact(lambda each, facts=facts: contacts.upsert(each, facts, 1))  # type: ignore[misc]

    def others(self, many: int) -> None:
        """Put trips beside that wait for years: bare rows in the product's own table."""
        for start in range(0, many, 500_000):
            upto = min(start + 500_000, many)
            self.project.database.transact(lambda each, a=start, b=upto: _wait_for_years(each, a, b))  # type: ignore[misc]
        if not self.project.database.sqlite:
            self.project.database.transact(lambda each: run(each, "ANALYZE enrollment"))

    def enroll(self, many: int, after: int = 0, ahead: timedelta = timedelta(0)) -> float:
        """Enroll so many contacts past the first `after`, a page a transaction, as the API does: seconds.

        With `ahead` they enter at a later time: nothing moves before the clock is there.
        """
        statement = "SELECT id, external_id FROM contact WHERE id > :after ORDER BY id LIMIT :many"
        with self.project.database.read() as connection:
            found = rows(connection, statement, after=after, many=many)
            self.now = self.project.now(connection)
        collect_seldom()
        began = time.perf_counter()
        for start in range(0, many, PAGE):
            page = [Candidate(contact_id=row.id, external_id=row.external_id) for row in found[start : start + PAGE]]
            self.project.database.transact(
                lambda each, page=page: enroll_many(self.project, each, self.journey, page, micros(self.now + ahead))  # type: ignore[misc]
            )
        return time.perf_counter() - began

    def jump(self, by: timedelta = timedelta(hours=2)) -> None:
        """Move the clock; the engines see it at once."""
        self.now += by
        self.project.database.transact(lambda each: clock.put(each, self.now, self.now, running=False))

    def moved(self, patience: float = 3600.0) -> None:
        """Wait until nothing is due; RuntimeError when it takes too long."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with self.project.database.read() as connection:
                due = scalar(connection, "SELECT 1 FROM enrollment WHERE due_at <= :now LIMIT 1", now=micros(self.now))
            if due is None:
                return
            time.sleep(0.003)
        raise RuntimeError("the engines do not get through")

    def ended(self, many: int, patience: float = 120.0) -> None:
        """Wait until so many trips have ended; RuntimeError when it takes too long."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with self.project.database.read() as connection:
                if scalar(connection, "SELECT count(*) FROM enrollment WHERE ended_at IS NOT NULL") >= many:
                    return
            time.sleep(0.5)
        raise RuntimeError("the engines do not get through")

    def check(self, many: int) -> None:
        """Everybody is through, with one accepted message each; RuntimeError when the sums do not hold."""
        with self.project.database.read() as connection:
            ended = scalar(connection, "SELECT count(*) FROM enrollment WHERE status = 'completed'")
            sent = scalar(connection, "SELECT count(*) FROM delivery WHERE state = 'accepted'")
            visits = scalar(connection, "SELECT count(*) FROM visit")
        if (ended, sent, visits) != (many, many, many * STEPS):
            raise RuntimeError(f"of {many} contacts {ended} ended, {sent} messages went out, {visits} visits")

    @contextmanager
    def engines(self, many: int) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
        """Engine processes at work; stopped at the end."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(self.home / "plugins"))),
            "TROPA_HOME": str(self.home),
            "TROPA_DATABASE": self.url,
            "TROPA_SANDBOX": "true",
            "TROPA_PREFECT": "false",
            "TROPA_LOG_LEVEL": "WARNING",
        }
        ready = [self.home / f"ready-{number}" for number in range(many)]
        for mark in ready:
            mark.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine"]
        working = [
            subprocess.Popen(command, cwd=ROOT, env={**environment, "TROPA_READY_FILE": str(mark)}) for mark in ready
        ]
        try:
            deadline = time.monotonic() + 180
            while not all(mark.exists() for mark in ready):
                if time.monotonic() > deadline:
                    raise RuntimeError("an engine did not start")
                time.sleep(0.05)
            time.sleep(0.5)
            yield working
        finally:
            for process in working:
                process.terminate()
            for process in working:
                process.wait(30)

    def close(self) -> None:
        """Let go of the database."""
        self.project.database.close()


def _with(wait: str, channel: str) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    document["nodes"][2]["settings"]["for"] = wait
    document["nodes"][1]["settings"]["channel"] = channel
    return document


def _person(number: int, channel: str) -> ContactFacts:
    return ContactFacts(
        external_id=f"c{number:09}",
        attributes={"city": "Omsk" if number % 10 else "Kazan", "n": number % 10, "first_name": f"Anna {number % 101}"},
        addresses=[(channel, "default", str(700_000 + number))],
    )


def _wait_for_years(connection: Connection, start: int, upto: int) -> None:
    numbers = (
        "WITH RECURSIVE r(n) AS (SELECT :start UNION ALL SELECT n + 1 FROM r WHERE n + 1 < :upto)"
        if connection.dialect.name == "sqlite"
        else "WITH r AS (SELECT generate_series(:start, :upto - 1) AS n)"
    )
    run(
        connection,
        "INSERT INTO enrollment (journey_id, version_id, contact_id, slot, status, reason, node, seq, arrived_at,"
        f" entered_at, due_at, waiting_for, stateful, converted) {numbers}"
        " SELECT 1000000, 1000000, n + 100000000, 'in:', 'waiting', '', 'hour', 2, 1, 1,"
        " :due + CAST(n AS BIGINT) * 1000, 'time', :no, :no FROM r",
        start=start,
        upto=upto,
        due=micros(START + timedelta(days=365)),
        no=False,
    )
