"""Ten thousand contacts through a five-step journey on SQLite, through the product's doors, beside baselines."""

from __future__ import annotations

import sys
import time

import httpx

from bench.baselines import bare_sql, row_by_row
from bench.plant import running

CONTACTS = 10_000
#: What each contact passes: condition, update (every tenth), wait, condition, exit.
STEPS = 4.1
JOURNEY = {
    "graph": {"name": "Five steps", "entry": {"api": True}},
    "nodes": [
        {
            "id": "from_kazan",
            "kind": "condition",
            "settings": {"branches": [{"exit": "yes", "rule": {"attribute": "city", "is": "equal", "value": "Kazan"}}]},
        },
        {"id": "note", "kind": "update", "settings": {"set": {"seen_in": "{{ contact.city }}"}}},
        {"id": "hour", "kind": "wait", "settings": {"for": "PT1H"}},
        {
            "id": "many",
            "kind": "condition",
            "settings": {"branches": [{"exit": "yes", "rule": {"attribute": "n", "is": "at_least", "value": 5}}]},
        },
        {"id": "bye", "kind": "exit", "settings": {}},
    ],
    "edges": [
        {"source": "from_kazan", "target": "note", "key": "yes"},
        {"source": "from_kazan", "target": "hour", "key": "otherwise"},
        {"source": "note", "target": "hour", "key": "done"},
        {"source": "hour", "target": "many", "key": "done"},
        {"source": "many", "target": "bye", "key": "yes"},
        {"source": "many", "target": "bye", "key": "otherwise"},
    ],
}


def run() -> None:
    """Measure and print: seconds, contacts a second, microseconds per contact-step, ratios to the baselines."""
    print(f"{CONTACTS:,} contacts through {len(JOURNEY['nodes'])} steps, SQLite, one machine\n")
    with running() as client:
        enter, move = through(client)
    ceiling = bare_sql.run(CONTACTS)
    slow = row_by_row.run(min(CONTACTS, 500))
    print(f"{'':44}{'s':>8}{'contacts/s':>12}{'µs/contact-step':>17}")
    line("tropa: enrolled and moved to the wait, over HTTP", enter, CONTACTS, 2.1)
    line("tropa: an hour later, to the end", move, CONTACTS, 2.0)
    line("tropa: all of it", enter + move, CONTACTS, STEPS)
    line("ceiling: the same rows, bare bulk SQL", ceiling, CONTACTS, STEPS)
    line("baseline: one row, one commit a step (ORM)", slow, min(CONTACTS, 500), STEPS)
    per = (enter + move) / CONTACTS
    print(f"\nof the ceiling {ceiling / CONTACTS / per:.0%}; against row by row {slow / min(CONTACTS, 500) / per:.0f}×")


def line(what: str, seconds: float, contacts: int, steps: float) -> None:
    """One row of the table."""
    rate, each = contacts / seconds, seconds / contacts / steps * 1e6
    print(f"{what:<44}{seconds:>8.2f}{rate:>12,.0f}{each:>17,.0f}")


def through(client: httpx.Client) -> tuple[float, float]:
    """Send everybody through; seconds to the wait, and from it to the end. SystemExit when the sums do not hold."""
    names = [f"c{number}" for number in range(CONTACTS)]
    people = [
        {"external_id": name, "attributes": {"city": "Omsk" if number % 10 else "Kazan", "n": number % 10}}
        for number, name in enumerate(names)
    ]
    for start in range(0, CONTACTS, 5_000):
        client.put("/v1/contacts", json={"contacts": people[start : start + 5_000]}).raise_for_status()
    journey = client.post("/v1/journeys", json=JOURNEY).raise_for_status().json()["id"]
    client.post(f"/v1/journeys/{journey}/publish").raise_for_status()
    began = time.perf_counter()
    client.post(f"/v1/journeys/{journey}/enrollments", json={"contacts": names}).raise_for_status()
    client.post("/sandbox/clock/advance", json={"by": "PT1M"}).raise_for_status()
    waiting = time.perf_counter()
    client.post("/sandbox/clock/advance", json={"by": "PT2H"}).raise_for_status()
    ended = time.perf_counter()
    funnel = client.get(f"/v1/journeys/{journey}/funnel").json()
    if (funnel["entered"], funnel["completed"], funnel["inside"]) != (CONTACTS, CONTACTS, 0):
        sys.exit(f"the funnel does not add up: {funnel}")
    return waiting - began, ended - waiting
