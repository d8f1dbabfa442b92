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


def ways_without(here: Drawn, stops: Callable[[str, str], bool]) -> dict[str, Way]:
    """The steps that are reached by exits which do not stop (step, exit), each with its shortest way from the start."""
    found: dict[str, Way] = {here.start: (here.start,)}
    queue = deque([here.start])
    while queue:
        name = queue.popleft()
        for way, target in here.onward.get(name, ()):
            if target not in found and not stops(name, way):
                found[target] = (*found[name], target)
                queue.append(target)
    return found
