"""Editor: a journey built by hand: steps on the left, the chosen step's form on the right, saved as you go."""

from __future__ import annotations

import streamlit as st

from ui import controls
from ui.backend import backend
from ui.desk import banner, kinds, saved_line, steps_list
from ui.drawing import Captions, draw
from ui.language import _
from ui.look import heading
from ui.said import sentences
from ui.step_form import settings_of_journey, step_form
from ui.words import JOURNEY, KIND, badge, exit_name, word
from ui.workbench import Work, open_work


def top(work: Work) -> None:
    """Name, state, what is saved, and what can be done."""
    api = backend()
    journey = api.journey(work.journey)
    heading(work.document.get("graph", {}).get("name") or _("Without a name"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(badge(word(JOURNEY, journey.get("status"))), width="content")
        saved_line(work)
        st.space("stretch")
        st.button(_("Undo"), icon=":material/undo:", disabled=not work.past, key="editor-undo", on_click=work.undo)
        query = {"id": work.journey}
        st.page_link("screens/journey.py", label=_("Watch"), icon=":material/account_tree:", query_params=query)
        with st.popover(_("Try on a contact"), icon=":material/person_add:"):
            controls.enroll_form(work.journey, place="editor")
        if st.button(
            _("Publish"), icon=":material/rocket_launch:", type="primary", key="editor-publish", disabled=work.conflict
        ):
            controls.ask_publish(work.journey)


def problems(work: Work) -> None:
    """All problems at one place, above the form."""
    found = work.checked.problems
    if not found:
        st.caption(":green[:material/check_circle:] " + _("No problems: this journey can be published."))
        return
    with st.expander(_("Problems ({n})").format(n=len(found)), icon=":material/rule:"):
        controls.problem_list(found, work.document)


def picture(work: Work) -> None:
    """The whole journey as a drawing."""
    captions = Captions(exit_name=exit_name, kind=lambda kind: word(KIND, kind).text)
    dot = draw(
        work.document,
        icons={kind: one.get("icon") or "•" for kind, one in kinds(backend().url).items()},
        sentences=sentences(work.document, work.checked.nodes),
        problems=work.checked.problems,
        captions=captions,
        dark=st.context.theme.type == "dark",
    )
    with st.container(horizontal_alignment="center", border=True):
        st.graphviz_chart(dot, width="content", alt=_("The journey's steps and ways"))


def main() -> None:
    st.page_link("screens/journeys.py", label=_("All journeys"), icon=":material/arrow_back:")
    name = st.query_params.get("id")
    if not name:
        st.info(_("Choose a journey in the list."), icon=":material/route:")
        return
    api = backend()
    work = open_work(api, name)
    work.commit(api)
    # The form comes first, though it stands last: what it changes is saved and checked before the rest is drawn.
    # A second run instead would swallow a press on the menu that came between: Streamlit joins the two.
    roof = st.container()
    edit, whole = st.tabs([_("Steps"), _("Drawing")])
    with edit:
        left, right = st.columns([1, 1.9], gap="large")
        over = right.container()
        with right:
            redraw = step_form(work, api) if work.selected else settings_of_journey(work, api)
    with roof:
        top(work)
        banner(work)
    with left:
        steps_list(work)
    with over:
        problems(work)
    with whole:
        picture(work)
    if redraw or work.look(api):
        st.rerun()


main()
