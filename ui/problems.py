"""Problems of a journey in people's words, each under the name of its step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.language import _
from ui.said import said
from ui.setting_names import setting_name
from ui.words import KIND, safe, word

Json = Mapping[str, Any]


def problem_list(problems: list[Any], document: Json) -> None:
    """Problems under the names of their steps, with what to do; the same of several steps is said once."""
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document.get("nodes", ())}
    whole, alike = _("The journey"), dict[tuple[str, ...], list[str]]()
    for one in problems:
        where = f"**{safe(titles.get(one.get('node'), one.get('node') or whole))}**"
        mark = ":red[:material/error:]" if one.get("level") == "error" else ":orange[:material/warning:]"
        way = " → ".join(safe(titles.get(step, step)) for step in one.get("way") or ())
        line = f"{place(one, document)}: {safe(said(one.get('text')))} :gray[{safe(said(one.get('fix')))}]"
        on_the_way = _("On the way")
        line = f"{line} :gray[{on_the_way}: {way}]" if len(one.get("way") or ()) > 1 else line
        alike.setdefault((mark, line), []).append(where)
    st.markdown("\n\n".join(f"{mark} {', '.join(names)}{line}" for (mark, line), names in alike.items()))


def place(problem: Json, document: Json) -> str:
    """The setting at fault, after the step's name: `› Questions › 1 › Text`."""
    path = str(problem.get("path") or "")
    return f" › {safe(setting_name(document, problem.get('node'), path))}" if path else ""
