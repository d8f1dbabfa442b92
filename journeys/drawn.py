"""A document as far as it can be read: what advice on it looks at, and the ways through it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from journeys.check import graph_of, is_shaped, read_nodes, read_settings
from journeys.graph import Settings, find_start
from nodes.base import Node

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The steps whose settings are valid, and the exits that lead somewhere."""

    nodes: Mapping[str, Node]
    settings: Settings
    start: str
    #: The ways out of each step that lead on: (exit, next step).
    onward: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


def drawn(document: Any) -> Drawn | None:
    """The document as it can be read, or None when it has no shape, no settings or no beginning."""
    if not is_shaped(document):
        return None
    nodes, _ = read_nodes(document["nodes"])
    settings = read_settings(document.get("graph") or {}, [])
    start = find_start(graph_of(document), settings.start) if settings is not None else None
    if settings is None or start is None or start not in nodes:
        return None
    onward: dict[str, list[tuple[str, str]]] = {}
    for edge in document["edges"]:
        source, way, target = edge["source"], edge["key"], edge["target"]
        if source in nodes and target in nodes and way in nodes[source].exits():
            onward.setdefault(source, []).append((way, target))
    return Drawn(nodes, settings, start, {name: tuple(ways) for name, ways in onward.items()})


def ways_without(here: Drawn, stops: Callable[[str, str], bool]) -> dict[str, str | None]:
    """The steps that are reached from the start by exits which do not stop (step, exit), each with the step before it
    on its shortest way (`way_to`)."""
    found: dict[str, str | None] = {here.start: None}
    queue = deque([here.start])
    while queue:
        name = queue.popleft()
        for way, target in here.onward.get(name, ()):
            if target not in found and not stops(name, way):
                found[target] = name
                queue.append(target)
    return found


def way_to(found: Mapping[str, str | None], name: str) -> Way:
    """The way to a step that `ways_without` has reached."""
    steps: list[str] = []
    before: str | None = name
    while before is not None:
        steps.append(before)
        before = found[before]
    return tuple(reversed(steps))
