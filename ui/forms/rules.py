"""The rule builder: all or any of conditions, each on a line; deeper rules as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from ui.forms import free, widgets
from ui.forms.conditions import KINDS, MAX_DEPTH, begin, flat, kind_name, kind_of, wrap
from ui.forms.shapes import Field
from ui.forms.terms import help_of, operator_name, title_of
from ui.forms.widgets import Hints
from ui.language import _
from ui.words import CHANNEL, channel

Json = dict[str, Any]
BUMP = "form-bump"
OPERATORS = (
    "equal", "not_equal", "less", "at_most", "more", "at_least", "contains", "starts_with", "in", "exists", "before",
    "after", "within",
)  # fmt: skip
RECEIPTS = ("read", "clicked", "replied", "failed")


def rule(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """A rule drawn as a form; None when it has been taken away. `where` is over an event's own properties."""
    hints = replace(hints, over_event=one.name == "where")
    with st.container(border=True):
        head, cross = st.columns([14, 1], gap="small")
        head.markdown(f"**{title_of(one)}**", help=help_of(one))
        if not value:
            return _begin(value, key, hints)
        if not one.required and cross.button(
            "", icon=":material/close:", key=f"{key}.remove", help=_("Remove the rule"), type="tertiary"
        ):
            st.session_state[BUMP] = True
            return None
        return group(value, key, hints, depth=1)


def _begin(value: Any, key: str, hints: Hints) -> Any:
    st.caption(_("No condition yet."))
    if st.button(_("Add a condition"), icon=":material/add:", key=f"{key}.begin"):
        st.session_state[BUMP] = True
        return begin("attribute", hints.attributes)
    return value


def group(value: Json, key: str, hints: Hints, *, depth: int) -> Any:
    """Conditions joined by all or any; what cannot be drawn is JSON."""
    parts = flat(value)
    if parts is None or depth > MAX_DEPTH:
        return free.raw(Field(name="rule", title=_("Rule as JSON"), shape="json", required=True), value, f"{key}.json")
    how, negated, conditions = parts
    if len(conditions) > 1:
        how = (
            st.segmented_control(
                _("Joined by"),
                ["all", "any"],
                default=how,
                required=True,
                format_func=lambda name: _("All of these") if name == "all" else _("Any of these"),
                key=f"{key}.how",
                label_visibility="collapsed",
            )
            or how
        )
    made: list[Json] = []
    for place, each in enumerate(conditions):
        found = condition(each, f"{key}.{place}", hints, depth=depth)
        if found is None:
            st.session_state[BUMP] = True
        else:
            made.append(found)
    if st.button(_("Add a condition"), icon=":material/add:", key=f"{key}.add", type="tertiary"):
        made.append(begin("attribute", hints.attributes))
        st.session_state[BUMP] = True
    return value if (how, negated, made) == parts else wrap(how, negated, made) or None


def condition(value: Json, key: str, hints: Hints, *, depth: int) -> Json | None:
    """One condition: its kind, its values, whether it is turned round, and a cross."""
    inner, negated = (
        (value["not"], True) if set(value) == {"not"} and isinstance(value["not"], Mapping) else (value, False)
    )
    kind = kind_of(inner)
    with st.container(border=True):
        first, turned, cross = st.columns([8, 3, 1], vertical_alignment="bottom", gap="small")
        offered = ("attribute", "group") if hints.over_event else tuple(KINDS)
        kinds = [name for name in offered if name != "group" or depth < MAX_DEPTH]
        kinds = kinds if kind in kinds else [*kinds, kind]
        label = _("Condition")
        picked = first.selectbox(label, kinds, index=kinds.index(kind), format_func=kind_name, key=f"{key}.kind")
        about = _("Holds when the condition does not.")
        negated = turned.toggle(_("not"), negated, key=f"{key}.not", help=about)
        if cross.button("", icon=":material/close:", key=f"{key}.remove", help=_("Remove"), type="tertiary"):
            return None
        if picked != kind:
            st.session_state[BUMP] = True
            inner = begin(picked, hints.attributes)
        else:
            inner = VALUES[kind](dict(inner), key, hints, depth)
    return {"not": inner} if negated else inner


def _attribute(value: Json, key: str, hints: Hints, _depth: int) -> Json:
    name, how, what = st.columns([3, 3, 3], vertical_alignment="bottom", gap="small")
    options = list(dict.fromkeys([*hints.attributes, str(value.get("attribute") or "")]))
    with name:
        value["attribute"] = (
            st.selectbox(
                _("Attribute"),
                options,
                index=options.index(str(value.get("attribute") or "")),
                accept_new_options=True,
                key=f"{key}.attribute",
            )
            or ""
        )
    operator = str(value.get("is") or "equal")
    value["is"] = how.selectbox(
        _("Is"),
        OPERATORS,
        index=OPERATORS.index(operator) if operator in OPERATORS else 0,
        format_func=operator_name,
        key=f"{key}.is",
    )
    with what:
        _value(value, key)
    return value


def _value(value: Json, key: str) -> None:
    operator, before = value["is"], value.get("value")
    if operator == "exists":
        value.pop("value", None)
    elif operator == "in":
        listed = Field(name="value", title=_("Values"), shape="texts")
        given = before if isinstance(before, list) else [] if before in (None, "") else [before]
        typed = widgets.texts(listed, [free.as_text(each) for each in given], f"{key}.values")
        value["value"] = [free.as_value(each) for each in typed or ()]
    elif operator == "within" and not isinstance(before, Mapping):
        length = before if isinstance(before, str) else "P30D"
        value["value"] = widgets.duration(
            Field(name="value", title=_("Length"), shape="duration", required=True), length, f"{key}.length"
        )
    else:
        shown = "" if before is None or isinstance(before, list) else free.as_text(before)
        typed = st.text_input(
            _("Value"),
            shown,
            key=f"{key}.value",
            help=_("12 is a number, true and false are yes and no, “12” in straight quotes is text."),
        )
        if (typed or "") != shown or "value" not in value:
            value["value"] = free.as_value(typed or "")


def _named(field: str, label: str) -> Any:
    def drawn(value: Json, key: str, _hints: Hints, _depth: int) -> Json:
        value[field] = st.text_input(_(label), str(value.get(field) or ""), key=f"{key}.{field}") or ""
        return value

    return drawn


def _event(value: Json, key: str, hints: Hints, _depth: int) -> Json:
    name, times, within = st.columns([3, 2, 4], vertical_alignment="bottom", gap="small")
    options = list(dict.fromkeys([*hints.events, str(value.get("event") or "")]))
    value["event"] = (
        name.selectbox(
            _("Event"),
            options,
            index=options.index(str(value.get("event") or "")),
            accept_new_options=True,
            key=f"{key}.event",
        )
        or ""
    )
    least = int(
        times.number_input(_("At least, times"), value=int(value.get("at_least") or 1), min_value=1, key=f"{key}.least")
    )
    if least != int(value.get("at_least") or 1):
        value["at_least"] = least
    with within:
        length = widgets.duration(
            Field(name="within", title=_("Within the last"), shape="duration", nullable=True),
            value.get("within"),
            f"{key}.within",
        )
    if length:
        value["within"] = length
    else:
        value.pop("within", None)
    return value


def _consent(value: Json, key: str, _hints: Hints, _depth: int) -> Json:
    where, what = st.columns(2, gap="small")
    names = [name for name in CHANNEL if name != "auto"]
    now = str(value.get("consent") or names[0])
    options = list(dict.fromkeys([*names, now]))
    value["consent"] = where.selectbox(
        _("Messenger"), options, index=options.index(now), format_func=channel, key=f"{key}.consent"
    )
    value["purpose"] = what.text_input(_("Purpose"), str(value.get("purpose") or "marketing"), key=f"{key}.purpose")
    return value


def _delivery(value: Json, key: str, _hints: Hints, _depth: int) -> Json:
    where, was = st.columns(2, gap="small")
    place = dict(value.get("delivery") or {})
    name = "journey" if "journey" in place else "node"
    label = _("Journey") if name == "journey" else _("Id of the message's step")
    value["delivery"] = {**place, name: where.text_input(label, str(place.get(name) or ""), key=f"{key}.node") or ""}
    now = str(value.get("was") or "read")
    options = list(dict.fromkeys([*RECEIPTS, now]))
    value["was"] = was.selectbox(
        _("Was"), options, index=options.index(now), format_func=operator_name, key=f"{key}.was"
    )
    return value


def _group(value: Json, key: str, hints: Hints, depth: int) -> Json:
    return group(value, f"{key}.group", hints, depth=depth + 1) or {"all": []}


def _other(value: Json, key: str, _hints: Hints, _depth: int) -> Json:
    given = free.raw(Field(name="rule", title=_("Rule as JSON"), shape="json", required=True), value, f"{key}.json")
    return given if isinstance(given, dict) else value


VALUES = {
    "attribute": _attribute,
    "tag": _named("tag", "Tag"),
    "segment": _named("segment", "Segment"),
    "event": _event,
    "consent": _consent,
    "delivery": _delivery,
    "group": _group,
    "other": _other,
}
