"""Contact: one person's attributes, consents, trips and everything that happened, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from ui.backend import backend
from ui.events import event_line
from ui.figures import ago, number, when
from ui.language import _
from ui.look import attempt, careful, empty, heading, say_next
from ui.paging import Pages
from ui.trips import step_titles, trips
from ui.words import Word, badge, channel, person, plain, purpose, safe

Json = Mapping[str, Any]


def facts(contact: Json) -> None:
    """Attributes, tags, addresses."""
    st.subheader(_("About"), anchor=False)
    rows = {plain(str(name)): _shown(value) for name, value in (contact.get("attributes") or {}).items()}
    rows |= {_("Time zone"): contact.get("timezone") or "–", _("Language"): contact.get("locale") or "–"}
    with st.container(border=True, gap="xsmall"):
        for name, value in rows.items():
            with st.container(horizontal=True, gap="small"):
                st.caption(safe(name), width=140)
                st.markdown(safe(value), width="stretch")
        tags = " ".join(f":gray-badge[{safe(tag)}]" for tag in contact.get("tags") or ())
        if tags:
            st.markdown(tags)
    st.subheader(_("Messengers"), anchor=False)
    if not contact.get("addresses"):
        st.caption(_("No messenger yet: this person cannot be written to."))
    for one in contact.get("addresses") or ():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe(channel(one.get('channel')))}**", width="content")
            also = ", ".join(one.get("also") or ())
            st.caption(safe(one.get("address")) + (" · " + safe(_("also {names}").format(names=also)) if also else ""))
            if one.get("reachable_until"):
                st.caption(_("Free text until {time}").format(time=when(one["reachable_until"])), width="content")
            if one.get("state"):
                st.markdown(_address_badge(str(one["state"])), width="content")


def _address_badge(state: str) -> str:
    good = Word(_("Can be reached"), "green")
    gone = Word(_("Cannot be reached"), "orange")
    known = {"ok": good, "blocked": Word(_("Blocked us"), "red"), "invalid": gone}
    return badge(known.get(state, Word(plain(state), "gray")))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{plain(str(name))}: {_shown(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    return "–" if value is None else str(value)


def consents(name: str) -> None:
    """The ledger, newest first."""
    st.subheader(_("Consents"), anchor=False)
    ledger = backend().consents(name)
    if not ledger:
        st.caption(_("No consent is on record. Marketing messages will not be sent."))
    for one in sorted(ledger, key=lambda each: str(each.get("at") or ""), reverse=True):
        with st.container(border=True, gap="xsmall"):
            where = f"**{safe(channel(one.get('channel')))}** · {safe(purpose(one.get('purpose')))}"
            st.markdown(f"{badge(_consent(one))} {where}")
            proof = " · ".join(part for part in (one.get("source"), one.get("text")) if part)
            st.caption(f"{when(one.get('at'))} · {safe(proof)}" if proof else when(one.get("at")))


def _consent(one: Json) -> Word:
    if one.get("action") == "withdraw":
        return Word(_("Withdrawn"), "red")
    if not one.get("proven"):
        return Word(_("Not proven"), "orange")
    return Word(_("Confirmed") if one.get("action") == "confirm" else _("Given"), "green")


def timeline(name: str) -> None:
    """Everything that happened, newest first, day by day as in a chat."""
    pages = Pages(f"timeline-{name}")
    page = backend().timeline(name, after=pages.after)
    if not page.items:
        empty(
            ":material/history:",
            _("Nothing has happened yet"),
            _("Messages, answers, events and consents will appear here in order."),
        )
    seen = dict.fromkeys(str(item["journey"]) for item in page.items if item.get("journey"))
    titles = {journey: step_titles(backend().url, journey) for journey in list(seen)[:10]}
    before = ""
    for item in page.items:
        day = when(item.get("at")).split(",")[0]
        if day != before:
            st.caption(f"**{day}**", text_alignment="center")
            before = day
        side: Literal["left", "right"] = "left" if item.get("kind") == "reply" else "right"
        with st.container(horizontal_alignment=side), st.container(border=True, width=560, gap=None):
            st.markdown(event_line(item, titles.get(str(item.get("journey") or ""))))
            place = str(item.get("journey_name") or item.get("journey") or "")
            st.caption(safe(f"{when(item.get('at')).split(', ')[-1]}" + (f" · {place}" if place else "")))
            if item.get("in_doubt_until"):
                said = _("Evidence is waited for until {when}; what comes then is the step's choice.")
                st.caption(safe(said.format(when=when(item["in_doubt_until"]))))
    pages.turn(page.next)


def erase(name: str) -> None:
    """Erasing is asked twice: it cannot be undone."""

    @st.dialog(_("Erase this contact?"), icon=":material/delete_forever:")
    def asked() -> None:
        st.markdown(
            _(
                "Attributes, addresses and messages of **{name}** are erased for good; "
                "trips end; funnels keep only counts."
            ).format(name=safe(name))
        )
        sure = st.text_input(_("Write the contact's id to confirm"), key="erase-sure")

        def do() -> None:
            if attempt(lambda: backend().erase_contact(name)):
                st.session_state["contact-erased"] = True

        if st.button(_("Erase for good"), type="primary", disabled=sure != name, key="erase-yes", on_click=do):
            st.rerun()

    asked()


def main() -> None:
    st.page_link("screens/contacts.py", label=_("All contacts"), icon=":material/arrow_back:")
    if st.session_state.pop("contact-erased", False):
        say_next(_("The contact is erased."))
        st.switch_page("screens/contacts.py")
    name = st.query_params.get("id")
    if not name:
        st.info(_("Choose a contact in the list."), icon=":material/group:")
        return
    contact = backend().contact(name)
    added = contact.get("created_at")
    heading(
        person(contact) or name,
        safe(name + (" · " + _("added {when}").format(when=ago(added)) if added else "")),
    )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        facts(contact)
        with careful():
            consents(name)
        if st.button(_("Erase contact"), icon=":material/delete_forever:", type="tertiary", key="contact-erase"):
            erase(name)
    with right:
        what, where = st.tabs([_("What happened"), _("Journeys")])
        with what, careful():
            timeline(name)
        with where, careful():
            trips(name)


main()
