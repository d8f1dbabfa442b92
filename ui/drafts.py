"""Editing a journey document: add, move, connect and remove steps; each returns a new document; pure."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


def blank(name: str) -> Json:
    """A journey with nothing but an end, entered over the API."""
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"name": name, "entry": {"api": True}},
        "nodes": [{"id": "end", "kind": "exit", "title": "", "settings": {"reason": "done"}, "x": 0, "y": 0}],
        "edges": [],
    }


def node_of(document: Mapping[str, Any], name: str | None) -> Json | None:
    """The step of that id."""
    return next((node for node in document["nodes"] if node["id"] == name), None)


def ways(document: Mapping[str, Any], name: str) -> dict[str, str]:
    """Where each exit of a step leads."""
    return {edge["key"]: edge["target"] for edge in document["edges"] if edge["source"] == name}


def first(document: Mapping[str, Any]) -> str | None:
    """The step at which the journey starts: the named one, else the only one with no way in."""
    named = (document.get("graph") or {}).get("start")
    if named:
        return str(named)
    led_to = {edge["target"] for edge in document["edges"]}
    roots = [node["id"] for node in document["nodes"] if node["id"] not in led_to]
    return roots[0] if len(roots) == 1 else None


def add(
    document: Json, kind: str, *, after: str | None = None, exits: Sequence[str] = (), new_exits: Sequence[str] = ()
) -> tuple[Json, str]:
    """A new step of the kind, and its id.

    After a step it takes that step's first open exit, or, when that step has one exit which already leads on, steps in
    between. Before everything (no `after`) its first exit leads to the step that was first.
    """
    made = copy.deepcopy(document)
    name = fresh_id(made, kind)
    node: Json = {"id": name, "kind": kind, "title": "", "settings": {}, "x": 0, "y": 0}
    if after is None:
        start = first(made)
        made["nodes"].insert(0, node)
        if start and new_exits:
            made["edges"].append({"source": name, "target": start, "key": new_exits[0]})
        if (made.get("graph") or {}).get("start"):
            made["graph"]["start"] = name
        return made, name
    made["nodes"].insert(_place(made, after) + 1, node)
    led = ways(made, after)
    free = next((way for way in exits if way not in led), None)
    if free is not None:
        made["edges"].append({"source": after, "target": name, "key": free})
    elif len(exits) == 1:
        following = led[exits[0]]
        made = connect(made, after, exits[0], name)
        if new_exits:
            made["edges"].append({"source": name, "target": following, "key": new_exits[0]})
    return made, name


def connect(document: Json, source: str, way: str, target: str | None) -> Json:
    """Leads the exit to the target, or nowhere."""
    made = copy.deepcopy(document)
    made["edges"] = [edge for edge in made["edges"] if (edge["source"], edge["key"]) != (source, way)]
    if target is not None:
        made["edges"].append({"source": source, "target": target, "key": way})
    return made


def settle(document: Json, name: str, exits: Sequence[str]) -> Json:
    """Drops the ways of exits that the step no longer has."""
    made = copy.deepcopy(document)
    made["edges"] = [edge for edge in made["edges"] if edge["source"] != name or edge["key"] in exits]
    return made


def remove(document: Json, name: str) -> Json:
    """Takes a step out; when it had one way on, those who led to it now lead there."""
    made = copy.deepcopy(document)
    onward = {target for target in ways(made, name).values() if target != name}
    bridge = onward.pop() if len(onward) == 1 else None
    made["nodes"] = [node for node in made["nodes"] if node["id"] != name]
    kept = []
    for edge in made["edges"]:
        if edge["source"] == name:
            continue
        if edge["target"] == name:
            if bridge is None:
                continue
            kept.append({**edge, "target": bridge})
        else:
            kept.append(edge)
    made["edges"] = kept
    if (made.get("graph") or {}).get("start") == name:
        made["graph"].pop("start")
    return made


def duplicate(document: Json, name: str) -> tuple[Json, str]:
    """A copy beside the step, with its settings and without ways, and its id."""
    made = copy.deepcopy(document)
    place = _place(made, name)
    twin = copy.deepcopy(made["nodes"][place])
    twin["id"] = fresh_id(made, twin["kind"])
    made["nodes"].insert(place + 1, twin)
    return made, str(twin["id"])


def move(document: Json, name: str, by: int) -> Json:
    """Moves the step in the list; the ways stay as they are."""
    made = copy.deepcopy(document)
    place = _place(made, name)
    node = made["nodes"].pop(place)
    made["nodes"].insert(max(0, min(len(made["nodes"]), place + by)), node)
    return made


def change(document: Json, name: str, *, settings: Json | None = None, title: str | None = None) -> Json:
    """Other settings or another title for a step."""
    made = copy.deepcopy(document)
    node = made["nodes"][_place(made, name)]
    if settings is not None:
        node["settings"] = settings
    if title is not None:
        node["title"] = title
    return made


def change_journey(document: Json, graph: Json) -> Json:
    """Other settings for the whole journey."""
    return {**copy.deepcopy(document), "graph": graph}


def fresh_id(document: Mapping[str, Any], kind: str) -> str:
    """An id that no step has: `send`, `send_2`..."""
    taken = {node["id"] for node in document["nodes"]}
    base = re.sub(r"[^a-z0-9_]", "_", kind.lower()) or "step"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _place(document: Json, name: str) -> int:
    return next(place for place, node in enumerate(document["nodes"]) if node["id"] == name)
