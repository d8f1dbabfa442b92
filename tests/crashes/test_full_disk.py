"""The disk is full: doors answer 503, the engine pauses, and once there is room everything has happened once."""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from engine.deliver import KEEP_ALIVE
from tests.town import Town

HELLO = {"channel": "telegram", "category": "service"}


@contextmanager
def full() -> Iterator[None]:
    """No file of this process may grow past two pages, which every write to the database's log would be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def journey(name: str, *first: dict[str, Any]) -> dict[str, Any]:
    nodes = [*first, {"id": "hello", "kind": "send", "settings": {**HELLO, "text": f"Hello from {name}"}}]
    nodes.append({"id": "end", "kind": "exit", "settings": {}})
    ways = {"wait": "done", "hello": "sent"}
    return {
        "graph": {"name": name, "entry": {"api": True}},
        "nodes": [{**node, "x": 0, "y": 0} for node in nodes],
        "edges": [
            {"source": node["id"], "key": ways[node["id"]], "target": after["id"]}
            for node, after in itertools.pairwise(nodes)
        ],
    }


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_full_disk_stops_everything_and_loses_nothing(place: Town) -> None:
    place.contact("ann", address="501")
    place.contact("bob", address="502")
    now = place.publish(journey("now"))
    later = place.publish(journey("later", {"id": "wait", "kind": "wait", "settings": {"for": "PT1S"}}))
    slow = {"kind": "slow", "channel": "telegram", "address": "501", "delay": 1.0}
    place.call("PUT", "/sandbox/faults", json={"faults": [slow]})

    def states(contact: str) -> list[str]:
        items = place.call("GET", "/v1/deliveries", params={"contact": contact})["items"]
        return [each["state"] for each in items]

    def taken(address: str) -> int:
        items = place.call("GET", "/sandbox/log", params={"limit": 1_000})["items"]
        return sum(each["address"] == address and each["accepted"] for each in items)

    place.enroll(now, "ann")
    until(lambda: states("ann") == ["sending"])
    place.enroll(later, "bob")
    with full():
        refused = place.call("PUT", "/v1/contacts", expect=503, json={"contacts": [{"external_id": "eve"}]})
        assert refused["code"] == "not_ready"
        until(lambda: taken("501") == 1)
        # Bob's second is over, and the answer to ann's message is there: neither can be written down.
        time.sleep(1.5)
        assert states("ann") == ["sending"]
        assert taken("502") == 0
    until(lambda: states("ann") == ["accepted"] and states("bob") == ["accepted"])
    assert (taken("501"), taken("502")) == (1, 1)
    place.call("PUT", "/v1/contacts", json={"contacts": [{"external_id": "eve"}]})


@contextmanager
def no_files_left() -> Iterator[None]:
    """No file, socket or pipe can be opened any more; what is open stays open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    last = max(int(each.name) for each in os.scandir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (last + 1, hard))
    taken: list[int] = []
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_files_to_open_nothing_is_sent_and_nothing_is_lost(place: Town) -> None:
    """No connection to the messenger can be made: safe to try again, and it goes when there is room."""
    for number in range(3):
        place.contact(f"p{number}", address=f"60{number}")
    made = place.publish(journey("now"))
    place.enroll(made, "p0")

    def states(contact: str) -> list[str]:
        items = place.call("GET", "/v1/deliveries", params={"contact": contact})["items"]
        return [each["state"] for each in items]

    until(lambda: states("p0") == ["accepted"])
    time.sleep(KEEP_ALIVE + 0.5)  # The connection to the messenger is closed again.
    with no_files_left():
        # The API's connections are open: it goes on.
        place.enroll(made, "p1", "p2")
        time.sleep(1.0)
    until(lambda: states("p1") == states("p2") == ["accepted"])
    items = place.call("GET", "/sandbox/log", params={"limit": 1_000})["items"]
    assert sorted(each["address"] for each in items if each["accepted"]) == ["600", "601", "602"]
