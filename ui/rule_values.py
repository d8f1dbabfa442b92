"""What a comparison compares with: the widget that fits the comparison and the attribute's type."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from ui.durations import UNITS, BadDuration, parse
from ui.language import _
from ui.rule_clauses import FLAGS, KNOWN, MOMENTS, SIDES
from ui.rule_form import typed

Json = Mapping[str, Any]
SPANS = ("day", "week", "hour")


def shape(operator: str, value: Any, kind: str) -> str:
    """Which widget shows a value without changing it; `json` where none does."""
    if operator == "exists":
        return "known"
    if operator == "in":
        return "list" if value == "" or isinstance(value, list) else "json"
    if operator in ("before", "after"):
        dated = (
            value in ("", "now") or _iso(value) is not None or (isinstance(value, Mapping) and set(value) == {"days"})
        )
        return "date" if dated else "json"
    if operator == "within":
        return "span" if value == "" or _span(value) is not None else "json"
    if isinstance(value, bool) or (value == "" and kind == "flag"):
        return "flag"
    if isinstance(value, int | float) or (value == "" and (kind == "number" or operator in ("less", "more"))):
        return "number"
    return "text" if isinstance(value, str) else "json"


def value_field(key: str, operator: str, value: Any, known: Json) -> Any:
    """Draws the widget; the value as the rule holds it, empty while there is none."""
    kind = str(known.get("type") or "text")
    form = shape(operator, value, kind)
    place = f"{key}-value-{form}-{operator}-{known.get('name') or ''}"
    samples = [each for each in known.get("samples") or () if not isinstance(each, list | dict)]
    if form == "text":
        return _text(place, operator, value, kind, samples)
    return {"list": _list, "date": _date, "span": _within, "flag": _flag, "number": _number, "known": _known}.get(
        form, _json
    )(place, value, kind, samples)


def _text(key: str, operator: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    label = _("Value")
    if operator in ("equal", "not_equal") and samples:
        options = list(dict.fromkeys([*map(str, samples), *([value] if value else [])]))
        chosen = st.selectbox(
            label, options, index=options.index(value) if value else None, key=key, accept_new_options=True,
            placeholder=_("Choose or write"), label_visibility="collapsed", width=220,
        )  # fmt: skip
        return typed(chosen, kind) if chosen is not None else ""
    hint = ", ".join(map(str, samples[:3]))
    written = st.text_input(label, value, key=key, placeholder=hint, label_visibility="collapsed", width=220)
    return written or ""


def _number(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    hint = ", ".join(map(str, samples[:3]))
    shown = f"{value:g}" if isinstance(value, int | float) and abs(value) < 1e6 else str(value)
    written = st.text_input(_("Value"), shown, key=key, placeholder=hint, label_visibility="collapsed", width=160)
    return typed((written or "").strip(), "number")


def _flag(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    chosen = st.selectbox(
        _("Value"), list(FLAGS), index=1 if value is False else 0, format_func=lambda one: _(FLAGS[one]), key=key,
        label_visibility="collapsed", width=120,
    )  # fmt: skip
    return bool(chosen)


def _known(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    chosen = st.selectbox(
        _("Value"), list(KNOWN), index=1 if value is False else 0, format_func=lambda one: _(KNOWN[one]), key=key,
        label_visibility="collapsed", width=140,
    )  # fmt: skip
    return bool(chosen)


def _list(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    given = [str(each) for each in value or ()]
    chosen = st.multiselect(
        _("Values"), list(dict.fromkeys([*given, *map(str, samples)])), default=given, key=key, accept_new_options=True,
        placeholder=_("Choose or write"), label_visibility="collapsed", width=320,
    )  # fmt: skip
    kept = {str(each): each for each in value or ()}
    return [kept[each] if each in kept else typed(each, kind) for each in chosen]


def _date(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    days = value["days"] if isinstance(value, Mapping) else 0
    begins = "day" if _iso(value) else "now" if value in ("", "now") else "ago" if days <= 0 else "ahead"
    mode = st.selectbox(
        _("Which moment"), list(MOMENTS), index=list(MOMENTS).index(begins), format_func=lambda one: _(MOMENTS[one]),
        key=f"{key}-mode", label_visibility="collapsed", width=140,
    )  # fmt: skip
    if mode == "now":
        return "now"
    if mode == "day":
        written = st.text_input(
            _("Date"), value if isinstance(value, str) and value != "now" else "", key=f"{key}-day",
            placeholder="2026-01-31", label_visibility="collapsed", width=160,
        )  # fmt: skip
        return written or ""
    many = st.number_input(
        _("Days"), min_value=0, max_value=36_500, value=abs(days) or 7, key=f"{key}-days", label_visibility="collapsed",
        width=140,
    )  # fmt: skip
    return {"days": int(many) if mode == "ahead" else -int(many)}


def _within(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    ahead, text = _span(value) or (False, "P30D")
    side = st.selectbox(
        _("Past or coming"), list(SIDES), index=int(ahead), format_func=lambda one: _(SIDES[one]), key=f"{key}-side",
        label_visibility="collapsed", width=140,
    )  # fmt: skip
    span = span_field(key, text)
    return {"next": span} if side == "next" else span


def span_field(key: str, value: str) -> str:
    """A number and a unit; an ISO 8601 duration, kept as it was written while nothing is changed."""
    many, unit = _amount(value)
    amount = st.number_input(
        _("How long"), min_value=1, max_value=100_000, value=many, key=f"{key}-many", label_visibility="collapsed",
        width=130,
    )  # fmt: skip
    units = {"day": _("days"), "week": _("weeks"), "hour": _("hours"), "minute": _("minutes"), "second": _("seconds")}
    chosen = st.selectbox(
        _("Unit"), list(units), index=list(units).index(unit), format_func=lambda one: units[one], key=f"{key}-unit",
        label_visibility="collapsed", width=120,
    )  # fmt: skip
    if (int(amount), chosen) == (many, unit):
        return value
    letters = {"day": "P{}D", "week": "P{}W", "hour": "PT{}H", "minute": "PT{}M", "second": "PT{}S"}
    return letters[str(chosen)].format(int(amount))


def _json(key: str, value: Any, kind: str, samples: Sequence[Any]) -> Any:
    written = st.text_input(
        _("Value, JSON"), json.dumps(value, ensure_ascii=False), key=key, label_visibility="collapsed", width=260
    )
    try:
        return json.loads(written or '""')
    except ValueError:
        return value


def _amount(value: str) -> tuple[int, str]:
    length = parse(value)
    for unit in ("day", "hour", "minute", "second"):
        many = length / UNITS[unit]
        if many >= 1 and many.is_integer():
            return int(many), unit
    return max(1, round(length / UNITS["second"])), "second"


def _span(value: Any) -> tuple[bool, str] | None:
    ahead = isinstance(value, Mapping) and set(value) == {"next"}
    text = value["next"] if ahead else value
    try:
        return (ahead, text) if isinstance(text, str) and parse(text) else None
    except BadDuration:
        return None


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
