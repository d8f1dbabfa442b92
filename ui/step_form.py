"""The editor's right side: the form of a step with its ways out, and the form of the journey itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import drafts
from ui.backend import Backend
from ui.controls import place
from ui.desk import exits_of, known_kinds, title_of
from ui.forms.draw import BUMP, form
from ui.forms.journey import journey_form
from ui.forms.layouts import NEW, WAYS, change_way, fields_of_way, split_fields, way_of
from ui.forms.shapes import Field, fields_of
from ui.forms.terms import manual
from ui.forms.widgets import Hints
from ui.language import _
from ui.preview import preview
from ui.said import said
from ui.words import KIND, bold, exit_name, kind_icon, safe, word
from ui.workbench import Work

Json = dict[str, Any]


def step_form(work: Work, api: Backend) -> bool:
    """The chosen step: title, settings, ways out; True when the form must be made anew."""
    node = drafts.node_of(work.document, work.selected)
    if node is None:
        work.selected = None
        return True
    kind = known_kinds().get(node["kind"], {})
    key = f"f-{work.journey}-{work.generation}-{node['id']}"
    head = st.container()
    title = st.text_input(
        _("Title"),
        str(node.get("title") or ""),
        key=f"{key}.title",
        placeholder=word(KIND, node["kind"]).text,
        max_chars=80,
    )
    settings = _settings(work, node, kind, key)
    work.change(drafts.change(work.document, node["id"], settings=settings, title=(title or "").strip()))
    work.commit(api)
    node = drafts.node_of(work.document, node["id"]) or node
    work.change(exits_form(work, node, key))
    work.commit(api)
    with head:
        _head(work, node, kind, key)
    return _anew(work)


def _anew(work: Work) -> bool:
    """Whether rows came or went, so that widgets must be made anew."""
    redraw = bool(st.session_state.pop(BUMP, False))
    work.generation += redraw
    return redraw


def _head(work: Work, node: Json, kind: Json, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            f"{kind_icon(node['kind'], str(kind.get('icon') or ''))} {safe(title_of(node))}",
            anchor=False,
            width="stretch",
        )
        name = node["id"]
        tools = (
            ("arrow_upward", _("Move up"), lambda: _move(work, name, -1)),
            ("arrow_downward", _("Move down"), lambda: _move(work, name, 1)),
            ("content_copy", _("Duplicate"), lambda: _duplicate(work, name)),
            ("delete", _("Delete"), lambda: _remove(work, name)),
        )
        for icon, label, action in tools:
            st.button("", icon=f":material/{icon}:", help=label, key=f"{key}.{icon}", type="tertiary", on_click=action)
    st.caption(safe(manual(node["kind"], str(kind.get("manual") or ""))))
    for one in work.checked.problems:
        if one.get("node") == name:
            say = st.error if one.get("level") == "error" else st.warning
            where = place(one).removeprefix(" › ")
            said_there = f"**{where}**: {safe(said(one.get('text')))}" if where else safe(said(one.get("text")))
            say(f"{said_there} {safe(said(one.get('fix')))}", icon=":material/error:")


def _move(work: Work, name: str, by: int) -> None:
    work.change(drafts.move(work.document, name, by))


def _duplicate(work: Work, name: str) -> None:
    document, twin = drafts.duplicate(work.document, name)
    work.change(document, redraw=True)
    work.selected = twin


def _remove(work: Work, name: str) -> None:
    work.change(drafts.remove(work.document, name), redraw=True)
    work.selected = None


def _settings(work: Work, node: Json, kind: Json, key: str) -> Json:
    fields, given = fields_of(kind.get("schema") or {}), dict(node.get("settings") or {})
    hints = hints_of(work.document)
    if node["kind"] == "wait":
        return _wait(fields, given, key, hints)
    first, rest = split_fields(node["kind"], fields)
    shown = st.empty()
    made = form(first, given, key, hints)
    if node["kind"] == "send":
        shown.html(preview(made))
    if rest:
        with st.expander(_("More settings"), icon=":material/tune:"):
            made = form(rest, made, key, hints)
    return made


def _wait(fields: tuple[Field, ...], given: Json, key: str, hints: Hints) -> Json:
    now = way_of(given)
    way = st.selectbox(
        _("Wait for"),
        list(WAYS),
        index=list(WAYS).index(now),
        format_func=lambda one: _(WAYS[one][0]),
        key=f"{key}.way",
    )
    if way != now:
        st.session_state[BUMP] = True
        return change_way(given, way)
    first, rest = fields_of_way(way, fields)
    made = form(first, given, f"{key}.{way}", hints)
    if not rest:
        return made
    with st.expander(_("More settings"), icon=":material/tune:"):
        return form(rest, made, key, hints)


def hints_of(document: Json) -> Hints:
    """What the journey already names: buttons, events, attributes."""
    settings = [node.get("settings") or {} for node in document["nodes"]]
    buttons = [str(one.get("id")) for each in settings for one in each.get("buttons") or () if one.get("id")]
    entries = document.get("graph", {}).get("entry") or []
    listed = entries if isinstance(entries, list) else [entries]
    events = [str(one["event"]) for one in listed if one.get("event")]
    events += [str(each["event"]) for each in settings if each.get("event")]
    attributes = [str(name) for each in settings for name in (each.get("set") or {})]
    return Hints(
        tuple(dict.fromkeys(buttons)),
        tuple(dict.fromkeys(events)),
        tuple(dict.fromkeys([*attributes, "first_name", "city"])),
    )


def exits_form(work: Work, node: Json, key: str) -> Json:
    """For every exit the next step; a new end can be made on the spot. The document as it is then."""
    document, exits = work.document, exits_of(work, node)
    if not exits:
        return document
    st.markdown(bold(_("And then?")))
    led = drafts.ways(document, node["id"])
    others = {each["id"]: title_of(each) for each in document["nodes"] if each["id"] != node["id"]}
    new_end = "\0end"
    names = {None: _("Choose the next step"), **others, node["id"]: _("This same step again"), new_end: _("A new end")}
    options = [None, *others, node["id"], new_end]
    for way in exits:
        target = led.get(way)
        picked = st.selectbox(
            _("After “{exit}”").format(exit=safe(exit_name(way))),
            options,
            index=options.index(target) if target in options else 0,
            format_func=lambda one: names[one],
            key=f"{key}.exit.{way}",
        )
        if picked == new_end:
            document, end = _end_after(document, node["id"])
            document = drafts.connect(document, node["id"], way, end)
            st.session_state[BUMP] = True
        elif picked != target:
            document = drafts.connect(document, node["id"], way, picked)
    known = work.checked.nodes.get(node["id"], {}).get("exits")
    gone = known is not None and set(drafts.ways(document, node["id"])) - set(exits)
    return drafts.settle(document, node["id"], exits) if gone else document


def _end_after(document: Json, name: str) -> tuple[Json, str]:
    made, end = drafts.add(document, "exit", after=name, exits=(), new_exits=())
    return drafts.change(made, end, settings=dict(NEW["exit"])), end


def settings_of_journey(work: Work, api: Backend) -> bool:
    """The journey's own settings; True when the form must be made anew."""
    key = f"j-{work.journey}-{work.generation}"
    titles = {node["id"]: title_of(node) for node in work.document["nodes"]}
    graph = journey_form(dict(work.document.get("graph") or {}), key, hints_of(work.document), titles)
    work.change(drafts.change_journey(work.document, graph))
    work.commit(api)
    return _anew(work)
