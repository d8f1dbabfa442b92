"""A whole Tropa as processes of its own, each of which a test may kill without warning and start again."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Connection

from engine import processes
from engine.settings import Settings
from store.crash_points import VARIABLE
from store.database import Database
from store.invariants import violations
from store.sql import rows
from tests.crashes.part import PARTS, live
from tests.forks import FORKS
from tests.ports import free_ports

KEY, WORLD_KEY = "plant-key", "plant-world-key"
#: Real seconds of a claim's lease here, so that a killed sender is found out while a test can wait for it.
LEASE = 2.0
#: Real seconds within which a process must be there, or gone.
PATIENCE = 120.0


class Plant:
    """Processes over one home. `engine` may be started under several names."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.home = home
        options: dict[str, Any] = {"database": database} if database else {}
        world_port, api_port = free_ports(2)
        self.settings = Settings(
            home=home,
            api_port=api_port,
            sandbox=True,
            sandbox_url=f"http://127.0.0.1:{world_port}",
            sandbox_key=SecretStr(WORLD_KEY),
            bootstrap_key=SecretStr(KEY),
            prefect=False,
            lease_seconds=LEASE,
            log_level="WARNING",
            **options,
        )
        (home / "logs").mkdir(parents=True)
        self.running: dict[str, BaseProcess] = {}
        headers = {"Authorization": f"Bearer {KEY}"}
        self.http = httpx.Client(base_url=self.settings.api_url, headers=headers, timeout=PATIENCE, trust_env=False)
        self.world = httpx.Client(
            base_url=self.settings.sandbox_url,
            headers={"X-World-Key": WORLD_KEY},
            timeout=PATIENCE,
            trust_env=False,
        )

    # Processes ----------------------------------------------------------------------------------
    def start(self, part: str, *, name: str = "", crash: str = "") -> None:
        """Start `world`, `api` or `engine`; with `crash` it ends at that place (`name:n`)."""
        child = {"world": processes.world, "api": processes.api, "engine": processes.engine}[part](self.settings)
        extra = {VARIABLE: crash} if crash else {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TROPA_")}
        environment = {**inherited, **child.environment, **extra}
        words = child.command[len(processes.PYTHON) :]
        log = self.home / "logs" / f"{name or part}.log"
        process = FORKS.Process(target=live, args=(part, words, environment, self.home, log), name=name or part)
        process.start()
        self.running[name or part] = process

    def open(self) -> None:
        """Start the world and the API and wait until both answer."""
        self.start("world")
        self.start("api")
        self.ready()

    def ready(self) -> None:
        """Wait until the world and the API answer and the world knows the accounts."""
        self.wait(lambda: self._answers(self.world, "/world/clock"), "the world does not answer")
        self.wait(lambda: self._answers(self.http, "/livez"), "the API does not answer")

    def wait(self, holds: Any, complaint: str, seconds: float = PATIENCE, told: Any = tuple) -> None:
        """Wait until something holds, or fail with the complaint, what `told` says of it and the end of the logs."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{complaint}: {told()}\n{self.logs()}"
            time.sleep(0.02)

    def killed(self, name: str = "engine") -> None:
        """Wait until a process has met its end by SIGKILL."""
        self.running[name].join(PATIENCE)
        assert self.running[name].exitcode == -signal.SIGKILL, f"{name} was not killed\n{self.logs()}"

    def kill(self, name: str) -> None:
        """Kill a process now."""
        process = self.running.get(name)
        if process is not None:
            process.kill()
            process.join(PATIENCE)

    def revive(self) -> None:
        """Start again what has ended by itself, as a supervisor would: the database was away when it started."""
        for name, process in list(self.running.items()):
            if not process.is_alive():
                self.start(name if name in PARTS else "engine", name=name)

    def stop(self, name: str = "engine") -> None:
        """Ask a process to end, and wait until it has."""
        self.running[name].terminate()
        self.running[name].join(PATIENCE)
        assert self.running[name].exitcode == 0, self.logs()

    def close(self) -> None:
        """End everything."""
        for name in self.running:
            self.kill(name)
        self.http.close()
        self.world.close()

    def logs(self) -> str:
        """The end of what each process has logged."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text('utf-8', 'replace')[-3000:]}"
            for path in sorted((self.home / "logs").glob("*.log"))
        )

    @staticmethod
    def _answers(client: httpx.Client, path: str) -> bool:
        with suppress(httpx.HTTPError):
            return client.get(path, timeout=2.0).is_success
        return False

    # What stories say ---------------------------------------------------------------------------
    def call(self, method: str, path: str, **options: Any) -> Any:
        """Call the API: its parsed answer."""
        answer = self.http.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}\n{self.logs()}"
        return answer.json()

    def order(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the pretend world's own doors."""
        answer = self.world.request(method, f"/world{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def freeze(self, now: str) -> None:
        """Stop the clock at an instant."""
        self.call("PUT", "/sandbox/clock", json={"now": now, "running": False})

    def advance(self, by: str) -> dict[str, Any]:
        """Play the time."""
        answer: dict[str, Any] = self.call("POST", "/sandbox/clock/advance", json={"by": by})
        return answer

    def publish(self, document: Mapping[str, Any]) -> str:
        """Create and publish a journey: its id."""
        made = self.call("POST", "/v1/journeys", json=dict(document))
        self.call("POST", f"/v1/journeys/{made['id']}/publish")
        return str(made["id"])

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Every item of a paged list."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = self.call("GET", path, params={"after": after, "limit": 500} if after else {"limit": 500})
            found += page["items"]
            after = page["next"]
        return found

    def log(self) -> list[dict[str, Any]]:
        """Everything that the pretend messengers were asked."""
        items: list[dict[str, Any]] = self.order("GET", "/log?limit=100000")["items"]
        return items

    def accepted(self) -> Counter[tuple[str, str, str]]:
        """How often each (messenger, address, text) was taken by the pretend messengers."""
        return Counter(
            (each["channel"], each["address"], each["text"]) for each in self.log() if each["accepted"] and each["text"]
        )

    # What must hold -----------------------------------------------------------------------------
    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with self._reading() as connection:
            return [tuple(row) for row in rows(connection, statement)]

    def integrity(self) -> str:
        """SQLite's own opinion of the file: `ok`; PostgreSQL's is taken for granted."""
        return str(self.rows("PRAGMA integrity_check")[0][0]) if self.settings.database.startswith("sqlite") else "ok"

    def in_flight(self) -> int:
        """Deliveries that are committed as being sent."""
        return int(self.rows("SELECT count(*) FROM delivery WHERE state = 'sending'")[0][0])

    def violations(self) -> list[str]:
        """Every sum that does not hold."""
        with self._reading() as connection:
            return list(violations(connection))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        database = Database(self.settings.database)
        try:
            with database.read() as connection:
                yield connection
        finally:
            database.close()


@contextmanager
def plant(home: Path, database: str = "") -> Iterator[Plant]:
    """A plant whose world and API answer; its engine is for the test to start."""
    made = Plant(home, database)
    try:
        made.open()
        yield made
    finally:
        made.close()
