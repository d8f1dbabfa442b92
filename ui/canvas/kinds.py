"""The kinds of steps as the canvas needs them: schemas with titles, hints and choices in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.canvas.terms import CHOICES, WEEKDAYS, manual
from ui.language import _
from ui.words import CHANNEL, KIND, kind_icon, plain, word

Json = dict[str, Any]
#: The strip over a card, by the colour that the kind has everywhere else.
ACCENTS = {
    "blue": "#3b82f6",
    "green": "#0f9f78",
    "orange": "#f59e0b",
    "violet": "#8b5cf6",
    "gray": "#64748b",
    "red": "#ef4444",
    "yellow": "#eab308",
}
#: The order of the palette: what a journey is mostly made of stands first.
ORDER = ("send", "reply", "wait", "condition", "survey", "split", "update", "coupon", "goal", "webhook", "handoff")


@st.cache_data(ttl=300, show_spinner=False)
def kinds(url: str, code: str) -> list[Json]:
    """Every kind of step; `url` and `code` keep one API's and one language's apart from another's."""
    assert url
    assert code
    return sorted(map(_kind, backend().node_types()), key=_place)


@st.cache_data(ttl=300, show_spinner=False)
def settings_schema(url: str, code: str) -> Json:
    """The schema of a journey's own settings."""
    assert url
    assert code
    made: Json = translated(backend().schemas().get("journey") or {}, "journey")
    return made


def _place(one: Mapping[str, Any]) -> tuple[int, str]:
    kind = str(one["kind"])
    last = {"start_journey": 98, "exit": 99}
    return (ORDER.index(kind) if kind in ORDER else last.get(kind, 50), kind)


def _kind(one: Mapping[str, Any]) -> Json:
    kind = str(one["kind"])
    known = KIND.get(kind)
    return {
        "kind": kind,
        "title": word(KIND, kind).text if known else str(one.get("title") or plain(kind)),
        "about": manual(kind, str(one.get("manual") or "")),
        "icon": kind_icon(kind, str(one.get("icon") or "")),
        "accent": ACCENTS[known.colour if known else "gray"],
        "schema": translated(one.get("schema") or {}, kind),
        "begins": dict(one.get("begins") or {}),
        "exits": list(one.get("exits") or ()),
        "front": one.get("front"),
    }


def translated(schema: Any, owner: str, name: str = "") -> Any:
    """A schema with the words that people read in their language; `names` are those of a setting's choices."""
    if isinstance(schema, list):
        return [translated(each, owner, name) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made: Json = {}
    for key, value in schema.items():
        if key in ("title", "description") and isinstance(value, str):
            made[key] = _(value) if value else value
        elif key in ("properties", "$defs"):
            made[key] = {each: translated(one, owner, each) for each, one in value.items()}
        elif key == "meanings":
            made[key] = [{**each, "title": _(each["title"])} for each in value]
        elif key in ("default", "enum", "required", "const", "begins"):
            made[key] = value
        else:
            made[key] = translated(value, owner, name)
    return _with_names(made, name)


def _with_names(schema: Json, name: str) -> Json:
    if schema.get("widget") == "messenger":
        names = [each for each in CHANNEL if each != "auto"]
        return {**schema, "enum": names, "names": {each: word(CHANNEL, each).text for each in names}, "anyOf": None}
    options = [schema, *(each for each in schema.get("anyOf") or () if isinstance(each, Mapping))]
    items = schema.get("items")
    if isinstance(items, Mapping):
        options.append(items)
    found = [str(each) for one in options for each in one.get("enum") or ()]
    return {**schema, "names": {each: _choice(name, each) for each in found}} if found else schema


def _choice(name: str, value: str) -> str:
    found = CHOICES.get(f"{name}.{value}") or CHOICES.get(value) or WEEKDAYS.get(value)
    return _(found) if found else plain(value)
