"""The editor's left side and its roof: what is saved, whose version stays, the list of steps, the picker."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import drafts
from ui.backend import backend
from ui.forms.layouts import NEW
from ui.forms.terms import manual
from ui.language import _
from ui.look import attempt, show
from ui.said import sentence
from ui.words import KIND, kind_icon, safe, word
from ui.workbench import Work

Json = dict[str, Any]


@st.cache_data(ttl=300, show_spinner=False)
def kinds(url: str) -> dict[str, Json]:
    """The kinds of steps by name; `url` keeps one API's apart from another's."""
    return {str(one["kind"]): one for one in backend().node_types()} if url else {}


def known_kinds() -> dict[str, Json]:
    """The kinds of steps that this API offers."""
    return kinds(backend().url)


def title_of(node: Json) -> str:
    """A step's title; of its kind when it has none."""
    return str(node.get("title") or word(KIND, node["kind"]).text)


def exits_of(work: Work, node: Json) -> list[str]:
    """The ways out of a step: as the API told, else what its settings and arrows name."""
    told = work.checked.nodes.get(node["id"], {}).get("exits")
    if told is not None:
        return list(told)
    settings = node.get("settings") or {}
    named = [str(row["exit"]) for part in ("branches", "arms") for row in settings.get(part) or () if row.get("exit")]
    fixed = list(known_kinds().get(node["kind"], {}).get("exits_static") or ())
    return list(dict.fromkeys([*named, *fixed, *drafts.ways(work.document, node["id"])]))


def saved_line(work: Work) -> None:
    """Whether the work is safe."""
    if work.conflict:
        st.badge(_("Changed elsewhere"), color="orange", icon=":material/sync_problem:")
    elif work.dirty:
        unsaved()
    else:
        st.badge(_("Saved"), color="gray", icon=":material/cloud_done:")


@st.fragment(run_every=3)
def unsaved() -> None:
    """Says that something is not saved yet and tries again by itself."""
    st.badge(_("Not saved yet, trying again…"), color="orange", icon=":material/cloud_off:")
    if st.session_state.get("_unsaved_seen"):
        st.session_state["_unsaved_seen"] = False
        st.rerun()
    st.session_state["_unsaved_seen"] = True


def banner(work: Work) -> None:
    """Somebody else saved meanwhile: whose version stays? Other troubles of saving are told here too."""
    if not work.conflict:
        if work.trouble is not None and work.dirty:
            text = _("Your changes are kept here and will be saved as soon as Tropa answers.")
            st.warning(text, icon=":material/cloud_off:")
            if work.trouble.status:
                show(work.trouble)
        return
    st.warning(
        _("Somebody else changed this journey while you worked. Whose version stays?"), icon=":material/sync_problem:"
    )
    api = backend()
    with st.container(horizontal=True):
        st.button(
            _("Keep mine"), type="primary", key="editor-mine", on_click=lambda: attempt(lambda: work.keep_mine(api))
        )
        st.button(_("Take theirs"), key="editor-theirs", on_click=lambda: attempt(lambda: work.take_theirs(api)))


def steps_list(work: Work) -> None:
    """The journey's own settings, then every step in order; the chosen one stands out."""
    key = f"{work.journey}-{work.generation}"
    chosen = work.selected is None
    st.button(
        _("Journey settings"),
        icon=":material/tune:",
        key=f"step-settings-{key}",
        width="stretch",
        type="primary" if chosen else "secondary",
        on_click=select,
        args=(work, None),
    )
    wrong = {one.get("node"): one.get("level") for one in reversed(work.checked.problems)}
    start = drafts.first(work.document)
    # A class named after a container's key is Streamlit's own handle for styles.
    st.html(
        "<style>.st-key-steps button, .st-key-steps button * {justify-content: flex-start; text-align: left}</style>"
    )
    with st.container(key="steps", gap="small"):
        for node in work.document["nodes"]:
            _step_card(work, node, start=node["id"] == start, level=wrong.get(node["id"]), key=key)
    picker(work, key)


def _step_card(work: Work, node: Json, *, start: bool, level: str | None, key: str) -> None:
    icon = kind_icon(node["kind"], str(known_kinds().get(node["kind"], {}).get("icon") or ""))
    mark = {"error": " :red[:material/error:]", "warning": " :orange[:material/warning:]"}.get(level or "", "")
    first = " :green-badge[" + _("start") + "]" if start else ""
    with st.container(gap=None):
        st.button(
            f"{icon} **{safe(title_of(node))}**{first}{mark}",
            key=f"step-{node['id']}-{key}",
            width="stretch",
            type="primary" if node["id"] == work.selected else "secondary",
            on_click=select,
            args=(work, node["id"]),
        )
        line = sentence(work.checked.nodes.get(node["id"], {}).get("sentence"), node["kind"])
        if line:
            st.caption(safe(line if len(line) < 64 else line[:63] + "…"))


def select(work: Work, name: str | None) -> None:
    """Shows the form of a step, or of the journey."""
    work.selected = name


def picker(work: Work, key: str) -> None:
    """The kinds of steps, each with what it is for; the new step comes after the chosen one."""
    with st.popover(_("Add a step"), icon=":material/add:", width="stretch", key=f"picker-{key}"):
        after = drafts.node_of(work.document, work.selected)
        where = (
            _("It will come after “{title}”.").format(title=safe(title_of(after)))
            if after
            else _("It will come first.")
        )
        st.caption(where)
        for kind, one in known_kinds().items():
            label = f"{kind_icon(kind, str(one.get('icon') or ''))} **{safe(word(KIND, kind).text)}**"
            with st.container(gap=None):
                st.button(label, key=f"add-{kind}-{key}", width="stretch", on_click=add_step, args=(work, kind))
                st.caption(safe(manual(kind, str(one.get("manual") or ""))))


def add_step(work: Work, kind: str) -> None:
    """A new step after the chosen one, with settings that make sense at once."""
    after = drafts.node_of(work.document, work.selected)
    settings = dict(NEW.get(kind, {}))
    ways = [str(row["exit"]) for part in ("branches", "arms") for row in settings.get(part, ())]
    begin = ways or {"send": ["sent"], "exit": [], "survey": ["completed"], "coupon": ["given"]}.get(kind, ["done"])
    document, name = drafts.add(
        work.document,
        kind,
        after=after["id"] if after else None,
        exits=exits_of(work, after) if after else (),
        new_exits=begin,
    )
    work.change(drafts.change(document, name, settings=settings), redraw=True)
    work.selected = name
