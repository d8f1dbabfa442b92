"""A channel that needs no network: its messages are accepted in the move's own transaction, except marketing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.outlet import plug_in

ROOT = Path(__file__).parent.parent.parent
#: A channel of a third party is found when the process starts, so the story has one of its own.
STORY = """
import json, sys
from pathlib import Path
from bench.line import DOCUMENT, Line
from engine.advance import advance_due
from store.sql import rows, run

url, home, category, state = sys.argv[1:]
DOCUMENT["nodes"][1]["settings"]["category"] = category
line = Line(url, Path(home))
line.fill(3)
database = line.project.database
database.transact(lambda each: run(each, "UPDATE address SET state = :state WHERE address = '700000'", state=state))
line.enroll(3)
batches = 0
while database.transact(lambda each: advance_due(line.project, each)):
    batches += 1
with database.read() as connection:
    trips = rows(connection, "SELECT node, status, waiting_for FROM enrollment ORDER BY id")
    sent = rows(connection, "SELECT state, address, content, accepted_at FROM delivery ORDER BY id")
    counts = rows(connection, "SELECT what, sum(amount) AS n FROM node_count_delta WHERE what LIKE 'delivery:%'"
                              " GROUP BY what ORDER BY what")
print(json.dumps({
    "batches": batches,
    "trips": [list(row) for row in trips],
    "sent": [[row.state, row.address, row.accepted_at is not None] for row in sent],
    "texts": ["Anna, welcome" in str(row.content) for row in sent],
    "counts": {row.what: int(row.n) for row in counts},
}))
line.close()
"""


def told(url: str, home: Path, category: str = "service", state: str = "ok") -> dict[str, Any]:
    plug_in(home / "plugins")
    path = os.pathsep.join((str(ROOT), str(home / "plugins")))
    command = [sys.executable, "-c", STORY, url, str(home), category, state]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_trip_walks_on_in_the_same_transaction(database_url: str, tmp_path: Path) -> None:
    done = told(database_url, tmp_path)
    assert done["batches"] == 1
    assert done["trips"] == [["hour", "waiting", "time"]] * 3
    assert done["sent"] == [["accepted", str(700_000 + number), True] for number in range(3)]
    assert done["texts"] == [True] * 3
    assert done["counts"] == {"delivery:accepted": 3}


@pytest.mark.parametrize(
    ("category", "state", "left"),
    [("marketing", "ok", [0, 1, 2]), ("service", "blocked", [0])],
)
def test_what_is_not_plain_is_left_to_the_claim(tmp_path: Path, category: str, state: str, left: list[int]) -> None:
    done = told(f"sqlite:///{tmp_path}/tropa.db", tmp_path, category, state)
    waiting = [number for number, trip in enumerate(done["trips"]) if trip == ["hello", "waiting", "answer"]]
    planned = sorted(number for number, sent in enumerate(done["sent"]) if sent == ["planned", "", False])
    assert waiting == left
    assert len(planned) == len(left)
