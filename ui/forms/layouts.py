"""Which settings of a step stand in front, and the ways of a wait of which one is chosen; pure but for the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.forms.shapes import Field
from ui.language import N_

Json = dict[str, Any]
#: What everybody fills in; the rest is under «More settings». Kinds that are not here show everything.
FRONT: Mapping[str, tuple[str, ...]] = {
    "send": ("text", "buttons", "channel", "media"),
    "reply": ("branches", "patience"),
    "split": ("arms",),
    "survey": ("questions", "patience", "channel"),
    "wait": (),
}
#: How a wait is meant, with the settings that belong to it.
WAYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "for": (N_("Some time"), ("for",)),
    "days": (N_("Some days, until a time of day"), ("for", "local_time")),
    "local_time": (N_("A time of day"), ("local_time", "weekdays")),
    "window": (N_("A part of the day"), ("window",)),
    "until": (N_("A date"), ("until",)),
    "until_attribute": (N_("A date of the contact"), ("until_attribute", "offset", "missing")),
    "event": (N_("An event"), ("event", "where", "match", "patience", "look_back")),
    "rule": (N_("A rule to hold"), ("rule", "patience")),
}
#: Ways that listen: they cannot be late, they time out.
LISTENING = frozenset({"event", "rule"})
BEGINS: Mapping[str, Json] = {
    "for": {"for": "P1D"},
    "days": {"for": "P1D", "local_time": "10:00"},
    "local_time": {"local_time": "10:00"},
    "window": {"window": {"start": "10:00", "end": "20:00"}},
    "until": {"until": None},
    "until_attribute": {"until_attribute": "birthday"},
    "event": {"event": "order_completed", "patience": "P1D"},
    "rule": {"rule": {"attribute": "city", "is": "exists"}, "patience": "P1D"},
}
#: What a new step of a kind begins with, so that it makes sense at once.
NEW: Mapping[str, Json] = {
    "wait": {"for": "P1D"},
    "reply": {"branches": [{"exit": "yes", "keywords": ["yes"]}], "patience": "P1D"},
    "condition": {"branches": [{"exit": "yes", "rule": {"attribute": "city", "is": "exists"}}]},
    "split": {"arms": [{"exit": "a", "weight": 1}, {"exit": "b", "weight": 1}]},
    "survey": {"questions": [{"id": "q1", "text": "", "type": "text"}], "patience": "P1D"},
    "exit": {"reason": "done"},
}


def split_fields(kind: str, fields: Sequence[Field]) -> tuple[list[Field], list[Field]]:
    """The settings in front, in the order of the layout, and the rest."""
    front = FRONT.get(kind)
    if front is None:
        return list(fields), []
    known = {one.name: one for one in fields}
    first = [known[name] for name in front if name in known]
    return first, [one for one in fields if one not in first]


def way_of(settings: Mapping[str, Any]) -> str:
    """Which way of waiting the settings mean."""
    if settings.get("for") and settings.get("local_time"):
        return "days"
    return next((way for way in WAYS if way != "days" and settings.get(way) is not None), "for")


def change_way(settings: Mapping[str, Any], way: str) -> Json:
    """The settings of another way of waiting; what belongs to the others goes."""
    of_ways = {name for _title, names in WAYS.values() for name in names} | ({"late"} if way in LISTENING else set())
    kept = {name: value for name, value in settings.items() if name not in of_ways}
    mine = {name: settings[name] for name in WAYS[way][1] if settings.get(name) is not None}
    return {**kept, **{name: value for name, value in BEGINS[way].items() if value is not None}, **mine}


def fields_of_way(way: str, fields: Sequence[Field]) -> tuple[list[Field], list[Field]]:
    """The settings of the way, needed as they are here, and those that belong to no way."""
    of_ways = {name for _title, names in WAYS.values() for name in names}
    known = {one.name: one for one in fields}
    first = [known[name] for name in WAYS[way][1] if name in known]
    idle = {"late"} if way in LISTENING else set()
    return first, [one for one in fields if one.name not in of_ways | idle]
