"""The process is killed at every named place, again and again: nobody is lost, nobody is told twice."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, count
from pathlib import Path
from shutil import copy

import pytest

from store import crash_points
from tests.protocol.box import Box
from tests.protocol.drills import ANN, BOB, TELEGRAM

pytestmark = pytest.mark.slow

HOURS = 2
#: What the engine and the API of this story pass. A step of the played clock, and a migration, are killed elsewhere.
ELSEWHERE = {"clock-step", "mid-migration"}


@pytest.fixture
def box(database_url: str, tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path, database_url, [ANN, BOB])
    yield made
    made.close()


def dies(box: Box, crash: str = "", kills_at: int = 0) -> bool:
    """Live the story in a process of its own; whether it was killed before the end."""
    box.messenger.journal = box.project.home / "messenger"
    box.messenger.save()
    box.messenger.kills_at = kills_at
    box.project.database.engine.dispose()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.environ[crash_points.VARIABLE] = crash
            importlib.reload(crash_points)  # the place is read when the module is imported
            box.reopen()
            asyncio.run(box.live(HOURS))
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the process ended with {code}"
    box.messenger.load()
    box.messenger.kills_at = 0
    return code != 0


def check(box: Box) -> None:
    """What must be true once the next process has done the rest."""
    in_flight = len(box.all_of("SELECT 1 FROM delivery WHERE state = 'sending'"))
    if box.project.database.sqlite:
        with closing(sqlite3.connect(box.project.database.path)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    box.now = max((each.at for each in box.messenger.taken), default=box.now)
    for name in box.people:
        box.press(name, "yes")
    box.finish(rounds=5)
    assert box.violations() == []
    assert {status for status, _, _ in box.trips().values()} == {"completed"}
    assert [place for place, times in box.accepted().items() if times != 1] == []
    states = [state for _, _, state, _ in box.deliveries()]
    assert states.count("unresolved") <= in_flight
    assert set(states) <= {"accepted", "delivered", "read", "unresolved"}


@pytest.mark.parametrize("place", sorted(crash_points.NAMES - ELSEWHERE))
def test_killed_at_each_passing_of_a_place(box: Box, place: str) -> None:
    # Each of the first passings, of the many that follow every third.
    for time in chain(range(1, 5), count(6, 3)):
        box.empty()
        for name in box.people:
            box.enroll(name)
        if not dies(box, f"{place}:{time}"):
            break
        check(box)
        if not box.project.database.sqlite:
            return  # once is enough to see that the server undoes what a dead client has begun
    assert time > 1, f"nobody comes to {place}"


def test_killed_with_each_message_on_the_wire(box: Box) -> None:
    for time in count(1 if box.project.database.sqlite else 4):
        box.empty()
        for name in box.people:
            box.enroll(name)
        if not dies(box, kills_at=time):
            break
        check(box)
    assert time == 5, "two people are told two things each"


@pytest.mark.parametrize(
    ("crash", "parts"), [("after-answer-commit:1", 2), ("before-claim-commit:2", 2), ("after-claim-commit:2", 1)]
)
def test_killed_between_the_parts_of_a_message(sqlite_template: Path, tmp_path: Path, crash: str, parts: int) -> None:
    """What is out stays out, and the rest follows: unless nobody can say whether it has."""
    url = f"sqlite:///{copy(sqlite_template, tmp_path)}"
    box = Box(tmp_path, url, [ANN], photo="https://example.org/p.png")
    box.enroll(TELEGRAM)
    assert dies(box, crash)
    assert [each.text for each in box.messenger.taken] == ["https://example.org/p.png"]
    check(box)
    said = [each.text for each in box.messenger.taken if not each.text.startswith("Thank")]
    assert [text[:5] for text in said] == ["https", "teleg"][:parts]
    box.close()
