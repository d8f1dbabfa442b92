"""A journey's past: its versions and the saved states of its draft, compared and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.changes import change_list
from ui.figures import number, when
from ui.language import _
from ui.look import attempt, careful
from ui.moving import ask_move
from ui.paging import Pages
from ui.words import JOURNEY, badge, bold, safe, word

Json = Mapping[str, Any]


def versions(journey: Json) -> None:
    """Published versions, newest first, and the door for those who are still on older ones."""
    name = str(journey["id"])
    found = backend().versions(name)
    if not found:
        st.caption(_("Nothing is published yet. Publishing makes a version that never changes."))
    if len(found) > 1 and st.button(_("Move those inside to the live version"), icon=":material/moving:", key="move"):
        ask_move(name, journey.get("document") or {})
    for one in sorted(found, key=lambda each: -int(each["version"])):
        with st.container(horizontal=True, border=True, vertical_alignment="center"):
            st.markdown(bold(_("Version {n}").format(n=one["version"])), width="content")
            if one["version"] == journey.get("version"):
                st.markdown(badge(word(JOURNEY, "live")), width="content")
            st.caption(when(one.get("published_at")), width="stretch")
            if one.get("inside") is not None:
                st.caption(_("{n} inside").format(n=number(one["inside"])), width="content")
            _doors(name, str(one["version"]), {"version": int(one["version"])})


def saved(journey: str) -> None:
    """Saved states of the draft, newest first: the present one, and what can be brought back."""
    st.caption(_("Every change is saved. Of older days fewer states are kept."))
    pages = Pages(f"revisions-{journey}")
    page = backend().revisions(journey, after=pages.after)
    for place, one in enumerate(page.items):
        with st.container(horizontal=True, border=True, vertical_alignment="center"):
            st.markdown(when(one.get("saved_at")), width="content")
            # The pages' own key is everybody's: it says nothing of who it was.
            by = str(one.get("saved_by") or "")
            st.caption(safe("" if by == "ui" else by), width="stretch")
            if place or pages.trail:
                _doors(journey, f"r{one['revision']}", {"revision": int(one["revision"])})
            else:
                st.caption(_("the draft now"), width="content")
    pages.turn(page.next)


def _doors(journey: str, source: str, what: Mapping[str, int]) -> None:
    """Compare with the draft, and bring back."""

    def bring_back() -> None:
        attempt(lambda: backend().restore(journey, what), _("It is the draft again. What the draft was is kept too."))

    if st.button(_("Compare"), key=f"compare-{source}", type="tertiary"):
        compare(journey, source)
    st.button(_("Bring back"), key=f"restore-{source}", type="tertiary", on_click=bring_back)


def compare(journey: str, source: str) -> None:
    """What the draft changes of a version or a saved state."""

    @st.dialog(_("What the draft changes"), icon=":material/difference:", width="medium")
    def shown() -> None:
        with careful():
            changes = backend().diff(journey, source)["changes"]
            if changes:
                change_list(changes, backend().draft(journey).document)
            else:
                st.info(_("They are the same."), icon=":material/check_circle:")

    shown()
