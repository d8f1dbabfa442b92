"""The form of the journey itself: name, how contacts enter, coming again, goal, hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.forms import widgets
from ui.forms.draw import BUMP, rules
from ui.forms.rules import rule
from ui.forms.shapes import Field
from ui.forms.widgets import Hints
from ui.language import N_, _
from ui.words import CHANNEL, channel

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
REENTRY = {
    "after_exit": N_("Yes, after the first trip is over"),
    "never": N_("No, once for ever"),
    "restart": N_("Yes, and the trip begins anew"),
    "parallel": N_("Yes, side by side, one per value"),
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


def journey_form(graph: Json, key: str, hints: Hints, titles: Mapping[str, str]) -> Json:
    """The settings as the person left them."""
    st.subheader(f":material/tune: {_('Journey settings')}", anchor=False)
    made = _text(graph, "name", _("Name"), key, 120)
    about = st.text_area(
        _("What it is for"), str(graph.get("about") or ""), key=f"{key}.about", height=80, max_chars=2000
    )
    _keep(made, "about", (about or "").strip() or None)
    _entries(made, key, hints)
    _reentry(made, key)
    _goal(made, key, hints)
    with st.expander(_("More settings"), icon=":material/tune:"):
        _more(made, key, hints, titles)
    return made


def _keep(made: Json, name: str, value: Any) -> None:
    """Writes what has a value; what has none and had none stays away."""
    if value is None or value == []:
        made.pop(name, None)
    elif made.get(name) != value:
        made[name] = value


def _text(graph: Json, name: str, label: str, key: str, longest: int) -> Json:
    typed = st.text_input(label, str(graph.get(name) or ""), key=f"{key}.{name}", max_chars=longest)
    made = dict(graph)
    if (typed or "").strip() != (graph.get(name) or ""):
        made[name] = (typed or "").strip()
    return made


def _entries(made: Json, key: str, hints: Hints) -> None:
    st.markdown(f"**{_('How do contacts enter?')}**")
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
        _keep(made, "entry", kept[0] if len(kept) == 1 else kept)


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
            _keep(one, "where", where or None)
        case "keyword":
            words = Field(name="keyword", title=_("Key words"), shape="texts")
            one["keyword"] = widgets.texts(words, one.get("keyword"), f"{key}.keyword") or []
            _keep(one, "channel", _messenger(one.get("channel"), key))
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


def _reentry(made: Json, key: str) -> None:
    given = dict(made.get("reentry") or {})
    mode = str(given.get("mode") or "after_exit")
    picked = st.selectbox(
        _("May a contact come again?"),
        list(REENTRY),
        index=list(REENTRY).index(mode) if mode in REENTRY else 0,
        format_func=lambda name: _(REENTRY[name]),
        key=f"{key}.reentry",
    )
    if picked != mode or given:
        given["mode"] = picked
    if picked == "parallel":
        typed = st.text_input(
            _("One trip per value of this property of the event"),
            str(given.get("key") or ""),
            key=f"{key}.reentry.key",
            placeholder="order_id",
        )
        _keep(given, "key", (typed or "").strip() or None)
    if picked != "never":
        pause = Field(name="cooldown", title=_("But not sooner than (0: at once)"), shape="duration", nullable=True)
        _keep(given, "cooldown", widgets.duration(pause, given.get("cooldown"), f"{key}.cooldown"))
    else:
        given.pop("cooldown", None)
    _keep(made, "reentry", given or None)


def _goal(made: Json, key: str, hints: Hints) -> None:
    given = dict(made.get("goal") or {})
    on = st.toggle(
        _("There is a goal"),
        bool(given),
        key=f"{key}.goal.on",
        help=_("Reached anywhere, it ends the trip at once as converted."),
    )
    if not on:
        made.pop("goal", None)
        return
    with st.container(border=True):
        name = st.text_input(_("Goal's event"), str(given.get("event") or "order_completed"), key=f"{key}.goal.event")
        given["event"] = (name or "").strip() or "order_completed"
        match = st.text_input(
            _("Same value as in the entry event"),
            str(given.get("match") or ""),
            key=f"{key}.goal.match",
            placeholder="order_id",
            help=_("The order that was abandoned is the order that was bought."),
        )
        _keep(given, "match", (match or "").strip() or None)
        where = rule(
            Field(name="where", title=_("Only if"), shape="rule"), given.get("where"), f"{key}.goal.where", hints
        )
        _keep(given, "where", where or None)
    _keep(made, "goal", given)


def _more(made: Json, key: str, hints: Hints, titles: Mapping[str, str]) -> None:
    quiet = Field(
        name="quiet_hours", title=_("Quiet hours"), shape="clocks", help=_("Marketing messages wait until they end.")
    )
    _keep(made, "quiet_hours", widgets.clocks(quiet, made.get("quiet_hours"), f"{key}.quiet"))
    zone = st.text_input(
        _("Time zone"),
        str(made.get("timezone") or ""),
        key=f"{key}.zone",
        placeholder="Europe/Moscow",
        help=_("For contacts whose own zone is unknown."),
    )
    _keep(made, "timezone", (zone or "").strip() or None)
    cap = st.number_input(
        _("Marketing messages per contact a day, at most"),
        value=(made.get("caps") or {}).get("day"),
        min_value=1,
        step=1,
        key=f"{key}.cap",
        placeholder=_("no limit"),
    )
    others = {name: value for name, value in (made.get("caps") or {}).items() if name != "day"}
    _keep(made, "caps", {**others, **({"day": int(cap)} if cap else {})} or None)
    steps: list[str | None] = [None, *titles]
    start = made.get("start")
    picked = st.selectbox(
        _("First step"),
        steps,
        index=steps.index(start) if start in steps else 0,
        format_func=lambda one: titles[one] if one else _("The one with no way in"),
        key=f"{key}.start",
    )
    _keep(made, "start", picked)
    leaves = Field(name="exit_when", title=_("Leaves the journey when"), shape="rules")
    st.markdown(f"**{leaves.title}**")
    _keep(made, "exit_when", rules(leaves, made.get("exit_when"), f"{key}.exit_when", hints))
