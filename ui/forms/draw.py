"""A whole form: the fields of an object drawn one under another, lists with rows to add and remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ui.forms import free, widgets
from ui.forms.rules import rule
from ui.forms.shapes import Field, blank, names_in
from ui.forms.terms import help_of, title_of
from ui.forms.widgets import Hints
from ui.language import _

Json = dict[str, Any]
Drawer = Callable[[Field, Any, str], Any]
SIMPLE: Mapping[str, Drawer] = {
    "text": widgets.text,
    "longtext": widgets.longtext,
    "number": widgets.number,
    "flag": widgets.flag,
    "choice": widgets.choice,
    "choices": widgets.choices,
    "duration": widgets.duration,
    "patience": widgets.patience,
    "instant": widgets.instant_of,
    "clock": widgets.clock,
    "clocks": widgets.clocks,
    "channels": widgets.channels,
    "late": widgets.late,
    "pairs": free.pairs,
    "json": free.raw,
}
#: Set when a row was added or taken away: widgets below it must be made anew.
BUMP = "form-bump"


def form(fields: Sequence[Field], values: Mapping[str, Any], key: str, hints: Hints) -> Json:
    """The values that the person left in the form; what is untouched stays exactly as it was."""
    made = dict(values)
    for one in fields:
        shown = values.get(one.name, one.default)
        found = field(one, shown, f"{key}.{one.name}", hints)
        if found == shown:
            continue
        if found is None:
            made.pop(one.name, None)
        else:
            made[one.name] = found
    return made


def field(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """One field by its shape."""
    if one.shape in HINTED:
        return HINTED[one.shape](one, value, key, hints)
    if one.hint in ("event", "attribute"):
        return suggested(one, value, key, hints.events if one.hint == "event" else hints.attributes)
    return SIMPLE[one.shape](one, value, key)


def words(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """A list of words; ids of buttons are offered where buttons are meant."""
    return widgets.texts(one, value, key, hints.buttons if one.name == "buttons" else ())


def suggested(one: Field, value: Any, key: str, offered: Sequence[str]) -> Any:
    """A name, with those that the journey already uses to choose from."""
    options = list(dict.fromkeys([*offered, *([str(value)] if value else [])]))
    picked = st.selectbox(
        title_of(one),
        options,
        index=options.index(value) if value in options else None,
        accept_new_options=True,
        placeholder=_("Type a name"),
        key=key,
        help=help_of(one),
    )
    return picked or None


def group(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """An object inside the object; one that may be missing has a switch."""
    if one.nullable:
        on = st.toggle(title_of(one), value is not None, key=f"{key}.on", help=help_of(one))
        if not on:
            return None
        value = value if value is not None else blank(one.fields)
    else:
        st.markdown(f"**{title_of(one)}**", help=help_of(one))
    with st.container(border=True):
        return form(one.fields, value or {}, key, hints)


def rows(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """A list of objects: each in a box with a cross; a button adds another."""
    items = [dict(row) for row in value or ()]
    st.markdown(f"**{title_of(one)}**", help=help_of(one))
    made: list[Json] = []
    removed: int | None = None
    for place, item in enumerate(items):
        with st.container(border=True):
            body, cross = st.columns([14, 1], gap="small", vertical_alignment="top")
            with body:
                made.append(row(one.fields, item, f"{key}.{place}", hints))
            tip = _("Remove")
            if cross.button(
                "",
                icon=":material/close:",
                key=f"{key}.{place}.remove",
                help=tip,
                type="tertiary",
                disabled=len(items) <= one.least,
            ):
                removed = place
    if removed is not None:
        made.pop(removed)
        st.session_state[BUMP] = True
    full = one.most is not None and len(items) >= one.most
    if st.button(_("Add"), icon=":material/add:", key=f"{key}.add", disabled=full):
        made.append(blank(one.fields, names_in(made)))
        st.session_state[BUMP] = True
    return value if made == items else made


def row(fields: Sequence[Field], item: Mapping[str, Any], key: str, hints: Hints) -> Json:
    """One object of a list: what is short side by side, what is long below, the rest under «More»."""
    needed = [one for one in fields if one.required or one.shape in ("rule", "texts")]
    short = [one for one in needed if one.shape in ("text", "number", "choice", "flag")]
    short += [one for one in fields if one not in needed and one.name in ("weight", "type")]
    long = [one for one in needed if one not in short]
    rest = [one for one in fields if one not in short and one not in long]
    made = dict(item)
    if short:
        for column, one in zip(st.columns(len(short), gap="small"), short, strict=True):
            with column:
                made = form([one], made, key, hints)
    made = form(long, made, key, hints)
    if rest:
        used = any(item.get(one.name) not in (None, one.default) for one in rest)
        with st.expander(_("More"), expanded=used):
            made = form(rest, made, key, hints)
    return made


def rules(one: Field, value: Any, key: str, hints: Hints) -> Any:
    """A list of rules."""
    items = list(value or ())
    made = [rule(one, each, f"{key}.{place}", hints) for place, each in enumerate(items)]
    if st.button(_("Add a rule"), icon=":material/add:", key=f"{key}.add"):
        made.append({"all": []})
        st.session_state[BUMP] = True
    kept = [each for each in made if each is not None]
    return value if kept == items else kept or None


HINTED: Mapping[str, Callable[[Field, Any, str, Hints], Any]] = {
    "rows": rows,
    "group": group,
    "rule": rule,
    "rules": rules,
    "texts": words,
}
