"""Widgets for what has no fixed form: names with values, and JSON for those who know."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from ui.forms.shapes import Field
from ui.forms.terms import help_of, title_of
from ui.language import _

UNSET = None


def pairs(one: Field, value: Any, key: str) -> Any:
    """Names and values, a row each; numbers, yes and no keep their type."""
    st.markdown(f"**{title_of(one)}**", help=help_of(one))
    given = dict(value or {})
    rows = [{"name": name, "value": as_text(kept)} for name, kept in given.items()]
    edited = st.data_editor(
        rows or [{"name": "", "value": ""}],
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={
            "name": st.column_config.TextColumn(_("Name")),
            "value": st.column_config.TextColumn(_("Value")),
        },
    )
    found = {
        str(row["name"]).strip(): as_value(str(row.get("value") or ""))
        for row in edited
        if str(row.get("name") or "").strip()
    }
    return value if found == given else found or UNSET


def as_text(value: Any) -> str:
    """A value as a person types it: text that looks like a number is quoted, so that it stays text."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if as_value(value) != value else value
    return json.dumps(value, ensure_ascii=False)


def as_value(typed: str) -> Any:
    """What was meant: 12 is a number, true is yes, "12" in quotes is text, everything else is text."""
    try:
        return json.loads(typed)
    except ValueError:
        return typed


def raw(one: Field, value: Any, key: str) -> Any:
    """Whatever has no form of its own, as JSON; a text that is not JSON changes nothing."""
    begin = "" if value in (None, {}) else json.dumps(value, ensure_ascii=False, indent=2)
    typed = st.text_area(title_of(one), begin, key=key, help=help_of(one) or _("For those who know: JSON."), height=140)
    if (typed or "").strip() == begin:
        return value
    if not (typed or "").strip():
        return UNSET
    try:
        return json.loads(typed)
    except ValueError as wrong:
        st.warning(
            _("This is not JSON: line {line}.").format(line=getattr(wrong, "lineno", 1)), icon=":material/data_object:"
        )
        return value
