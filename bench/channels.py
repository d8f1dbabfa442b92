"""Fifty thousand messages through each adapter and its strict emulator: were the messengers' rates ever exceeded?

`TROPA_BENCH_MESSAGES` makes it shorter. Time is virtual: a day of sending is played as fast as the machine can.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx

from bench.plant import running
from bench.results import Results

MESSAGES = int(os.environ.get("TROPA_BENCH_MESSAGES", "50000"))
#: Each person gets so many, so that people's own limits are met too.
EACH = 10
#: Messages a second that the vendors document for one account, and an address of a person.
VENDORS = {
    "telegram": (30, "7{:09d}"),
    "whatsapp": (80, "7999{:07d}"),
    "viber": (300, "v{:09d}=="),
    "messenger": (300, "5{:011d}"),
}


def run(results: Results) -> None:
    """Send, then read the emulator's log: messages a second, the busiest second against the limit, refusals."""
    for channel, (limit, pattern) in VENDORS.items():
        with running() as client:
            seconds = sending(client, channel, pattern)
            accepted, refused = counted(client, channel)
        if sum(accepted.values()) < MESSAGES:
            raise SystemExit(f"{channel}: only {sum(accepted.values())} of {MESSAGES} messages went out")
        name = f"{channel}: {MESSAGES:,} messages, {EACH} to a person"
        results.add(name, MESSAGES / seconds, "messages/s")
        results.add(f"{name}: the busiest second, of the limit", 100 * max(accepted.values()) / limit, "%", "< 101")
        results.add(f"{name}: refused for speed", refused, "messages", "< 1")


def sending(client: httpx.Client, channel: str, pattern: str) -> float:
    """Everybody writes first, so that windows are open; then a journey says ten things: seconds of the sending."""
    people = [pattern.format(number) for number in range(MESSAGES // EACH)]
    for start in range(0, len(people), 1_000):
        part = people[start : start + 1_000]
        contacts = [{"external_id": one, "addresses": [{"channel": channel, "address": one}]} for one in part]
        client.put("/v1/contacts", json={"contacts": contacts}).raise_for_status()
    for one in people:
        client.post(f"/sandbox/phones/{channel}/{one}/reply", json={"text": "hello"}).raise_for_status()
    journey = client.post("/v1/journeys", json=document()).raise_for_status().json()["id"]
    client.post(f"/v1/journeys/{journey}/publish").raise_for_status()
    client.post("/sandbox/clock/advance", json={"by": "PT1S"}).raise_for_status()
    began = time.perf_counter()
    for start in range(0, len(people), 5_000):
        body = {"contacts": people[start : start + 5_000]}
        client.post(f"/v1/journeys/{journey}/enrollments", json=body).raise_for_status()
    client.post("/sandbox/clock/advance", json={"by": "PT6H"}).raise_for_status()
    return time.perf_counter() - began


def document() -> dict[str, Any]:
    """A journey of ten messages in a row."""
    steps: list[dict[str, Any]] = [
        {"id": f"say{number}", "kind": "send", "settings": {"text": f"Number {number}", "category": "service"}}
        for number in range(EACH)
    ]
    steps.append({"id": "bye", "kind": "exit", "settings": {}})
    edges = [
        {"source": f"say{n}", "target": f"say{n + 1}" if n < EACH - 1 else "bye", "key": "sent"} for n in range(EACH)
    ]
    return {"graph": {"name": "Ten messages", "entry": {"api": True}}, "nodes": steps, "edges": edges}


def counted(client: httpx.Client, channel: str) -> tuple[Counter[int], int]:
    """Accepted messages by second of the virtual clock, and how many were refused for speed."""
    accepted: Counter[int] = Counter()
    refused = 0
    for one in log(client):
        if one["channel"] != channel or not one.get("text", "").startswith("Number"):
            continue
        if one["accepted"]:
            accepted[int(datetime.fromisoformat(one["at"]).timestamp())] += 1
        else:
            refused += 1
    return accepted, refused


def log(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """The emulator's log, page by page."""
    after: Any = None
    while True:
        params = {"limit": 1000} | ({"after": after} if after is not None else {})
        page = client.get("/sandbox/log", params=params).raise_for_status().json()
        yield from page["items"]
        after = page.get("next")
        if after is None:
            return
