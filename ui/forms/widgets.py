"""One widget per shape: takes a value, gives back the value that the person left there (None: nothing)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import streamlit as st

from ui.durations import UNITS, BadDuration, from_number, number_and_unit, parse
from ui.figures import instant, unit_name, zone
from ui.forms.shapes import Field
from ui.forms.terms import choice_name, help_of, title_of, weekday
from ui.language import _
from ui.words import CHANNEL, channel

UNSET = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What the rest of the journey offers to a form: ids of buttons, names of events and attributes."""

    buttons: Sequence[str] = ()
    events: Sequence[str] = ()
    attributes: Sequence[str] = ()
    #: Whether rules here look at an event's own properties only.
    over_event: bool = False


def text(one: Field, value: Any, key: str) -> Any:
    """A line."""
    typed = st.text_input(title_of(one), str(value or ""), key=key, help=help_of(one), max_chars=one.longest)
    return _words(one, typed, value)


def longtext(one: Field, value: Any, key: str) -> Any:
    """Several lines."""
    typed = st.text_area(title_of(one), str(value or ""), key=key, help=help_of(one), max_chars=one.longest, height=130)
    return _words(one, typed, value)


def _words(one: Field, typed: str | None, value: Any) -> Any:
    written = (typed or "").strip()
    if written == (value or ""):
        return value
    return UNSET if not written and (one.nullable or not one.required) else written


def number(one: Field, value: Any, key: str) -> Any:
    """A number, whole or not; empty when it may be."""
    kind: Any = int if one.whole else float
    given = None if value is None else kind(value)
    step: Any = 1 if one.whole else 1.0
    typed = st.number_input(
        title_of(one),
        value=given,
        step=step,
        min_value=None if one.low is None else kind(one.low),
        max_value=None if one.high is None else kind(one.high),
        format=None if one.whole else "%g",
        key=key,
        help=help_of(one),
    )
    if typed is None or typed == value:
        return value if typed is not None else UNSET
    return int(typed) if float(typed).is_integer() else typed


def flag(one: Field, value: Any, key: str) -> Any:
    """Yes or no."""
    return st.toggle(title_of(one), bool(value), key=key, help=help_of(one))


def choice(one: Field, value: Any, key: str) -> Any:
    """One of a few."""
    options: list[str | None] = [*([None] if one.nullable else []), *one.choices]
    if value is not None and value not in options:
        options.append(str(value))
    place = options.index(value) if value in options else 0
    return st.selectbox(
        title_of(one), options, index=place, format_func=lambda name: choice_name(one, name), key=key, help=help_of(one)
    )


def choices(one: Field, value: Any, key: str) -> Any:
    """Any of a few, as weekdays."""
    picked = st.pills(
        title_of(one),
        one.choices,
        selection_mode="multi",
        default=list(value or ()),
        format_func=weekday,
        key=key,
        help=help_of(one),
    )
    found = [name for name in one.choices if name in picked]
    return value if found == list(value or ()) else found or UNSET


def texts(one: Field, value: Any, key: str, offered: Sequence[str] = ()) -> Any:
    """Several words; new ones are typed."""
    given = [str(word) for word in value or ()]
    picked = st.multiselect(
        title_of(one),
        list(dict.fromkeys([*offered, *given])),
        default=given,
        accept_new_options=True,
        placeholder=_("Type and press Enter"),
        max_selections=one.most,
        key=key,
        help=help_of(one),
    )
    found = [str(word) for word in picked]
    return value if found == given else found or UNSET


def duration(one: Field, value: Any, key: str) -> Any:
    """A number and a unit; before a date it may be negative."""
    signed = one.name == "offset"
    amount, unit = number_and_unit(value)
    left, right = st.columns([1, 1], vertical_alignment="bottom", gap="small")
    shown = left.number_input(
        title_of(one), value=amount, min_value=None if signed else 0, step=1, key=f"{key}.n", help=help_of(one)
    )
    units = list(UNITS)
    picked = right.selectbox(
        _("Unit"),
        units,
        index=units.index(unit),
        format_func=lambda name: unit_name(name, int(shown or 0)),
        key=f"{key}.u",
        label_visibility="hidden",
    )
    found = from_number(int(shown or 0), picked)
    return value if _same_length(value, found) else (found if shown or not one.nullable else UNSET)


def _same_length(value: Any, found: str) -> bool:
    if not value:
        return not parse(found)
    try:
        return parse(str(value)) == parse(found)
    except BadDuration:
        return False


def patience(one: Field, value: Any, key: str) -> Any:
    """How long to wait, or for ever."""
    forever = st.toggle(_("As long as it takes"), value == "forever", key=f"{key}.forever")
    if forever:
        return "forever"
    return duration(one, "P1D" if value == "forever" else value, key)


def instant_of(one: Field, value: Any, key: str) -> Any:
    """A date and a time in the reader's zone, kept as an instant."""
    given = instant(value)
    there = zone()
    local = given.astimezone(there) if given else None
    left, right = st.columns(2, vertical_alignment="bottom", gap="small")
    day = left.date_input(
        title_of(one), local.date() if local else None, key=f"{key}.d", help=help_of(one), format="DD.MM.YYYY"
    )
    clock = right.time_input(
        _("Time"), local.time().replace(second=0, microsecond=0) if local else time(12), key=f"{key}.t"
    )
    if day is None or isinstance(day, tuple):
        return UNSET
    found = datetime.combine(day, clock or time(12), tzinfo=there).astimezone(UTC)
    if given is not None and abs((found - given).total_seconds()) < 60:
        return value
    return found.isoformat()


def clock(one: Field, value: Any, key: str) -> Any:
    """A time of day."""
    shown = st.time_input(title_of(one), _clock(value), key=key, help=help_of(one), step=900)
    found = shown.strftime("%H:%M") if shown else None
    return value if found == value else found


def clocks(one: Field, value: Any, key: str) -> Any:
    """From one time of day to another, or nothing."""
    on = st.toggle(title_of(one), bool(value), key=f"{key}.on", help=help_of(one))
    if not on:
        return UNSET
    begin, end = value if value else ("21:00", "09:00")
    left, right = st.columns(2, gap="small")
    first = left.time_input(_("From"), _clock(begin), key=f"{key}.from")
    last = right.time_input(_("Until"), _clock(end), key=f"{key}.until")
    return [(first or time(21)).strftime("%H:%M"), (last or time(9)).strftime("%H:%M")]


def _clock(value: Any) -> time | None:
    try:
        return time.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def channels(one: Field, value: Any, key: str) -> Any:
    """Messengers in order of preference; nothing chosen means wherever the contact can be reached."""
    given = [value] if isinstance(value, str) else list(value or ())
    given = [name for name in given if name != "auto"]
    names = [name for name in CHANNEL if name != "auto"]
    picked = st.multiselect(
        title_of(one),
        list(dict.fromkeys([*names, *given])),
        default=given,
        format_func=channel,
        placeholder=_("Where the contact can be reached"),
        key=key,
        help=help_of(one),
    )
    return value if picked == given else (picked or "auto")


def late(one: Field, value: Any, key: str) -> Any:
    """What happens when the wake-up comes late; skipping has a length of its own."""
    options = ["run", "next_window", "skip"]
    now = "skip" if isinstance(value, Mapping) else value or "run"
    picked = st.selectbox(
        title_of(one),
        options,
        index=options.index(now) if now in options else 0,
        format_func=lambda name: choice_name(one, name),
        key=key,
        help=help_of(one),
    )
    if picked != "skip":
        return picked
    inner = Field(name="skip_if_later_than", title="Skip if later than", shape="duration", required=True)
    before = value.get("skip_if_later_than") if isinstance(value, Mapping) else "PT1H"
    length = duration(inner, before, f"{key}.skip")
    return {"skip_if_later_than": length or "PT1H"}
