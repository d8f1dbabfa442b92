"""The ways into a journey: events, key words, links, segments, schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.forms import widgets
from ui.forms.draw import BUMP
from ui.forms.rules import rule
from ui.forms.shapes import Field
from ui.forms.widgets import Hints
from ui.language import N_, _
from ui.words import CHANNEL, bold, channel

Json = dict[str, Any]
ENTRIES = {
    "event": N_("An event happens"),
    "keyword": N_("Somebody writes a key word"),
    "link": N_("Somebody opens a link"),
    "inbound": N_("Somebody writes anything"),
    "segment": N_("Somebody enters or leaves a segment"),
    "schedule": N_("On a schedule"),
    "api": N_("Only by API or by hand"),
}
BEGINS: Mapping[str, Json] = {
    "event": {"event": "order_created"},
    "keyword": {"keyword": ["start"]},
    "link": {"link": True},
    "inbound": {"inbound": True},
    "segment": {"segment": "", "on": "entered"},
    "schedule": {"schedule": "FREQ=DAILY;BYHOUR=10;BYMINUTE=0", "segment": ""},
    "api": {"api": True},
}


def entries(made: Json, key: str, hints: Hints) -> None:
    st.markdown(bold(_("How do contacts enter?")))
    given = made.get("entry") or []
    listed = [dict(one) for one in (given if isinstance(given, list) else [given])]
    kept: list[Json] = []
    for place, one in enumerate(listed):
        with st.container(border=True):
            found = _entry(one, f"{key}.entry.{place}", hints)
            if found is None:
                st.session_state[BUMP] = True
            else:
                kept.append(found)
    if st.button(_("Add a way in"), icon=":material/add:", key=f"{key}.entry.add"):
        kept.append(dict(BEGINS["event"]))
        st.session_state[BUMP] = True
    if kept != listed:
        keep(made, "entry", kept[0] if len(kept) == 1 else kept)


def _entry(one: Json, key: str, hints: Hints) -> Json | None:
    kind = kind_of(one)
    body, cross = st.columns([14, 1], gap="small")
    with body:
        picked = st.selectbox(
            _("When"),
            list(ENTRIES),
            index=list(ENTRIES).index(kind),
            format_func=lambda name: _(ENTRIES[name]),
            key=f"{key}.kind",
        )
    if cross.button("", icon=":material/close:", key=f"{key}.remove", help=_("Remove"), type="tertiary"):
        return None
    if picked != kind:
        st.session_state[BUMP] = True
        return dict(BEGINS[picked])
    match kind:
        case "event":
            one["event"] = st.text_input(_("Event's exact name"), str(one.get("event") or ""), key=f"{key}.event") or ""
            where = rule(Field(name="where", title=_("Only if"), shape="rule"), one.get("where"), f"{key}.where", hints)
            keep(one, "where", where or None)
        case "keyword":
            words = Field(name="keyword", title=_("Key words"), shape="texts")
            one["keyword"] = widgets.texts(words, one.get("keyword"), f"{key}.keyword") or []
            keep(one, "channel", _messenger(one.get("channel"), key))
        case "segment":
            one["segment"] = st.text_input(_("Segment"), str(one.get("segment") or ""), key=f"{key}.segment") or ""
            names = {"entered": _("Enters it"), "left": _("Leaves it")}
            on = one.get("on") or "entered"
            one["on"] = (
                st.segmented_control(
                    _("And"),
                    list(names),
                    default=on,
                    required=True,
                    format_func=lambda each: names[each],
                    key=f"{key}.on",
                )
                or on
            )
        case "schedule":
            one["schedule"] = (
                st.text_input(_("When (RRULE or an instant)"), str(one.get("schedule") or ""), key=f"{key}.schedule")
                or ""
            )
            one["segment"] = (
                st.text_input(_("For the segment"), str(one.get("segment") or ""), key=f"{key}.segment") or ""
            )
    return one


def _messenger(now: Any, key: str) -> str | None:
    names: list[str | None] = [None, *(name for name in CHANNEL if name != "auto")]
    return st.selectbox(
        _("In the messenger"),
        names,
        index=names.index(now) if now in names else 0,
        format_func=lambda one: channel(one) if one else _("Any"),
        key=f"{key}.channel",
    )


def kind_of(entry: Mapping[str, Any]) -> str:
    """Which way in an entry is."""
    if entry.get("schedule"):
        return "schedule"
    return next((kind for kind in ENTRIES if kind in entry and kind != "schedule"), "api")


def keep(made: Json, name: str, value: Any) -> None:
    """Writes what has a value; what has none and had none stays away."""
    if value is None or value == []:
        made.pop(name, None)
    elif made.get(name) != value:
        made[name] = value
