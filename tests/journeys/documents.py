"""Journey documents in a line or two: steps by name, ways as `hello.sent>answer`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from nodes import registry

#: Settings that are good enough for a step that a test does not look at.
ENOUGH: dict[str, dict[str, Any]] = {
    "send": {"text": "Hello"},
    "wait": {"for": "PT1H"},
    "reply": {"branches": [], "patience": "P1D"},
    "condition": {"branches": [{"exit": "yes", "rule": {"attribute": "ok", "is": "equal", "value": True}}]},
    "split": {"arms": [{"exit": "a"}, {"exit": "b"}]},
    "survey": {"questions": [{"id": "q", "text": "What?"}]},
    "update": {"add_tags": ["seen"]},
    "coupon": {"pool": "spring"},
    "goal": {"name": "reached"},
    "webhook": {"url": "https://crm.example.org/hook"},
    "handoff": {"queue": "sales"},
    "start_journey": {"journey": "other"},
    "exit": {},
}


def step(name: str, kind: str, **settings: Any) -> dict[str, Any]:
    """A node; without settings it gets those that are good enough. `for_` stands for `for`."""
    own = {key.removesuffix("_"): value for key, value in settings.items()}
    return {"id": name, "kind": kind, "settings": own or ENOUGH.get(kind, {})}


def drawn(*steps: dict[str, Any], ways: str = "", **graph: Any) -> dict[str, Any]:
    """A document: `ways` is `hello.sent>answer answer.no_answer>bye`; keywords are the journey's settings."""
    edges = []
    for way in ways.split():
        start, _, target = way.partition(">")
        source, _, key = start.rpartition(".")
        edges.append({"source": source, "target": target, "key": key})
    return {"graph": {"name": "Test", "entry": {"api": True}, **graph}, "nodes": list(steps), "edges": edges}


def line(*steps: dict[str, Any], **graph: Any) -> dict[str, Any]:
    """Steps one after another, every exit of each leading to the next; an exit step is added at the end."""
    whole = [*steps, step("bye", "exit")]
    ways = [
        f"{this['id']}.{way}>{following['id']}"
        for this, following in pairwise(whole)
        for way in registry()[this["kind"]].model_validate(this["settings"]).exits()
    ]
    return drawn(*whole, ways=" ".join(ways), **graph)
