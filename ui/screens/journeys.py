"""Journeys: all of them with state and numbers; create one blank, from an example or from a file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import controls
from ui.backend import backend
from ui.bringing_in import from_file
from ui.drafts import blank
from ui.figures import ago, compact, percent
from ui.gallery import gallery
from ui.language import _
from ui.look import attempt, careful, empty, heading, say_next
from ui.paging import Pages
from ui.words import JOURNEY, badge, safe, word

Json = dict[str, Any]
STATES = ("live", "paused", "draft", "stopped")


def open_editor(journey: str) -> None:
    """The editor with the journey; the address names it."""
    st.switch_page("screens/editor.py", query_params={"id": journey})


def create(document: Json, tests: list[Json] | None = None) -> None:
    """Makes a journey of the document and remembers to open it."""
    made = attempt(lambda: backend().bring_in(document, tests or []))
    if made:
        st.session_state["journeys-made"] = str(made["id"])


def new_journey() -> None:
    """Asks how to begin, under a title in the reader's language."""
    st.dialog(_("New journey"), width="large", icon=":material/add:")(ways_to_begin)()


def ways_to_begin() -> None:
    """Three ways: ready-made, blank, from a file."""
    ready, clean, file = st.tabs([_("Ready-made"), _("Blank"), _("From a file")])
    with ready, careful():
        gallery(create)
    with clean:
        name = st.text_input(_("Name"), key="new-name", placeholder=_("Spring coupon"), max_chars=120)
        label = _("Create and open")
        if st.button(label, type="primary", key="new-blank", on_click=create, args=(blank(name or _("New journey")),)):
            st.rerun()
    with file:
        from_file(create)


def toolbar() -> tuple[str, str]:
    """Search, state filter and the button; what was searched and filtered."""
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"),
            key="journeys-search",
            placeholder=_("Find by name"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=300,
            persist_state="session",
        )
        status = st.segmented_control(
            _("State"),
            STATES,
            format_func=lambda name: word(JOURNEY, name).text,
            key="journeys-status",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.space("stretch")
        if st.button(_("New journey"), type="primary", icon=":material/add:", key="journeys-new"):
            new_journey()
    return search or "", status or ""


def card(journey: Json) -> None:
    """One journey: name and state, four numbers, what can be done."""
    name = str(journey["id"])
    with st.container(border=True):
        about, numbers, doors = st.columns([3, 3.6, 2.8], vertical_alignment="center")
        with about:
            title = safe(journey.get("name") or _("Without a name"))
            st.markdown(f"**{title}** &nbsp; {badge(word(JOURNEY, journey.get('status')))}")
            never = _("not published yet") if journey.get("status") == "draft" else ""
            st.caption(" · ".join(part for part in (never, ago(journey.get("updated_at"))) if part))
        entered = journey.get("entered")
        shown = (
            (_("Entered"), compact(entered)),
            (_("Inside"), compact(journey.get("inside"))),
            (_("Completed"), compact(journey.get("completed"))),
            (_("Converted"), percent(journey.get("converted"), entered)),
        )
        with numbers:
            for column, (label, value) in zip(st.columns(4, gap="xsmall"), shown, strict=True):
                with column:
                    small(label, value)
        with doors, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            st.page_link(
                "screens/journey.py", label=_("Open"), icon=":material/account_tree:", query_params={"id": name}
            )
            st.page_link("screens/editor.py", label=_("Edit"), icon=":material/edit:", query_params={"id": name})
            with st.popover("", icon=":material/more_horiz:", key=f"more-{name}"):
                controls.buttons(journey, place="list")
                st.page_link(
                    "screens/funnel.py", label=_("Funnel"), icon=":material/filter_alt:", query_params={"journey": name}
                )


def small(label: str, value: str) -> None:
    """A number over its name, small enough for a row."""
    with st.container(gap=None):
        st.markdown(f"**{value}**")
        st.caption(label)


def nothing(filtered: bool) -> None:
    """Why the list is empty, and how to begin."""
    if filtered:
        empty(":material/search_off:", _("Nothing found"), _("No journey fits the search. Try another word or state."))
        return
    empty(
        ":material/route:",
        _("Draw your first journey"),
        _(
            "A journey is a conversation with many people at once: a message, a wait, an answer, the next message. "
            "Take a ready-made one and change its words."
        ),
    )
    with st.container(horizontal_alignment="center"):
        if st.button(
            _("Choose a ready-made journey"), type="primary", icon=":material/auto_awesome:", key="journeys-first"
        ):
            new_journey()


def main() -> None:
    made = st.session_state.pop("journeys-made", None)
    if made:
        say_next(_("The journey is created."))
        open_editor(made)
    heading(_("Journeys"), _("Every conversation that runs by itself."))
    search, status = toolbar()
    pages = Pages("journeys", (search, status))
    page = backend().journeys(search=search, status=status, after=pages.after)
    for journey in page.items:
        card(journey)
    if not page.items:
        nothing(filtered=bool(search or status))
    pages.turn(page.next)


main()
