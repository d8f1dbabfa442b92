"""How fast a reply is answered by the journey's next message: idle, and beside a crowd whose timers are due."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
from sqlalchemy import Connection

from bench.delivery import TOKEN, accepted, pretend_world
from bench.line import Line
from bench.places import Places, places
from bench.results import Results
from channels.base import Account
from engine.webhooks import take_in
from store.sql import rows, scalar
from store.sql import run as put

SECRET = "bench-secret"
PEOPLE = 60
TALK: dict[str, Any] = {
    "graph": {"name": "Talk", "entry": {"api": True}},
    "nodes": [
        {"id": "ask", "kind": "send", "settings": {"channel": "telegram", "category": "service", "text": "Yes or no?"}},
        {
            "id": "answer",
            "kind": "reply",
            "settings": {"branches": [{"exit": "yes", "keywords": ["yes"]}], "patience": "P1D"},
        },
        {"id": "thanks", "kind": "send", "settings": {"channel": "telegram", "category": "service", "text": "Thanks"}},
        {"id": "bye", "kind": "exit", "settings": {}},
    ],
    "edges": [
        {"source": "ask", "target": "answer", "key": "sent"},
        {"source": "answer", "target": "thanks", "key": "yes"},
        {"source": "answer", "target": "bye", "key": "something_else"},
        {"source": "answer", "target": "bye", "key": "no_answer"},
        {"source": "thanks", "target": "bye", "key": "sent"},
    ],
}
UPDATES = count(1)


def run_on(room: Places, crowd: int) -> list[float]:
    """Milliseconds from the webhook's receipt to the messenger's answer to the next message, committed; sorted."""
    with room.fresh() as (url, home), pretend_world(home) as world:
        account = Account(
            channel="telegram",
            name="default",
            base_url=world,
            secrets={"token": TOKEN, "secret_token": SECRET},
            settings={"username": "bench", "per_second": "1000000"},
        )
        line = Line(url, home, running=True, account=account, document=TALK)
        try:
            line.fill(crowd + PEOPLE)
            with line.engines(1):
                line.enroll(PEOPLE)
                accepted(line, PEOPLE)
                line.project.database.transact(lambda each: _crowd(each, line, crowd))
                for person in range(PEOPLE):
                    _reply(line, 700_000 + person)
                    time.sleep(0.05)
                accepted(line, 2 * PEOPLE)
            with line.project.database.read() as connection:
                found = rows(
                    connection,
                    "SELECT d.accepted_at - r.received_at AS took FROM delivery d JOIN reply r"
                    " ON r.enrollment_id = d.enrollment_id WHERE d.node = 'thanks'",
                )
        finally:
            line.close()
    return sorted(row.took / 1_000 for row in found)


def run(results: Results) -> None:
    """The 95th percentile, idle and with a crowd."""
    crowd = 100_000 if results.full else 20_000
    for kind in results.kinds:
        with places(kind) as room:
            for many, goal in ((0, "< 50"), (crowd, "< 1000")):
                took = run_on(room, many)
                beside = f"beside {many:,} due trips" if many else "idle"
                name = f"{kind}, {beside}: reply to next message, 95th percentile of {len(took)}"
                results.add(name, took[int(len(took) * 0.95)], "ms", goal)


def _reply(line: Line, address: int) -> None:
    number, person = next(UPDATES), {"id": address, "first_name": "Anna", "is_bot": False}
    message = {
        "message_id": number, "date": int(time.time()), "chat": {"id": address, "type": "private"}, "from": person,
        "text": "yes",
    }  # fmt: skip
    raw = orjson.dumps({"update_id": number, "message": message})
    taken = take_in(line.project, "telegram", "default", {"x-telegram-bot-api-secret-token": SECRET}, raw)
    if taken.status != 200:
        raise RuntimeError(f"the webhook was answered {taken.status}")


def _crowd(connection: Connection, line: Line, many: int) -> None:
    """Trips of others whose patience has just run out, on the same journey."""
    now = line.project.now_micros(connection)
    version = scalar(connection, "SELECT max(id) FROM journey_version")
    put(
        connection,
        "INSERT INTO enrollment (journey_id, version_id, contact_id, slot, status, reason, node, seq, arrived_at,"
        " entered_at, due_at, waiting_for, stateful, converted) SELECT :journey, :version, id, 'crowd', 'waiting', '',"
        " 'answer', 1, :long_ago, :long_ago, :now, 'reply', :no, :no FROM contact ORDER BY id DESC LIMIT :many",
        journey=line.journey.id,
        version=version,
        long_ago=now - timedelta(days=2) // timedelta(microseconds=1),
        now=now,
        many=many,
        no=False,
    )
