"""What differs between two documents of a journey, step by step; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what happened to which step, and which settings it touched."""

    what: Literal["added", "removed", "changed", "rerouted", "journey"]
    node: str = ""
    title: str = ""
    kind: str = ""
    fields: tuple[str, ...] = ()


def changes(old: Json, new: Json) -> list[Change]:
    """From the old document to the new; positions on the canvas do not count."""
    return [*_journey(old, new), *_steps(old, new)]


def _journey(old: Json, new: Json) -> Iterator[Change]:
    before, after = old.get("graph") or {}, new.get("graph") or {}
    touched = tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))
    if touched:
        yield Change("journey", fields=touched)


def _steps(old: Json, new: Json) -> Iterator[Change]:
    before = {node["id"]: node for node in old.get("nodes", ())}
    after = {node["id"]: node for node in new.get("nodes", ())}
    ways_before, ways_after = _ways(old), _ways(new)
    for name, node in after.items():
        if name not in before:
            yield Change("added", name, node.get("title") or "", node["kind"])
            continue
        fields = _touched(before[name], node)
        if fields:
            yield Change("changed", name, node.get("title") or "", node["kind"], fields)
        moved = {
            way for way in {*ways_before, *ways_after} if way[0] == name and ways_before.get(way) != ways_after.get(way)
        }
        if moved:
            yield Change(
                "rerouted", name, node.get("title") or "", node["kind"], tuple(sorted(way[1] for way in moved))
            )
    for name, node in before.items():
        if name not in after:
            yield Change("removed", name, node.get("title") or "", node["kind"])


def _touched(before: Json, after: Json) -> tuple[str, ...]:
    old, new = before.get("settings") or {}, after.get("settings") or {}
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    outside = [name for name in ("kind", "title") if (before.get(name) or "") != (after.get(name) or "")]
    return (*outside, *names)


def _ways(document: Json) -> dict[tuple[str, str], str]:
    return {(edge["source"], edge["key"]): edge["target"] for edge in document.get("edges", ())}
