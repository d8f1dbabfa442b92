"""Editor: a journey drawn by hand on the canvas, saved as you go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import controls
from ui.backend import backend
from ui.canvas import mount
from ui.language import _
from ui.look import careful
from ui.publishing import ask_publish, planned
from ui.trouble import Trouble
from ui.words import JOURNEY, badge, safe, word
from ui.workbench import Work, open_work

Json = Mapping[str, Any]


def top(work: Work) -> None:
    """Name and state, and where else one can go."""
    journey = backend().journey(work.journey)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("screens/journeys.py", label=_("All journeys"), icon=":material/arrow_back:")
        name = work.document.get("graph", {}).get("name") or _("Without a name")
        st.title(safe(name), anchor=False, width="content")
        st.markdown(badge(word(JOURNEY, journey.get("status"))), width="content")
        st.space("stretch")
        query = {"id": work.journey}
        st.page_link("screens/journey.py", label=_("Watch"), icon=":material/account_tree:", query_params=query)
        with st.popover(_("Try on a contact"), icon=":material/person_add:"):
            controls.enroll_form(work.journey, place="editor")
    planned(journey)


def board(work: Work) -> None:
    """The canvas. It keeps what is typed to itself, so that it never waits for this page."""
    name, key = work.journey, f"canvas-{work.journey}"

    def drafted() -> None:
        work.receive(backend(), _said(key, "draft"))

    def acted() -> None:
        wish = _said(key, "action") or {}
        work.receive(backend(), wish.get("draft"))
        if wish.get("name") == "match":
            st.session_state[f"answer-{name}"] = {"asked": wish.get("asked"), "what": matches(wish)}
        else:
            st.session_state[f"wish-{name}"] = dict(wish)

    mount.edit(work, key=key, on_draft=drafted, on_action=acted, answer=st.session_state.get(f"answer-{name}"))


@st.fragment(run_every=4)
def follow(work: Work) -> None:
    """Looks now and then whether what waits can be saved, and whether somebody else has saved."""
    # Not the canvas itself in a fragment: a draft that comes after a press on the menu finds its fragment gone, and
    # Streamlit then leaves an empty page behind.
    if st.session_state.get("_followed") == work.journey and (work.waiting is not None or work.look(backend())):
        st.rerun()
    st.session_state["_followed"] = work.journey


def _said(key: str, name: str) -> Any:
    """What the canvas has just said under the name."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)


def matches(wish: Json) -> list[Any]:
    """Which branch the last replies would take; branches that are still being written take none."""
    try:
        return backend().match_replies({name: wish.get(name) for name in ("branches", "options", "text")})
    except Trouble:
        return []


def fulfil(work: Work, wish: Json) -> None:
    """Does what the person asked of the whole page."""
    match wish.get("name"):
        case "publish":
            ask_publish(work.journey)
        case "rehearse":
            st.switch_page("screens/rehearsal.py", query_params={"id": work.journey})


def wide() -> None:
    """The canvas wants the whole width: the page's margins are narrower here."""
    st.html("<style>.stMainBlockContainer {padding: 1.6rem 1.4rem 1rem}</style>")


def main() -> None:
    wide()
    name = st.query_params.get("id")
    if not name:
        st.page_link("screens/journeys.py", label=_("All journeys"), icon=":material/arrow_back:")
        st.info(_("Choose a journey in the list."), icon=":material/route:")
        return
    api = backend()
    work = open_work(api, name)
    work.save(api)
    work.look(api)
    work.check(api)
    # A moment in which the API is silent must not take the canvas away from somebody who draws on it.
    with careful():
        top(work)
    wish = st.session_state.pop(f"wish-{name}", None)
    if wish:
        fulfil(work, wish)
    board(work)
    st.session_state.pop("_followed", None)
    follow(work)


main()
