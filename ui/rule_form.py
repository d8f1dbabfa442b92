"""Rules taken apart for a form and put together again, as short as they can be written; pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ui.rule_clauses import BY_KIND

Json = dict[str, Any]
#: How conditions are joined: which word, and whether all of it is turned round.
JOINTS = {"all": ("all", False), "any": ("any", False), "not any": ("any", True), "not all": ("all", True)}
_numbers = itertools.count(1)


def _key() -> str:
    return f"part{next(_numbers)}"


@dataclass(slots=True)
class Line:
    """One condition: its kind (`other` for what the form has no widgets for), what it asks, whether it is turned."""

    rule: Json
    negated: bool = False
    #: Of an event: the group over its properties.
    where: Group | None = None
    key: str = field(default_factory=_key)

    @property
    def kind(self) -> str:
        return next((name for name in BY_KIND if name in self.rule), "other")


@dataclass(slots=True)
class Group:
    """Conditions and groups that are joined by one of `JOINTS`."""

    joint: str = "all"
    parts: list[Line | Group] = field(default_factory=list)
    key: str = field(default_factory=_key)


def opened(rule: Mapping[str, Any]) -> Group:
    """A rule as a group; a condition alone is a group of one."""
    negated, inner = _turned(rule)
    joint = next((name for name in ("all", "any") if set(inner) == {name}), None)
    if joint is None:
        return Group(parts=[_line(rule)] if rule else [])
    return Group(f"not {joint}" if negated else joint, [_part(each) for each in inner[joint]])


def rule_of(group: Group) -> Json:
    """The rule that a form says; empty when it says nothing."""
    return _joined(group, bare=True)


def begun(kind: str) -> Line:
    """A new condition of a kind."""
    return Line(dict(BY_KIND[kind].begins) if kind in BY_KIND else {})


def unfinished(group: Group) -> bool:
    """Whether something is still to be filled in."""
    return any(unfinished(each) if isinstance(each, Group) else _gap(each) for each in group.parts)


def _gap(line: Line) -> bool:
    rule = line.rule
    blank = any(rule.get(name) in ("", None, []) for name in (*BY_KIND, "value") if name in rule)
    nameless = isinstance(rule.get("delivery"), Mapping) and "" in rule["delivery"].values()
    return blank or nameless or not rule or (line.where is not None and unfinished(line.where))


def _joined(group: Group, *, bare: bool) -> Json:
    word, negated = JOINTS[group.joint]
    parts = [_joined(each, bare=False) if isinstance(each, Group) else _said(each) for each in group.parts]
    if not parts:
        return {}
    whole = parts[0] if bare and len(parts) == 1 and not negated else {word: parts}
    return {"not": whole} if negated else whole


def _said(line: Line) -> Json:
    rule = dict(line.rule)
    if "event" in rule:
        rule.pop("where", None)
        where = rule_of(line.where) if line.where is not None else {}
        rule |= {"where": where} if where else {}
    return {"not": rule} if line.negated else rule


def _part(rule: Mapping[str, Any]) -> Line | Group:
    inner = _turned(rule)[1]
    return opened(rule) if set(inner) in ({"all"}, {"any"}) else _line(rule)


def _line(rule: Mapping[str, Any]) -> Line:
    negated, inner = _turned(rule)
    where = inner.get("where") if isinstance(inner, Mapping) else None
    return Line(dict(inner), negated, opened(where) if isinstance(where, Mapping) and where else None)


def _turned(rule: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any]]:
    inner = rule.get("not")
    return (True, inner) if set(rule) == {"not"} and isinstance(inner, Mapping) else (False, rule)


def typed(text: Any, kind: str) -> Any:
    """What was written, as values of a type are compared: numbers as numbers where they are some."""
    if kind != "number" or isinstance(text, bool):
        return text
    try:
        number = float(str(text).replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def kind_of(name: str, known: Iterable[Mapping[str, Any]]) -> str:
    """The type of a known attribute; `text` for one that nobody has."""
    return next((str(each["type"]) for each in known if each["name"] == name), "text")
