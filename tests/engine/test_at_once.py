"""A channel that needs no network: its messages are accepted in the move itself, by the rules of the claim."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.outlet import plug_in
from channels import registry
from tests.forks import FORKS

pytestmark = pytest.mark.slow

#: A channel of a third party is found when the process starts, so the story has one of its own.
STORY = """
import json, sys
from pathlib import Path
from bench.line import DOCUMENT, Line
from engine.advance import advance_due
from store.sql import rows, run

url, home, settings, state = sys.argv[1:]
DOCUMENT["nodes"][1]["settings"] |= json.loads(settings)
line = Line(url, Path(home))
line.fill(9)
database = line.project.database
database.transact(lambda each: run(each, "UPDATE address SET state = :state WHERE address = '700000'", state=state))
line.enroll(9)
batches = 0
while database.transact(lambda each: advance_due(line.project, each)):
    batches += 1
with database.read() as connection:
    trips = rows(connection, "SELECT node, status, waiting_for FROM enrollment ORDER BY id")
    sent = rows(connection, "SELECT state, address, content, accepted_at FROM delivery ORDER BY id")
    counts = rows(connection, "SELECT what, sum(amount) AS n FROM node_count_delta WHERE what LIKE 'delivery:%'"
                              " OR what = 'sent' GROUP BY what ORDER BY what")
print(json.dumps({
    "batches": batches,
    "trips": [list(row) for row in trips],
    "sent": [[row.state, row.address, row.accepted_at is not None] for row in sent],
    "texts": [f"Anna {number}, welcome" in str(row.content) for number, row in enumerate(sent)],
    "counts": {row.what: int(row.n) for row in counts},
}))
line.close()
"""


#: One contact each: what stands in the way, and what takes it away.
OBSTACLES = {
    "nothing": ("", ""),
    "rule 18, 28: the account is paused": (
        "UPDATE channel_account SET status = 'paused'", "UPDATE channel_account SET status = 'ok'"
    ),
    "rule 28: the account rests": (
        "UPDATE channel_account SET paused_until = 9000000000000000", "UPDATE channel_account SET paused_until = NULL"
    ),
    "rule 28: the account has a rate": (
        """UPDATE channel_account SET settings = '{"per_second": 5}'""", "UPDATE channel_account SET settings = '{}'"
    ),
    "rule 30: a law of the country forbids it": (
        "INSERT INTO policy_rule (name, country, industry, channel, category, law, since, active)"
        " VALUES ('no', '*', '*', 'outlet', 'service', 'law', 0, true)",
        "DELETE FROM policy_rule",
    ),
    "rule 32: an earlier message waits for its claim": (
        "UPDATE delivery SET contact_id = :contact, state = 'planned', ready_at = 1 WHERE id = 1", ""
    ),
    "rule 32: an earlier message waits for its turn": (
        "UPDATE delivery SET contact_id = :contact, state = 'ready', ready_at = 9000000000000000 WHERE id = 1", ""
    ),
    "rule 32: an earlier message is in flight": (
        "UPDATE delivery SET contact_id = :contact, state = 'sending', ready_at = NULL WHERE id = 1", ""
    ),
    "an earlier message is held": (
        "UPDATE delivery SET contact_id = :contact, state = 'held', ready_at = 9000000000000000 WHERE id = 1", ""
    ),
}  # fmt: skip
#: Each obstacle in its turn, and at last one contact on two trips, of which the first says an advertisement.
RULES = """
import json, sys
from copy import deepcopy
from pathlib import Path
from bench.line import DOCUMENT, Line, START
from engine import publish
from engine.advance import advance_due
from store import journeys
from store.sql import rows, run
from store.tables.columns import micros

url, home, told = sys.argv[1:]
obstacles = json.loads(told)
line = Line(url, Path(home))
line.fill(len(obstacles) + 1)
database = line.project.database

def states(contact):
    while database.transact(lambda each: advance_due(line.project, each)):
        pass
    with database.read() as connection:
        found = rows(connection, "SELECT state FROM delivery WHERE enrollment_id IN (SELECT id FROM enrollment"
                                 " WHERE contact_id = :contact) ORDER BY id", contact=contact)
    return [row.state for row in found]

def change(statement, contact):
    if statement:
        values = {"contact": contact} if ":contact" in statement else {}
        database.transact(lambda each: run(each, statement, **values))

seen = {}
for contact, (name, (before, after)) in enumerate(obstacles.items(), 1):
    change(before, contact)
    line.enroll(1, contact - 1)
    seen[name] = states(contact)
    change(after, contact)

plain, advert = line.journey, deepcopy(DOCUMENT)
advert["nodes"][1]["settings"]["category"] = "marketing"

def make(connection):
    draft = journeys.create(connection, advert, "Advert", micros(START))
    publish.publish(line.project, connection, draft, advert)
    return journeys.get(connection, str(draft.public_id))

line.journey = database.transact(make)
last = len(obstacles)
line.enroll(1, last)
line.journey = plain
line.enroll(1, last)
seen["rule 32: an earlier message of the same batch"] = states(last + 1)
line.close()
print(json.dumps(seen))
"""


def run(story: str, home: Path, *words: str) -> dict[str, Any]:
    plug_in(home / "plugins")
    said = home / "said"
    process = FORKS.Process(target=live, args=(story, words, str(home / "plugins"), said))
    process.start()
    process.join(120)
    assert process.exitcode == 0, said.read_text()
    answer: dict[str, Any] = json.loads(said.read_text().splitlines()[-1])
    return answer


def live(story: str, words: Sequence[str], plugins: str, said: Path) -> None:
    """Be a process that finds the channel when it first asks for channels."""
    with said.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.path.append(plugins)
    sys.argv = ["story", *words]
    registry.cache_clear()
    exec(story, {"__name__": "__main__"})


def told(url: str, home: Path, settings: str = "{}", state: str = "ok") -> dict[str, Any]:
    return run(STORY, home, url, str(home), settings, state)


def test_the_trip_walks_on_in_the_same_transaction(database_url: str, tmp_path: Path) -> None:
    done = told(database_url, tmp_path)
    assert done["batches"] == 1
    assert done["trips"] == [["hour", "waiting", "time"]] * 9
    assert done["sent"] == [["accepted", str(700_000 + number), True] for number in range(9)]
    assert done["texts"] == [True] * 9
    assert done["counts"] == {"delivery:accepted": 9, "sent": 9}


@pytest.mark.parametrize(
    ("settings", "state", "left"),
    [
        # 18, 31: consent, caps and quiet hours are asked at the claim.
        ('{"category": "marketing"}', "ok", [*range(9)]),
        # 32: whether it is delivered in time, nobody sees here.
        ('{"cascade": "PT1H"}', "ok", [*range(9)]),
        # 30: the step's policy is applied by the claim.
        ("{}", "blocked", [0]),
    ],
)
def test_what_is_not_plain_is_left_to_the_claim(tmp_path: Path, settings: str, state: str, left: list[int]) -> None:
    done = told(f"sqlite:///{tmp_path}/tropa.db", tmp_path, settings, state)
    waiting = [number for number, trip in enumerate(done["trips"]) if trip == ["hello", "waiting", "answer"]]
    planned = sorted(number for number, sent in enumerate(done["sent"]) if sent == ["planned", "", False])
    assert waiting == left
    assert len(planned) == len(left)


def test_rules_18_to_32_hold_as_at_the_claim(database_url: str, tmp_path: Path) -> None:
    seen = run(RULES, tmp_path, database_url, str(tmp_path), json.dumps(OBSTACLES))
    taken = {name for name, states in seen.items() if states[-1:] == ["accepted"]}
    assert taken == {"nothing", "an earlier message is held"}
    assert seen["rule 32: an earlier message of the same batch"] == ["planned", "planned"]
    assert {tuple(states[-1:]) for name, states in seen.items() if name not in taken} == {("planned",)}
