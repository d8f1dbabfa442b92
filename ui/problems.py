"""Problems of a journey in people's words, each under the name of its step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.language import _
from ui.said import said
from ui.words import KIND, plain, safe, word

Json = Mapping[str, Any]


def problem_list(problems: list[Any], document: Json) -> None:
    """Problems under the names of their steps, with what to do."""
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document.get("nodes", ())}
    lines, whole = [], _("The journey")
    for one in problems:
        where = f"**{safe(titles.get(one.get('node'), one.get('node') or whole))}**"
        mark = ":red[:material/error:]" if one.get("level") == "error" else ":orange[:material/warning:]"
        way = " → ".join(safe(titles.get(step, step)) for step in one.get("way") or ())
        line = f"{mark} {where}{place(one)}: {safe(said(one.get('text')))} :gray[{safe(said(one.get('fix')))}]"
        on_the_way = _("On the way")
        lines.append(f"{line} :gray[{on_the_way}: {way}]" if len(one.get("way") or ()) > 1 else line)
    st.markdown("\n\n".join(lines))


def place(problem: Json) -> str:
    """The setting at fault, after the step's name: `questions › 1 › text`."""
    path = str(problem.get("path") or "")
    parts = [str(int(part) + 1) if part.isdigit() else plain(part) for part in path.split(".") if part]
    return f" › {safe(' › '.join(parts))}" if parts else ""
