"""Who is in a journey: searched, by step, page by page, each with why and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.figures import compact, number
from ui.language import _, ngettext
from ui.look import attempt, empty, say_next
from ui.paging import Pages
from ui.standing import latest, place, waits, wakes
from ui.words import ENROLLMENT, badge, safe, word

Json = Mapping[str, Any]


def who_is_here(journey: Json, document: Json) -> None:
    """The people inside, newest first."""
    name = str(journey["id"])
    names = {node["id"]: str(node.get("title") or node["id"]) for node in document.get("nodes", ())}
    search, step = _question(names)
    pages = Pages(f"inside-{name}", (search, step))
    page = backend().enrollments(
        journey=name,
        status="inside",
        node=step,
        search=search,
        order="newest",
        limit=20,
        after=pages.after,
    )
    if step and page.items:
        with st.container(horizontal=True):
            move = st.button(_("Move everybody from this step"), icon=":material/moving:", key="send-step")
            _take_out(name, step, names[step])
        if move:
            ask_where(name, names, step=step)
    for trip in page.items:
        if _person(trip, names):
            ask_where(name, names, trip=trip)
    if not page.items and (search or step):
        empty(":material/search_off:", _("Nobody found"), _("Nobody here fits. Try another step or part of a name."))
    elif not page.items:
        empty(":material/group:", _("Nobody is inside"), _("Who enters will appear here, with what they wait for."))
    if pages.trail or page.next:
        st.caption(_("page {n}").format(n=compact(pages.number)))
    pages.turn(page.next)


def _question(names: Mapping[str, str]) -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"),
            key="inside-search",
            placeholder=_("Find by id, name or any attribute"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=320,
        )
        step = st.selectbox(
            _("Step"),
            ["", *names],
            format_func=lambda node: names.get(node) or _("At any step"),
            key="inside-step",
            label_visibility="collapsed",
            width=260,
        )
    return search or "", step or ""


def _take_out(journey: str, step: str, title: str) -> None:
    """Takes everybody out who is at a step, after a second press."""
    with st.popover(_("Take everybody out of this step"), icon=":material/logout:"):
        st.caption(_("Their trips end here. What was planned for them is not sent. This cannot be undone."))
        label = _("Take out everybody at “{title}”").format(title=safe(title))
        st.button(label, key="eject-step", type="primary", on_click=_eject, args=(journey, None, step))


def ask_where(journey: str, names: Mapping[str, str], *, trip: Json | None = None, step: str = "") -> None:
    """Asks to which step one person goes, or everybody at a step, and sends them there."""
    here = str(trip.get("node")) if trip else step
    who = safe(trip["contact"]) if trip else _("everybody at “{title}”").format(title=safe(names[step]))

    @st.dialog(_("Move to another step"), icon=":material/moving:")
    def asked() -> None:
        others = [node for node in names if node != here]
        to = st.selectbox(_("Where they go"), others, format_func=lambda node: names[node], key="send-to")
        st.caption(_("They begin that step at once. What was planned for them is not sent. Other people stay."))
        label = _("Move {who}").format(who=who)
        if st.button(
            label, type="primary", key="send-yes", disabled=not to, on_click=_send, args=(journey, to, trip, here)
        ):
            st.rerun()

    asked()


def _send(journey: str, to: str, trip: Json | None, step: str) -> None:
    chosen = [str(trip["contact"])] if trip else None
    many = attempt(lambda: backend().send_to(journey, to, contacts=chosen, node=step))
    if many is not None:
        done = ngettext("{n} contact has been moved.", "{n} contacts have been moved.", many).format(n=number(many))
        say_next(done if many else _("Nobody was moved: the version that they are on has no such step."))


def _eject(journey: str, contacts: list[str] | None, step: str = "") -> None:
    attempt(lambda: backend().eject(journey, contacts=contacts, node=step), _("Taken out."))


def _person(trip: Json, names: Mapping[str, str]) -> bool:
    """One person inside; whether somebody wants to move them."""
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            query = {"id": str(trip["contact"])}
            st.page_link("screens/contact.py", label=str(trip["contact"]), icon=":material/person:", query_params=query)
            st.markdown(badge(word(ENROLLMENT, trip.get("status"))), width="content")
            st.space("stretch")
            icon = ":material/moving:"
            move = st.button(_("Move"), type="tertiary", icon=icon, key=f"send-{trip['id']}")
            with st.popover(_("Take out"), type="tertiary", icon=":material/logout:"):
                st.caption(_("Their trip ends here. What was planned for them is not sent. This cannot be undone."))
                st.button(
                    _("Take out {name}").format(name=safe(trip["contact"])), key=f"eject-{trip['id']}", type="primary",
                    on_click=_eject, args=(str(trip["journey"]), [str(trip["contact"])]),
                )  # fmt: skip
        st.markdown(f"{place(trip, names)} {waits(trip)}")
        st.caption(f"{wakes(trip)} {latest(trip)}")
    return move
