"""Differences between two documents of a journey, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.figures import duration, number
from ui.language import _
from ui.setting_names import setting_name
from ui.words import KIND, exit_name, safe, word

Json = Mapping[str, Any]
#: So many changes are told one by one.
MOST = 40
#: Longer values are cut.
LONGEST = 70
#: What a row of settings is known by: a button by its title, a question by its text, a branch by its exit.
NAMES = ("title", "text", "exit", "name", "event", "id")


def change_list(changes: list[Any], document: Json) -> None:
    """Differences in words, those of places on the canvas left out unless there is nothing else."""
    shown = [one for one in changes if one["what"] != "moved"]
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document.get("nodes", ())}
    st.markdown("\n".join(f"- {change_line(one, titles, document)}" for one in shown[:MOST]))
    if len(shown) > MOST:
        st.caption(_("and {n} more").format(n=number(len(shown) - MOST)))
    if not shown:
        st.caption(_("Only places on the canvas have changed."))


def change_line(change: Json, titles: Mapping[str, str], document: Json) -> str:
    """One difference in words."""
    name = str(change.get("node") or "")
    title = f"**{safe(change.get('title') or titles.get(name) or name)}**"
    match change["what"]:
        case "added":
            return _("New step {title}").format(title=title)
        case "removed":
            return _("Step {title} is gone").format(title=title)
        case "rewired":
            to = safe(titles.get(str(change.get("after")), str(change.get("after") or _("nowhere"))))
            way = safe(exit_name(str(change.get("exit"))))
            return _("{title}: “{exit}” now leads to {to}").format(title=title, exit=way, to=to)
    where = safe(setting_name(document, name, str(change.get("path") or "")))
    before, after = (f":gray[{safe(side)}]" for side in _differing(change.get("before"), change.get("after")))
    if not name:
        return _("Journey settings, {setting}: {before} → {after}").format(setting=where, before=before, after=after)
    return _("{title}, {setting}: {before} → {after}").format(title=title, setting=where, before=before, after=after)


def _differing(before: Any, after: Any) -> tuple[str, str]:
    """Both values as short texts; long ones that begin alike are shown from where they part."""
    texts = [_short(before), _short(after)]
    if texts[0] == texts[1]:
        texts = ["—" if value is None else json.dumps(value, ensure_ascii=False) for value in (before, after)]
    parting = next((place for place, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    alike = max(0, parting - 15) if max(map(len, texts)) > LONGEST else 0
    cut = [f"…{text[alike:]}" if alike else text for text in texts]
    old, new = (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for text in cut)
    return old, new


def _short(value: Any) -> str:
    """A value as people say it: rows by their names, lengths of time in words; what has no words, as JSON."""
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return duration(value) if value.startswith(("P", "-P")) else value
    if isinstance(value, Sequence):
        named = [_row_name(one) for one in value]
        if all(named):
            return ", ".join(named)
    return json.dumps(value, ensure_ascii=False)


def _row_name(one: Any) -> str:
    if isinstance(one, Mapping):
        return next((str(one[name]) for name in NAMES if isinstance(one.get(name), str) and one[name]), "")
    return str(one) if isinstance(one, str | int | float) else ""
