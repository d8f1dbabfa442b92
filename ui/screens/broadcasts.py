"""Broadcasts: the plan of who gets what and when, and a short form for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.broadcasting import MADE, OPEN, new_broadcast
from ui.figures import compact, number, when
from ui.language import N_, _, ngettext
from ui.look import empty, heading, say_next
from ui.paging import Pages
from ui.schedules import told, was
from ui.words import JOURNEY, Word, badge, safe, word

Json = Mapping[str, Any]
SCHEDULED = Word(N_("Scheduled"), "blue", ":material/event:")
UNDER_WAY = Word(N_("Under way"), "green", ":material/send:")
ENDED = Word(N_("Ended"), "gray", ":material/event_available:")


def state(journey: Json) -> Word:
    """Draft, scheduled, under way, ended or paused."""
    status, schedules = journey["status"], journey["broadcast"]["schedules"]
    if status in ("draft", "paused"):
        return word(JOURNEY, status)
    comes = any(one["next"] for one in schedules)
    if status == "stopped":
        found = ENDED
    elif any(one["entering"] for one in schedules) or (journey["inside"] and not comes):
        found = UNDER_WAY
    else:
        found = SCHEDULED if comes else ENDED
    return found._replace(text=_(found.text))


def card(journey: Json) -> None:
    """One broadcast: name and state, whom, when, what became of the messages."""
    name, plan = str(journey["id"]), journey["broadcast"]
    with st.container(border=True):
        about, whom, time, numbers = st.columns([3, 2, 3, 3], vertical_alignment="center")
        with about, st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            label = str(journey.get("name") or _("Without a name"))
            st.page_link("screens/journey.py", label=f"**{safe(label)}**", query_params={"id": name}, width="content")
            st.markdown(badge(state(journey)), width="content")
        first = plan["schedules"][0] if plan["schedules"] else None
        with whom, st.container(gap=None):
            st.markdown(f"**{safe(audience(first))}**")
            st.caption(_("Segment") if first and first["segment"] else _("All contacts"))
        with time, st.container(gap=None):
            comes(journey, first, len(plan["schedules"]) - 1)
        shown = (
            (_("Entered"), journey.get("entered")), (_("Sent"), plan["sent"]), (_("Failures"), plan["failed"])
        )  # fmt: skip
        with numbers:
            for column, (label, value) in zip(st.columns(3, gap="xsmall"), shown, strict=True):
                with column, st.container(gap=None):
                    st.markdown(f"**{compact(value)}**")
                    st.caption(label)


def audience(first: Json | None) -> str:
    """Whom a schedule takes in, by the segment's name."""
    if first is None or not first["segment"]:
        return _("Everybody")
    return str(first["segment_name"] or first["segment"])


def comes(journey: Json, first: Json | None, others: int) -> None:
    """When it comes next in the reader's zone, or when it was; how often, by whose clock."""
    if first is None:
        st.caption(_("No time is set."))
        return
    schedule, zone = str(first["schedule"]), str(first["timezone"])
    if first["next"] and journey["status"] != "draft":
        text = _("next {when}").format(when=when(first["next"]))
    elif first["next"]:
        text = _("{when}, once published").format(when=when(first["next"]))
    else:
        text = _("was {when}").format(when=was(schedule, zone))
    st.markdown(f"**{safe(text)}**")
    more = ngettext("and {n} more time", "and {n} more times", others).format(n=number(others)) if others > 0 else ""
    st.caption(" · ".join(safe(part) for part in (told(schedule), zone, more) if part))


def nothing(search: str) -> None:
    """Why the list is empty, and how to begin."""
    if search:
        empty(":material/search_off:", _("Nothing found"), _("No broadcast is called so. Try a part of its name."))
        return
    text = _(
        "A broadcast sends one message to everybody of a segment at a set time: once, every day or every week. "
        "It is a journey like any other: it can be rehearsed, paused, and go on with questions and reminders."
    )
    empty(":material/campaign:", _("Plan your first broadcast"), text)
    with st.container(horizontal_alignment="center"):
        new_button("broadcasts-first")


def new_button(key: str) -> None:
    """Opens the form; it stays open, whatever the page does, until it is cancelled or done."""
    label = _("New broadcast")
    st.button(
        label, type="primary", icon=":material/add:", key=key, on_click=st.session_state.update, args=({OPEN: True},)
    )


def main() -> None:
    made = st.session_state.pop(MADE, None)
    if made:
        say_next(_("The draft is made. Nothing is sent until you publish it."))
        st.switch_page("screens/editor.py", query_params={"id": made})
    heading(_("Broadcasts"), _("Who gets what, and when: journeys that a segment enters on a schedule."))
    # Before the list: what is written stays although the list may not come.
    if st.session_state.get(OPEN):
        new_broadcast()
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"), key="broadcasts-search", placeholder=_("Find by name"), icon=":material/search:",
            label_visibility="collapsed", width=300, persist_state="session",
        )  # fmt: skip
        st.space("stretch")
        new = st.container(width="content")
    pages = Pages("broadcasts", search)
    page = backend().journeys(search=search or "", entry="schedule", after=pages.after)
    for journey in page.items:
        card(journey)
    if not page.items:
        nothing(search or "")
    if page.items or search:
        with new:
            new_button("broadcasts-new")
    pages.turn(page.next)


main()
