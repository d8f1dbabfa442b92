"""Journey: one journey's drawing with live counts, its problems, versions and controls."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from ui import controls
from ui.backend import Checked, backend
from ui.canvas import mount
from ui.course import course
from ui.figures import ago, compact, percent
from ui.history import saved, versions
from ui.inside import who_is_here
from ui.language import _
from ui.look import careful
from ui.problems import problem_list
from ui.publishing import planned
from ui.trouble import Trouble
from ui.words import JOURNEY, badge, safe, word

Json = Mapping[str, Any]


def shown_document(journey: Json) -> tuple[dict[str, Any], str]:
    """The newest published version, else the draft, and what it is."""
    if journey.get("version") and journey.get("document"):
        return journey["document"], _("Version {n}").format(n=journey["version"])
    return backend().draft(str(journey["id"])).document, _("Draft")


def top(journey: Json) -> None:
    """Name, state, and what can be done."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(safe(journey.get("name") or _("Without a name")), anchor=False, width="content")
        st.markdown(badge(word(JOURNEY, journey.get("status"))), width="content")
        st.caption(_("changed {when}").format(when=ago(journey.get("updated_at"))), width="content")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        query = {"id": str(journey["id"])}
        st.page_link("screens/editor.py", label=_("Edit"), icon=":material/edit:", query_params=query)
        st.page_link(
            "screens/funnel.py", label=_("Funnel"), icon=":material/filter_alt:", query_params={"journey": query["id"]}
        )
        st.page_link("screens/rehearsal.py", label=_("Rehearsal"), icon=":material/theater_comedy:", query_params=query)
        with st.popover(_("Try"), icon=":material/person_add:"):
            entering, test = st.tabs([_("Enroll"), _("Test send")])
            with entering:
                controls.enroll_form(query["id"], place="journey")
            with test:
                controls.test_send_form(query["id"])
        with st.popover(_("File"), icon=":material/download:"):
            as_file(query["id"])
        controls.buttons(journey, place="journey")


def as_file(journey: str) -> None:
    """The draft with its tests, to keep, to review or to bring in elsewhere."""
    st.caption(_("The draft with its tests; it is brought back under Journeys › New journey › From a file."))
    for form in ("yaml", "json"):
        content = partial(backend().text, f"/v1/journeys/{journey}/file?format={form}")
        icon, key = ":material/download:", f"journey-file-{form}"
        st.download_button(form.upper(), content, f"{journey}.{form}", on_click="ignore", icon=icon, key=key)


def numbers(funnel: Json) -> None:
    """The five numbers of the whole journey."""
    entered = funnel.get("entered")
    early = sum((funnel.get("exited") or {}).values())
    shown = (
        (_("Entered"), compact(entered)),
        (_("Inside now"), compact(funnel.get("inside"))),
        (_("Completed"), compact(funnel.get("completed"))),
        (_("Left early"), compact(early)),
        (_("Converted"), percent(funnel.get("converted"), entered)),
    )
    for column, (label, value) in zip(st.columns(len(shown), gap="small"), shown, strict=True):
        column.metric(label, value, border=True)


@st.fragment(run_every=2)
def live(journey: Json, document: dict[str, Any], title: str, checked: Checked) -> None:
    """Counts on the canvas, asked anew every two seconds; a missed beat keeps the last numbers."""
    name = str(journey["id"])
    key = f"journey-funnel-{name}"
    try:
        st.session_state[key] = backend().funnel(name)
    except Trouble:
        st.caption(":material/cloud_off: " + _("No answer just now; these are the last numbers."))
    funnel = st.session_state.get(key) or {}
    numbers(funnel)
    st.caption(f"{title} · :green[:material/sensors:] " + _("updated every two seconds"))
    mount.watch(name, title, document, key=f"look-{name}", checked=checked, counts=funnel.get("nodes") or ())


def main() -> None:
    name = st.query_params.get("id")
    st.page_link("screens/journeys.py", label=_("All journeys"), icon=":material/arrow_back:")
    if not name:
        st.info(_("Choose a journey in the list."), icon=":material/route:")
        return
    journey = backend().journey(name)
    document, title = shown_document(journey)
    checked = backend().check(name, document)
    top(journey)
    with careful():
        planned(journey)
    course(journey)
    graph, inside, more = st.tabs([_("Drawing"), _("Who is here"), _("Versions")])
    with graph:
        if checked.problems:
            with st.expander(
                _("Problems ({n})").format(n=len(checked.problems)),
                expanded=not journey.get("version"),
                icon=":material/rule:",
            ):
                problem_list(checked.problems, document)
        live(journey, document, title, checked)
    with inside, careful():
        who_is_here(journey, document)
    with more:
        published, drafts = st.columns(2, gap="large")
        with published, careful():
            versions(journey)
        with drafts, careful():
            saved(name)


main()
