"""The disk is full: doors answer 503, the engine pauses, and once there is room everything has happened once."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
