"""The editor's parts: the list of steps, the picker of kinds, the form of a step, the form of the journey."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import drafts
from ui.backend import backend
from ui.forms.draw import BUMP, form
from ui.forms.journey import journey_form
from ui.forms.layouts import NEW, WAYS, change_way, fields_of_way, split_fields, way_of
from ui.forms.shapes import Field, fields_of
from ui.forms.terms import manual
from ui.forms.widgets import Hints
from ui.language import _
from ui.look import attempt, show
from ui.preview import preview
from ui.said import said, sentence
from ui.words import KIND, exit_name, kind_icon, safe, word
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
        st.markdown(f":orange-badge[:material/sync_problem: {_('Changed elsewhere')}]", width="content")
    elif work.dirty:
        unsaved()
    else:
        st.markdown(f":gray-badge[:material/cloud_done: {_('Saved')}]", width="content")


@st.fragment(run_every=3)
def unsaved() -> None:
    """Says that something is not saved yet and tries again by itself."""
    st.markdown(f":orange-badge[:material/cloud_off: {_('Not saved yet, trying again…')}]", width="content")
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
    st.html("<style>.st-key-steps button {justify-content: flex-start; text-align: left}</style>")
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
        line = sentence(work.checked.nodes.get(node["id"], {}).get("sentence"))
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


def step_form(work: Work) -> bool:
    """The chosen step: title, settings, ways out; True when something has changed."""
    node = drafts.node_of(work.document, work.selected)
    if node is None:
        work.selected = None
        return True
    kind = known_kinds().get(node["kind"], {})
    key = f"f-{work.journey}-{work.generation}-{node['id']}"
    _head(work, node, kind, key)
    title = st.text_input(
        _("Title"),
        str(node.get("title") or ""),
        key=f"{key}.title",
        placeholder=word(KIND, node["kind"]).text,
        max_chars=80,
    )
    settings = _settings(work, node, kind, key)
    document = drafts.change(work.document, node["id"], settings=settings, title=(title or "").strip())
    document = exits_form(work, document, node, key)
    return work.change(document, redraw=bool(st.session_state.pop(BUMP, False)))


def _head(work: Work, node: Json, kind: Json, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{kind_icon(node['kind'], str(kind.get('icon') or ''))} {safe(title_of(node))}", anchor=False, width="stretch")
        name = node["id"]
        tools = (
            ("arrow_upward", _("Move up"), lambda: work.change(drafts.move(work.document, name, -1))),
            ("arrow_downward", _("Move down"), lambda: work.change(drafts.move(work.document, name, 1))),
            ("content_copy", _("Duplicate"), lambda: _duplicate(work, name)),
            ("delete", _("Delete"), lambda: _remove(work, name)),
        )
        for icon, label, action in tools:
            st.button("", icon=f":material/{icon}:", help=label, key=f"{key}.{icon}", type="tertiary", on_click=action)
    st.caption(safe(manual(node["kind"], str(kind.get("manual") or ""))))
    for one in work.checked.problems:
        if one.get("node") == name:
            say = st.error if one.get("level") == "error" else st.warning
            say(f"{safe(said(one.get('text')))} {safe(said(one.get('fix')))}", icon=":material/error:")


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
    if node["kind"] == "send":
        st.html(preview(given))
    made = form(first, given, key, hints)
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


def exits_form(work: Work, document: Json, node: Json, key: str) -> Json:
    """For every exit the next step; a new end can be made on the spot."""
    exits = exits_of(work, node)
    if not exits:
        return document
    st.markdown(f"**{_('And then?')}**")
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


def settings_of_journey(work: Work) -> bool:
    """The journey's own settings; True when something has changed."""
    key = f"j-{work.journey}-{work.generation}"
    titles = {node["id"]: title_of(node) for node in work.document["nodes"]}
    graph = journey_form(dict(work.document.get("graph") or {}), key, hints_of(work.document), titles)
    redraw = bool(st.session_state.pop(BUMP, False))
    return work.change(drafts.change_journey(work.document, graph), redraw=redraw)
