"""What differs between two documents of a journey, as its author means it: steps, settings, ways, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from journeys.graph import Settings, read_node

Json = Mapping[str, Any]
#: By what the items of a list are told apart: a button that moved up is the same button.
NAMES = ("exit", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. Values are plain JSON; None stands for what is not there."""

    #: `moved`: elsewhere on the canvas; `rewired`: an exit leads elsewhere; `changed`: one setting has another value.
    what: Literal["added", "removed", "changed", "rewired", "moved"]
    #: None: the journey itself.
    node: str | None = None
    kind: str = ""
    title: str = ""
    #: Dotted path of the setting; items of lists by their own names, as `buttons.yes.title`.
    path: str | None = None
    exit: str | None = None
    before: Any = None
    after: Any = None


def diff(before: Json, after: Json) -> list[Change]:
    """From one document to another: the journey's settings, then its steps in the order of the newer document.

    Settings count by what they mean: a default that is written down, or `PT24H` for `P1D`, is no change. Documents of
    any shape are compared; what is no step and no edge is passed over.
    """
    old, new = steps(before), steps(after)
    whole = [
        Change(what="changed", path=path, before=one, after=other)
        for path, one, other in _journey(_mapping(before.get("graph")), _mapping(after.get("graph")))
    ]
    ways_before, ways_after = _ways(before), _ways(after)
    found: list[Change] = []
    for name, node in new.items():
        if name not in old:
            found.append(_of(node, what="added"))
            continue
        found += _step(old[name], node)
        found += _rewired(node, ways_before.get(name, {}), ways_after.get(name, {}))
    gone = [_of(node, what="removed") for name, node in old.items() if name not in new]
    return [*whole, *found, *gone]


def steps(document: Json) -> dict[str, Json]:
    """The steps of a document by id; what has no id is passed over."""
    listed = document.get("nodes")
    named = [node for node in listed if isinstance(node, Mapping)] if isinstance(listed, Sequence) else []
    return {node["id"]: node for node in named if isinstance(node.get("id"), str)}


def _step(before: Json, after: Json) -> Iterator[Change]:
    for name in ("kind", "title"):
        one, other = before.get(name) or None, after.get(name) or None
        if one != other:
            yield _of(after, what="changed", path=name, before=one, after=other)
    for path, one, other in _leaves(*_settings(before, after)):
        yield _of(after, what="changed", path=path, before=one, after=other)
    places = [[node.get("x", 0), node.get("y", 0)] for node in (before, after)]
    if places[0] != places[1]:
        yield _of(after, what="moved", before=places[0], after=places[1])


def _rewired(node: Json, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for way in dict.fromkeys([*before, *after]):
        if before.get(way) != after.get(way):
            yield _of(node, what="rewired", exit=way, before=before.get(way), after=after.get(way))


def _of(node: Json, **more: Any) -> Change:
    return Change(node=node["id"], kind=str(node.get("kind") or ""), title=str(node.get("title") or ""), **more)


def _settings(before: Json, after: Json) -> tuple[Any, Any]:
    """The settings of a step's two states as their type understands them; as they are written when it does not."""
    try:
        return _meant(before), _meant(after)
    except (ValidationError, KeyError, TypeError):
        return before.get("settings") or {}, after.get("settings") or {}


def _meant(node: Json) -> dict[str, Any]:
    return read_node(node).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _journey(before: Json, after: Json) -> Iterator[tuple[str, Any, Any]]:
    try:
        old, new = (_settings_meant(each) for each in (before, after))
    except ValidationError:
        old, new = dict(before), dict(after)
    return _leaves(old, new)


def _settings_meant(raw: Json) -> dict[str, Any]:
    return Settings.model_validate(raw).model_dump(mode="json", exclude_defaults=True)


def _leaves(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from _leaves(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
        return
    names = _named(before, after)
    if names is None:
        yield path, before, after
        return
    old, new = ({item[names]: item for item in items} for items in (before, after))
    yield from _leaves(old, new, path)
    both = [[key for key in items if key in old and key in new] for items in (old, new)]
    if both[0] != both[1]:
        yield path, both[0], both[1]


def _named(before: Any, after: Any) -> str | None:
    """What tells the items of two lists apart, if something does."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return None
    for name in NAMES:
        if all(_tells_apart(items, name) for items in (before, after)):
            return name
    return None


def _tells_apart(items: list[Any], name: str) -> bool:
    values = [item.get(name) if isinstance(item, Mapping) else None for item in items]
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _ways(document: Json) -> dict[str, dict[str, str]]:
    """Where each exit of each step leads."""
    ways: dict[str, dict[str, str]] = {}
    listed = document.get("edges")
    for edge in listed if isinstance(listed, Sequence) else ():
        if isinstance(edge, Mapping) and all(isinstance(edge.get(end), str) for end in ("source", "target", "key")):
            ways.setdefault(edge["source"], {})[edge["key"]] = edge["target"]
    return ways


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}
