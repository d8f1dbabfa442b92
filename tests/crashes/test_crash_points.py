"""The engine and the API are killed at every named place once: nobody is lost, nobody is told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crashes.plant import plant
from tests.crashes.stories import Story

ENGINE = (
    "before-claim-commit:2",
    "after-claim-commit:1",
    "after-claim-commit:5",
    "after-bytes-sent:20",
    "after-answer-commit:3",
    "before-move-commit:2",
    "after-move-commit:2",
    "inbox-mid-batch:100",
)


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


@pytest.mark.parametrize("place", ["webhook-before-commit:30", "webhook-after-commit-before-200:30"])
def test_a_killed_api_gets_its_webhooks_again(tmp_path: Path, place: str) -> None:
    with plant(tmp_path / "home") as here:
        story = Story(here)
        here.start("engine")
        story.begin()
        here.kill("api")
        here.start("api", crash=place)
        here.ready()
        here.killed("api")
        assert here.integrity() == "ok"
        here.start("api")
        here.ready()
        story.finish()
        story.check()
