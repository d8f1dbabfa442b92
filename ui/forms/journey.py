"""The form of the journey itself: name, how contacts enter, coming again, goal, hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.forms import widgets
from ui.forms.draw import rules
from ui.forms.entries import entries, keep
from ui.forms.rules import rule
from ui.forms.shapes import Field
from ui.forms.widgets import Hints
from ui.language import N_, _

Json = dict[str, Any]
REENTRY = {
    "after_exit": N_("Yes, after the first trip is over"),
    "never": N_("No, once for ever"),
    "restart": N_("Yes, and the trip begins anew"),
    "parallel": N_("Yes, side by side, one per value"),
}


def journey_form(graph: Json, key: str, hints: Hints, titles: Mapping[str, str]) -> Json:
    """The settings as the person left them."""
    st.subheader(":material/tune: " + _("Journey settings"), anchor=False)
    made = _text(graph, "name", _("Name"), key, 120)
    about = st.text_area(
        _("What it is for"), str(graph.get("about") or ""), key=f"{key}.about", height=80, max_chars=2000
    )
    keep(made, "about", (about or "").strip() or None)
    entries(made, key, hints)
    _reentry(made, key)
    _goal(made, key, hints)
    with st.expander(_("More settings"), icon=":material/tune:"):
        _more(made, key, hints, titles)
    return made


def _text(graph: Json, name: str, label: str, key: str, longest: int) -> Json:
    typed = st.text_input(label, str(graph.get(name) or ""), key=f"{key}.{name}", max_chars=longest)
    made = dict(graph)
    if (typed or "").strip() != (graph.get(name) or ""):
        made[name] = (typed or "").strip()
    return made


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
        keep(given, "key", (typed or "").strip() or None)
    if picked != "never":
        pause = Field(name="cooldown", title=_("But not sooner than (0: at once)"), shape="duration", nullable=True)
        keep(given, "cooldown", widgets.duration(pause, given.get("cooldown"), f"{key}.cooldown"))
    else:
        given.pop("cooldown", None)
    keep(made, "reentry", given or None)


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
        keep(given, "match", (match or "").strip() or None)
        where = rule(
            Field(name="where", title=_("Only if"), shape="rule"), given.get("where"), f"{key}.goal.where", hints
        )
        keep(given, "where", where or None)
    keep(made, "goal", given)


def _more(made: Json, key: str, hints: Hints, titles: Mapping[str, str]) -> None:
    quiet = Field(
        name="quiet_hours", title=_("Quiet hours"), shape="clocks", help=_("Marketing messages wait until they end.")
    )
    keep(made, "quiet_hours", widgets.clocks(quiet, made.get("quiet_hours"), f"{key}.quiet"))
    zone = st.text_input(
        _("Time zone"),
        str(made.get("timezone") or ""),
        key=f"{key}.zone",
        placeholder="Europe/Moscow",
        help=_("For contacts whose own zone is unknown."),
    )
    keep(made, "timezone", (zone or "").strip() or None)
    cap = st.number_input(
        _("Marketing messages per contact a day, at most"),
        value=(made.get("caps") or {}).get("per_day"),
        min_value=1,
        step=1,
        key=f"{key}.cap",
        placeholder=_("no limit"),
    )
    others = {name: value for name, value in (made.get("caps") or {}).items() if name != "per_day"}
    keep(made, "caps", {**others, **({"per_day": int(cap)} if cap else {})} or None)
    steps: list[str | None] = [None, *titles]
    start = made.get("start")
    picked = st.selectbox(
        _("First step"),
        steps,
        index=steps.index(start) if start in steps else 0,
        format_func=lambda one: titles[one] if one else _("The one with no way in"),
        key=f"{key}.start",
    )
    keep(made, "start", picked)
    leaves = Field(name="exit_when", title=_("Leaves the journey when"), shape="rules")
    st.markdown(f"**{leaves.title}**")
    keep(made, "exit_when", rules(leaves, made.get("exit_when"), f"{key}.exit_when", hints))
