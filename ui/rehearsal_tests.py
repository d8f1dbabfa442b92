"""A journey's tests: rehearsals that were kept, and how they go on the draft."""

from __future__ import annotations

import streamlit as st

from ui.backend import backend
from ui.language import N_, _
from ui.look import attempt, careful
from ui.rehearsing import Play
from ui.words import safe

#: What may come out otherwise than a test expects.
OTHERWISE = {
    "path": N_("another way"),
    "status": N_("another state"),
    "reason": N_("another reason"),
    "node": N_("another step"),
    "converted": N_("the goal"),
}


def tests(play: Play) -> None:
    """Keep this rehearsal, and run those that were kept."""
    with st.form("rehearsal-keep", border=False, clear_on_submit=True):
        name = st.text_input(_("Keep this rehearsal as a test"), key="rehearsal-test-name", max_chars=120)
        if st.form_submit_button(_("Keep"), icon=":material/bookmark_add:") and (name or "").strip():
            kept = str(name).strip()
            attempt(lambda: backend().keep_test(play.journey, kept, play.script), _("The test is kept."))
            st.rerun()
    with careful():
        test_list(play.journey)


def test_list(journey: str) -> None:
    """The journey's tests with how they went."""
    if not backend().tests(journey):
        st.caption(_("No tests yet. What is kept here is played again before every publishing."))
        return
    for each in backend().run_tests(journey)["items"]:
        with st.container(horizontal=True, vertical_alignment="center"):
            mark = ":green[:material/check_circle:]" if each["passed"] else ":red[:material/cancel:]"
            st.markdown(f"{mark} {safe(each['name'])}", width="stretch")
            what = ", ".join(_(OTHERWISE.get(str(one["what"]), str(one["what"]))) for one in each["differences"])
            st.caption(safe(what), width="content")
            st.button(
                _("Drop"), key=f"rehearsal-drop-{each['name']}", type="tertiary",
                on_click=lambda name=each["name"]: attempt(lambda: backend().drop_test(journey, name)),
            )  # fmt: skip
