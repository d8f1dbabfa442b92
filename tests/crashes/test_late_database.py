"""A database that comes later than the processes, as after a power cut: they wait, say so, and go on by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crashes.plant import Plant
from tests.crashes.test_graceful_stop import MANY, crowd, states
from tests.postgres import new_database, own_server

AWAY = "the database is not there (connection"


def says(here: Plant, part: str) -> str:
    path = here.home / "logs" / f"{part}.log"
    return path.read_text() if path.exists() else ""


def test_engine_and_api_wait_for_a_database_that_comes_later(tmp_path: Path) -> None:
    with own_server() as server:
        if server is None:
            pytest.skip("no PostgreSQL here: make setup installs one")
        url = new_database(server.url, "late")
        server.stop()
        here = Plant(tmp_path / "home", url)
        try:
            for part in ("world", "api", "engine"):
                here.start(part)
            here.start("engine", name="stopped")
            for part in ("api", "engine", "stopped"):
                here.wait(lambda part=part: AWAY in says(here, part), f"{part} does not say what it waits for")
            here.stop("stopped")  # who waits ends at once when asked, and well
            server.start()
            here.ready()
            crowd(here)
            here.advance("PT1M")
            assert states(here) == {"accepted": MANY}
            assert "Traceback" not in here.logs()
            assert all(here.running[part].is_alive() for part in ("api", "engine"))
        finally:
            here.close()
