"""Rules of countries and industries: where a messenger may not be used, and the law that says so."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import streamlit as st

from ui import reach
from ui.language import _
from ui.look import attempt, careful
from ui.said import said
from ui.words import PURPOSE, channel, purpose, safe

Json = Mapping[str, Any]
#: What a rule says, without its name.
TOLD = ("country", "industry", "channel", "category", "law", "since", "active")


def policies(messengers: Sequence[str]) -> None:
    """The rules, each with its law and its switch; a form that makes one or edits it."""
    with careful():
        told = reach.policies()
        business = told["business"]
        if not (business.get("country") or business.get("industry")):
            st.caption(_("Tropa does not know your country and industry: set TROPA_COUNTRY and TROPA_INDUSTRY."))
        for law, same in groupby(sorted(told["items"], key=_law), key=_law):
            with st.container(border=True, gap="small"):
                st.caption(safe(said(law)))
                for one in same:
                    _rule(one)
        _form(told["items"], messengers)


def _rule(one: Json) -> None:
    name = str(one["name"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(safe(_whom(one)), width="stretch")
        st.toggle(
            _("Holds"),
            value=bool(one["active"]),
            key=f"policy-on-{name}-{one['active']}",
            on_change=_switch,
            args=(one,),
        )
        st.button(
            "",
            icon=":material/delete:",
            help=_("Take this rule away"),
            key=f"policy-remove-{name}",
            type="tertiary",
            on_click=attempt,
            args=(lambda: reach.remove_policy(name), _("The rule is taken away.")),
        )


def _law(one: Json) -> str:
    return str(one["law"])


def _whom(one: Json) -> str:
    """In a line: which messages may not go where, for whom, from when on."""
    parts = [
        _("any country") if one["country"] == "*" else str(one["country"]),
        _("any industry") if one["industry"] == "*" else str(one["industry"]),
        _place(str(one["channel"])),
        _category(str(one["category"])),
        _("since {day}").format(day=str(one["since"])[:10]),
    ]
    return " · ".join(parts)


def _switch(one: Json) -> None:
    body = {key: one[key] for key in TOLD} | {"active": not one["active"], "since": str(one["since"])[:10]}
    attempt(lambda: reach.keep_policy(str(one["name"]), body))


def _form(items: Sequence[Json], messengers: Sequence[str]) -> None:
    known = {str(one["name"]): one for one in items}
    picked = st.selectbox(
        _("Rule"),
        ["", *known],
        format_func=lambda name: _whom(known[name]) if name else _("A new rule"),
        key="policy-picked",
    )
    old: Json = known.get(str(picked or ""), {})
    key = f"policy-{picked}"
    with st.form(key, border=True):
        left, right = st.columns(2)
        country = left.text_input(
            _("Country of the contact"),
            _typed(old, "country"),
            key=f"{key}-country",
            help=_("Two letters; empty: any."),
            max_chars=2,
        )
        industry = right.text_input(
            _("Industry of the business"),
            _typed(old, "industry"),
            key=f"{key}-industry",
            help=_("As in TROPA_INDUSTRY; empty: any."),
        )
        where = _choice(left, _("Messenger"), ["*", *messengers], old.get("channel"), _place, f"{key}-channel")
        kinds = ["*", *PURPOSE]
        what = _choice(right, _("Messages"), kinds, old.get("category"), _category, f"{key}-category")
        law = st.text_input(_("Law or rule that says so"), str(old.get("law") or ""), key=f"{key}-law", max_chars=300)
        since = st.date_input(
            _("In force since"), date.fromisoformat(str(old["since"])[:10]) if old else "today", key=f"{key}-since"
        )
        pressed = st.form_submit_button(_("Keep the rule"), icon=":material/gavel:")
    if not pressed:
        return
    if len((law or "").strip()) < 3:
        st.warning(_("Name the law: without its source nobody can judge the rule."), icon=":material/edit:")
        return
    body = {
        "country": (country or "").strip().upper() or "*",
        "industry": (industry or "").strip().lower() or "*",
        "channel": where,
        "category": what,
        "law": (law or "").strip(),
        "since": str(since),
        "active": bool(old.get("active", True)),
    }
    with careful():
        reach.keep_policy(str(picked or f"rule-{secrets.token_hex(4)}"), body)
        st.rerun()


def _choice(place: Any, label: str, options: list[str], chosen: object, named: Callable[[str], str], key: str) -> str:
    index = options.index(str(chosen)) if chosen in options else 0
    return str(place.selectbox(label, options, index, format_func=named, key=key))


def _typed(old: Json, name: str) -> str:
    return "" if old.get(name, "*") == "*" else str(old[name])


def _place(name: str) -> str:
    return _("any messenger") if name == "*" else channel(name)


def _category(name: str) -> str:
    return _("any messages") if name == "*" else purpose(name)
