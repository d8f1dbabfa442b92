"""Ten thousand contacts through a five-step journey on SQLite, through the product's doors, beside baselines."""

from __future__ import annotations

import sys
import time

import httpx

from bench.baselines import row_by_row
from bench.plant import running
from bench.results import Results

CONTACTS = 10_000
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


def run(results: Results) -> None:
    """Contacts a second through the product's doors, and how many times as many as row by row."""
    with running() as client:
        enter, move = through(client)
    few = 500
    slow = few / row_by_row.run(few)
    rate = results.add(
        "through the doors, SQLite, 10,000 contacts, five steps", CONTACTS / (enter + move), "contacts/s"
    )
    results.add("an object per trip and a commit per step (SQLModel)", slow, "contacts/s")
    results.add("Tropa against row by row", rate / slow, "times")


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
