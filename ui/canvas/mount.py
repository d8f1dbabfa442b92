"""Puts the canvas on a page: the working canvas of a draft, or a look at a journey that runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from ui.backend import Checked, backend
from ui.canvas.kinds import kinds, settings_schema
from ui.canvas.labels import exit_names, labels
from ui.canvas.offers import offers
from ui.language import language
from ui.rule_clauses import book
from ui.said import said, sentences
from ui.trouble import Trouble
from ui.workbench import Work

Json = dict[str, Any]
T = TypeVar("T")
_CANVAS = st.components.v2.component("tropa.canvas", js="index-*.js", css="index-*.css")


def edit(work: Work, *, key: str, on_draft: Callable[[], None], on_action: Callable[[], None], answer: Any) -> None:
    """The canvas on which a draft is drawn; its state `draft` and its trigger `action` call back."""
    url, code = backend().url, language()
    data = {
        **_common(work.journey, work.revision, work.document, work.checked),
        "saved": {"client": work.saved[0], "localRev": work.saved[1]} if work.saved else None,
        "trouble": _trouble(work),
        "counts": None,
        "journeySchema": lasting("settings", lambda: settings_schema(url, code)),
        "facts": lasting("offers", lambda: offers(url, code)),
        "rules": book(),
        "answer": answer,
        "readOnly": False,
    }
    _CANVAS(key=key, data=data, height="content", on_draft_change=on_draft, on_action_change=on_action)


def watch(
    journey: str,
    version: str,
    document: Json,
    *,
    key: str,
    checked: Checked,
    counts: Sequence[Json],
) -> None:
    """The canvas as a picture with live counts; nothing can be changed."""
    data = {
        **_common(journey, version, document, checked),
        "saved": None,
        "trouble": "",
        "counts": {str(row["id"]): row for row in counts},
        "journeySchema": {},
        "facts": {},
        "rules": {},
        "answer": None,
        "readOnly": True,
    }
    _CANVAS(key=key, data=data, height="content")


def _common(journey: str, revision: str, document: Json, checked: Checked) -> dict[str, Any]:
    lines = sentences(document, checked.nodes)
    return {
        "docId": journey,
        "revision": revision,
        "document": document,
        "problems": [_problem(one) for one in checked.problems],
        "told": {name: _told(one, lines.get(name, "")) for name, one in checked.nodes.items()},
        "kinds": lasting("kinds", lambda: kinds(backend().url, language())),
        "labels": labels(language()),
        "exitNames": exit_names(language()),
        "language": language(),
        "dark": st.context.theme.type == "dark",
    }


def lasting(name: str, read: Callable[[], T]) -> T:
    """What was read, or what was read before when the API is silent just now."""
    key = f"_canvas-{name}-{language()}"
    try:
        st.session_state[key] = read()
    except Trouble:
        if key not in st.session_state:
            raise
    found: T = st.session_state[key]
    return found


def _told(one: Json, sentence: str) -> dict[str, Any]:
    return {"exits": one.get("exits") or [], "sentence": sentence}


def _problem(one: Json) -> dict[str, Any]:
    place = {name: one.get(name) for name in ("node", "exit", "path")}
    level = one.get("level") or "error"
    return {
        **place,
        "way": list(one.get("way") or ()),
        "level": level,
        "text": said(one.get("text")),
        "fix": said(one.get("fix")),
    }


def _trouble(work: Work) -> str:
    """Why saving does not work just now; nothing while it does."""
    if work.trouble is None:
        return ""
    return " ".join(filter(None, (said(work.trouble.title), said(work.trouble.detail)))) or str(work.trouble)
