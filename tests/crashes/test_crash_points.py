"""Real processes are killed at named places: nobody is lost, nobody is told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crashes.plant import plant
from tests.crashes.stories import Story

pytestmark = pytest.mark.slow

#: One of each kind, with real processes and sockets; tests/protocol goes through all places, each time.
ENGINE = ("after-claim-commit:5", "inbox-mid-batch:100")


@pytest.mark.parametrize("place", ENGINE)
def test_a_killed_engine_goes_on(tmp_path: Path, place: str) -> None:
    with plant(tmp_path / "home") as here:
        story = Story(here)
        here.start("engine", crash=place)
        story.begin()
        here.killed()
        in_flight = here.in_flight()
        assert here.integrity() == "ok"
        here.start("engine")
        story.finish()
        story.check(in_flight)


def test_a_killed_api_gets_its_webhooks_again(tmp_path: Path) -> None:
    with plant(tmp_path / "home") as here:
        story = Story(here)
        here.start("engine")
        story.begin()
        here.kill("api")
        here.start("api", crash="webhook-after-commit-before-200:30")
        here.ready()
        here.killed("api")
        assert here.integrity() == "ok"
        here.start("api")
        here.ready()
        story.finish()
        story.check()
