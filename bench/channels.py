"""Fifty thousand messages through each adapter and its strict emulator: were the messengers' rates ever exceeded?

`TROPA_BENCH_MESSAGES` makes it shorter. Time is virtual: hours of sending are played as fast as the machine can, for
all four messengers in one installation.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import httpx

from bench.plant import running
from bench.results import Results

MESSAGES = int(os.environ.get("TROPA_BENCH_MESSAGES", "50000"))
#: Each person gets so many, so that people's own limits are met too.
EACH = 10
#: Messages a second that the vendors document for one account, and an address of a person. Viber's is that of
#: requests to many people, 500 in ten seconds: of single messages it tells nothing.
VENDORS = {
    "telegram": (30, "7{:09d}"),
    "whatsapp": (80, "7999{:07d}"),
    "viber": (50, "v{:09d}=="),
    "messenger": (300, "5{:011d}"),
}
#: Where people write first, so that the window of 24 hours is open.
WINDOWED = ("whatsapp", "messenger")
#: People who write at the same time.
HANDS = 24
#: Steps in which time is played, and the most of them: ten times what the slowest messenger needs.
STEP, STEPS = "PT10S", 360 + MESSAGES // 20


def run(results: Results) -> None:
    """Send, then read the emulators' log: messages a second, the busiest second against the limit, refusals."""
    with running() as client:
        seconds = sending(client)
        accepted, refused = counted(client)
    results.add(f"four messengers, {MESSAGES:,} messages each, {EACH} to a person",
                MESSAGES * len(VENDORS) / seconds, "messages/s")  # fmt: skip
    for channel, (limit, _) in VENDORS.items():
        seen = accepted[channel]
        if sum(seen.values()) != MESSAGES:
            raise SystemExit(f"{channel}: {sum(seen.values())} messages went out and not {MESSAGES}")
        name = f"{channel}, {MESSAGES:,} messages"
        results.add(f"{name}: virtual time", (max(seen) - min(seen)) / 60, "minutes")
        results.add(f"{name}: the busiest second, of the limit", 100 * max(seen.values()) / limit, "%", "< 101")
        results.add(f"{name}: refused for speed", refused[channel], "messages", "< 1")


def sending(client: httpx.Client) -> float:
    """Everybody writes first where that opens a window; then a journey says ten things: seconds of the sending."""
    joined = {"kind": "batched", "delay": 0, "most": 100}  # as Meta does under load
    client.put("/sandbox/faults", json={"faults": [joined]}).raise_for_status()
    people = {name: [pattern.format(one) for one in range(MESSAGES // EACH)] for name, (_, pattern) in VENDORS.items()}
    everybody = [(channel, one) for channel, ones in people.items() for one in ones]
    for part in parts(everybody, 1_000):
        contacts = [{"external_id": one, "addresses": [{"channel": channel, "address": one}]} for channel, one in part]
        client.put("/v1/contacts", json={"contacts": contacts}).raise_for_status()
    asyncio.run(writing(client, [f"{channel}/{one}" for channel in WINDOWED for one in people[channel]]))
    journey = client.post("/v1/journeys", json=document()).raise_for_status().json()["id"]
    client.post(f"/v1/journeys/{journey}/publish").raise_for_status()
    client.post("/sandbox/clock/advance", json={"by": "PT1S"}).raise_for_status()
    began, sent = time.perf_counter(), 0
    for part in parts(everybody, 5_000):
        body = {"contacts": [one for _, one in part]}
        client.post(f"/v1/journeys/{journey}/enrollments", json=body).raise_for_status()
    for _ in range(STEPS):
        sent += client.post("/sandbox/clock/advance", json={"by": STEP}).raise_for_status().json()["sends"]
        if sent >= MESSAGES * len(VENDORS):
            break
    return time.perf_counter() - began


async def writing(client: httpx.Client, phones: Sequence[str]) -> None:
    """Everybody says hello, several at a time."""
    waiting = iter(phones)

    async def hand(out: httpx.AsyncClient) -> None:
        for phone in waiting:
            answer = await out.post(f"/sandbox/phones/{phone}/reply", json={"text": "hello"})
            answer.raise_for_status()

    async with httpx.AsyncClient(
        base_url=client.base_url, headers=client.headers, timeout=client.timeout, trust_env=False
    ) as out:
        await asyncio.gather(*(hand(out) for _ in range(HANDS)))


def parts(everybody: Sequence[tuple[str, str]], many: int) -> Iterator[Sequence[tuple[str, str]]]:
    """So many at a time."""
    return (everybody[start : start + many] for start in range(0, len(everybody), many))


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


def counted(client: httpx.Client) -> tuple[dict[str, Counter[int]], Counter[str]]:
    """Accepted messages by messenger and second of the virtual clock, and how many each refused for speed."""
    accepted, refused = {name: Counter[int]() for name in VENDORS}, Counter[str]()
    for one in log(client):
        if not one.get("text", "").startswith("Number"):
            continue
        if one["accepted"]:
            accepted[one["channel"]][int(datetime.fromisoformat(one["at"]).timestamp())] += 1
        else:
            refused[one["channel"]] += 1
    return accepted, refused


def log(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """The emulators' log, page by page."""
    after: Any = None
    while True:
        params = {"limit": 5_000} | ({"after": after} if after is not None else {})
        page = client.get("/sandbox/log", params=params).raise_for_status().json()
        yield from page["items"]
        after = page.get("next")
        if after is None:
            return
