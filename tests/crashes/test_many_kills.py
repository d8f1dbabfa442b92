"""Kills at any moment, kills while time is played, and several engines over one database."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.crashes.plant import Plant, plant
from tests.crashes.stories import Call, Story
from tests.postgres import new_database, own_server

pytestmark = pytest.mark.slow

KILLS = 8


def test_kills_at_any_moment(tmp_path: Path) -> None:
    with plant(tmp_path / "home") as here:
        story = Story(here)
        here.start("engine")
        story.begin()
        in_flight = killed_often(here, random.Random(1), KILLS)
        story.finish()
        story.check(in_flight)


def killed_often(here: Plant, luck: random.Random, times: int) -> int:
    """Kill the engine or the API again and again: how many messages were on the wire of killed engines."""
    in_flight = 0
    for _ in range(times):
        time.sleep(luck.uniform(0.05, 0.8))
        victim = luck.choice(["engine", "engine", "api"])
        here.kill(victim)
        if victim == "engine":
            in_flight += here.in_flight()
        assert here.integrity() == "ok"
        here.start(victim)
    here.ready()
    return in_flight


def test_time_goes_on_where_a_killed_engine_was(tmp_path: Path) -> None:
    """The call that plays the time is answered by the third engine, and what people do happens at its own time."""
    with plant(tmp_path / "home") as here:
        story = Story(here, many=8)
        here.call("PUT", "/sandbox/clock", json={"running": False})
        here.start("engine", crash="clock-step:1")
        story.begin()
        began = datetime.fromisoformat(here.call("GET", "/sandbox/clock")["now"])
        played = Call(here, "PT7H")
        for crash in ("clock-step:2", ""):
            here.killed()
            here.start("engine", crash=crash)
        reached = datetime.fromisoformat(played.wait()["now"])
        assert timedelta(hours=7) <= reached - began < timedelta(hours=7, minutes=1)
        pressed = [
            each for each in here.all_of("/v1/replies") if each["rule"] == "button" and each["channel"] == "whatsapp"
        ]
        late = [datetime.fromisoformat(each["received_at"]) - datetime.fromisoformat(each["at"]) for each in pressed]
        assert len(late) > 4
        assert max(late) < timedelta(seconds=3)
        story.finish()
        story.check()


def test_of_two_engines_one_is_enough(tmp_path: Path) -> None:
    with plant(tmp_path / "home") as here:
        story = Story(here)
        here.start("engine", name="first", crash="after-claim-commit:2")
        here.start("engine", name="second")
        story.begin()
        here.running["first"].join(10)
        in_flight = len(story.people)
        story.finish()
        story.check(in_flight)


def test_three_engines_on_postgresql_with_kills_and_a_database_that_crashes(tmp_path: Path) -> None:
    """Any engine may be killed and the server may fall at any moment: the others, and the next one, go on."""
    with own_server() as server:
        if server is None:
            pytest.skip("no PostgreSQL here: make setup installs one")
        with plant(tmp_path / "home", new_database(server.url, "crashes")) as here:
            story = Story(here)
            names = ["first", "second", "third"]
            for name in names:
                here.start("engine", name=name)
            story.begin()
            in_flight, luck = 0, random.Random(4)
            for moment in range(6):
                time.sleep(luck.uniform(0.1, 0.6))
                if moment % 3 == 2:
                    server.stop()
                    time.sleep(luck.uniform(0.2, 1.5))
                    server.start()
                else:
                    victim = luck.choice(names)
                    here.kill(victim)
                    in_flight += here.in_flight()
                    here.start("engine", name=victim)
                here.revive()
            story.finish()
            story.check(in_flight)
