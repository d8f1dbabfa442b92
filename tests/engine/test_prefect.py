"""Prefect beside the engine, with a real server: what it shows, and that nothing waits for it."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import Connection

from engine.boot import open_project
from engine.enroll import Candidate, enroll_many
from engine.processes import PYTHON, ROOT, Child, client_environment, engine, prefect
from engine.project import Project
from engine.publish import publish
from engine.settings import Settings
from store import contacts, journeys
from store.contacts import ContactFacts
from store.invariants import violations
from store.sql import scalar
from tests.ports import free_port

pytestmark = pytest.mark.slow
T = TypeVar("T")
ENGINE = Path(__file__).with_name("pretend_engine.py")
#: Seconds: far more than a tick on a busy machine, far less than a request to a dead server would take.
PATIENCE = 8.0


def wait_for(what: Callable[[], T], seconds: float = 40.0) -> T:
    """The first true answer; fails when there is none in time."""
    until = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
    return answer


class Server:
    """Prefect's server as `tropa up` starts it; comes back when a test has killed it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, prefect_port=free_port())
        (home / "prefect").mkdir(parents=True)
        self._child: Child = prefect(self.settings)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start it if it does not run, and wait until it answers."""
        if self._process is None:
            environment = {**os.environ, **self._child.environment}
            self._process = subprocess.Popen(self._child.command, env=environment)
            wait_for(lambda: self.answers("health"), 180)
        return self

    def kill(self) -> None:
        """End it without a warning."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def answers(self, path: str) -> bool:
        """Whether it says yes."""
        try:
            return httpx.get(f"{self.settings.prefect_api_url}/{path}", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def ask(self, path: str, **body: object) -> list[dict[str, Any]]:
        """One of Prefect's lists."""
        answer = httpx.post(f"{self.settings.prefect_api_url}/{path}/filter", json=body, timeout=10, trust_env=False)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def runs(self, home: Path, *states: str) -> list[dict[str, Any]]:
        """Flow runs of a home in one of the states."""
        where = {"tags": {"all_": [f"home:{home}"]}, "state": {"type": {"any_": list(states)}}}
        return self.ask("flow_runs", flow_runs=where)


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("prefect"))
    yield server
    server.kill()


@pytest.fixture
def server(one_server: Server) -> Server:
    return one_server.start()


@contextmanager
def pretend_engine(home: Path, url: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A pretend engine that reports to the server at `url`; killed at the end if it still runs."""
    environment = {**os.environ, **engine(Settings(home=home)).environment, "PREFECT_API_URL": url}
    command = [sys.executable, str(ENGINE), str(home), *words]
    with (home / "said").open("ab") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(home: Path) -> str:
    """What the pretend engine has printed so far."""
    return (home / "said").read_text()


def stop(process: subprocess.Popen[str]) -> None:
    """End an engine as the supervisor does; fails when it does not leave by itself."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0  # A guard against hanging, no claim about speed.


def longest_pause(text: str) -> float:
    """The longest time between two ticks of one shift."""
    shifts = [[float(at) for at in re.findall(r"tick ([\d.]+)", part)] for part in text.split("began")]
    return max(later - earlier for ticks in shifts for earlier, later in itertools.pairwise(ticks))


def test_a_shift_is_a_run_its_chunks_are_tasks_and_a_failed_one_is_followed(server: Server, tmp_path: Path) -> None:
    words = ("--seconds", "2", "--bad", "1")
    with pretend_engine(tmp_path, server.settings.prefect_api_url, *words) as process:
        completed = wait_for(lambda: server.runs(tmp_path, "COMPLETED"))
        stop(process)
    (failed,) = server.runs(tmp_path, "FAILED")
    assert (failed["name"], failed["state"]["message"]) == ("counting 1", "RuntimeError: told to fail")
    second = min(completed, key=lambda run: run["name"])
    assert (second["name"], second["state"]["message"]) == ("counting 2", "80 moves, 20 sends")
    tasks = server.ask("task_runs", task_runs={"flow_run_id": {"any_": [second["id"]]}})
    assert [task["name"] for task in tasks] == ["chunk: 20 moves, 5 sends"] * 4
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}
    (shift,) = server.ask("flows", flows={"id": {"any_": [second["flow_id"]]}})
    assert shift["name"] == "shift"
    assert longest_pause(said(tmp_path)) < PATIENCE
    assert said(tmp_path).splitlines()[-2:] == ["our own messages are still written", "prefect"]


def test_nothing_reports_home(server: Server) -> None:
    answer = httpx.get(f"{server.settings.prefect_api_url}/admin/settings", timeout=10, trust_env=False).json()
    assert answer["server"]["analytics_enabled"] is False
    assert answer["server"]["services"]["db_vacuum"]["enabled"]
    environment = engine(server.settings).environment
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY"] == "false"


JOURNEY = {
    "graph": {"name": "Marked", "entry": {"api": True}},
    "nodes": [
        {"id": "mark", "kind": "update", "settings": {"set": {"seen": "yes"}}, "x": 0, "y": 0},
        {"id": "end", "kind": "exit", "settings": {}, "x": 0, "y": 0},
    ],
    "edges": [{"source": "mark", "key": "done", "target": "end"}],
}
#: What an operator would call; each run is a new interpreter, so not too often.
DEPLOY = ["tropa", "deploy", "--pool", "machines", "--engines", "1", "--tidy", "20"]
WORK = ["prefect", "worker", "start", "--pool", "machines", "--type", "process", "--limit", "2"]
OVERDUE = """
import asyncio
from datetime import timedelta
from prefect.client.orchestration import get_client
from engine.flows import end_overdue
async def main():
    async with get_client() as client:
        await end_overdue(client, timedelta(hours=-1))
asyncio.run(main())
"""


def on_their_way(settings: Settings, many: int) -> Project:
    """An installation with so many contacts who are due."""
    project = open_project(settings)

    def work(connection: Connection) -> None:
        now = project.now_micros(connection)
        ids, _ = contacts.upsert(connection, [ContactFacts(external_id=f"c{each}") for each in range(many)], now)
        draft = journeys.create(connection, JOURNEY, "Marked", now)
        publish(project, connection, draft, JOURNEY)
        journey = journeys.get(connection, draft.public_id)
        assert journey is not None
        candidates = [Candidate(contact_id=number, external_id=name) for name, number in ids.items()]
        enroll_many(project, connection, journey, candidates, now)

    project.database.transact(work)
    return project


def test_a_worker_of_a_pool_moves_contacts_on_a_schedule_and_what_died_is_marked(
    server: Server, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, shift_seconds=20, prefect_api_url=server.settings.prefect_api_url)
    project = on_their_way(settings, 500)
    environment = {
        **os.environ,
        **client_environment(settings),
        **settings.environment(),
        **{"PREFECT_WORKER_QUERY_SECONDS": "1", "PYTHONPATH": str(ROOT)},
    }
    with (tmp_path / "said").open("wb") as log:
        options: dict[str, Any] = {"env": environment, "cwd": tmp_path, "stdout": log, "stderr": log}
        subprocess.run([*PYTHON, *DEPLOY], check=True, **options)
        worker = subprocess.Popen([*PYTHON, *WORK], start_new_session=True, **options)
        try:
            wait_for(lambda: walked(project), 120)
            pool = {"name": {"any_": ["machines"]}}
            tidied = {"state": {"type": {"any_": ["COMPLETED"]}}}
            house = {"name": {"any_": ["housekeeping"]}}
            wait_for(lambda: server.ask("flow_runs", flows=house, flow_runs=tidied, work_pools=pool), 120)
            running = {"state": {"type": {"any_": ["RUNNING"]}}}
            shifts = {"name": {"any_": ["shift"]}}
            (left, *_) = wait_for(
                lambda: server.ask("flow_runs", flows=shifts, flow_runs=running, work_pools=pool), 120
            )
        finally:
            os.killpg(worker.pid, signal.SIGKILL)  # the whole machine is lost
            worker.wait()
        subprocess.run([sys.executable, "-c", OVERDUE], check=True, **options)
    (marked,) = server.ask("flow_runs", flow_runs={"id": {"any_": [left["id"]]}})
    assert marked["state_type"] == "CRASHED", said(tmp_path)
    with project.database.read() as connection:
        assert list(violations(connection)) == []
    project.database.close()


def walked(project: Project) -> bool:
    """Whether everybody has come to the end of the journey."""
    with project.database.read() as connection:
        return not scalar(connection, "SELECT count(*) FROM enrollment WHERE status <> 'completed'")


def test_the_shift_goes_on_when_the_server_dies_and_dead_engines_are_marked(server: Server, tmp_path: Path) -> None:
    url = server.settings.prefect_api_url
    with pretend_engine(tmp_path, url, "--seconds", "60") as process:
        (left,) = wait_for(lambda: server.runs(tmp_path, "RUNNING"))
        process.kill()
    with pretend_engine(tmp_path, url, "--seconds", "60") as process:
        (crashed,) = wait_for(lambda: server.runs(tmp_path, "CRASHED"))
        assert crashed["id"] == left["id"]
        wait_for(lambda: server.runs(tmp_path, "RUNNING"))
        before = len(said(tmp_path))
        server.kill()
        wait_for(lambda: said(tmp_path)[before:].count("tick") > 50)
        # A shift that waited for the server would stand still as long as a request to it may take.
        assert longest_pause(said(tmp_path)[before:]) < PATIENCE
        stop(process)


@pytest.mark.parametrize("hangs", [False, True], ids=["absent", "hanging"])
def test_shifts_run_bare_when_the_server_never_was_there(tmp_path: Path, hangs: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if hangs:
            listener.listen()  # takes connections and never answers
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        with pretend_engine(tmp_path, url, "--seconds", "0.5") as process:
            wait_for(lambda: said(tmp_path).count("ended") >= 6, 20)
            stop(process)
    text = said(tmp_path)
    assert text.count("Prefect is silent") == 1
    assert longest_pause(text) < PATIENCE
    assert text.splitlines()[-1] == "no prefect"
