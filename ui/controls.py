"""What can be done with a journey as a whole: publish, pause, resume, stop, enroll; and the questions before it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from ui.backend import backend
from ui.figures import number
from ui.language import _, ngettext
from ui.look import attempt, careful
from ui.publishing import ask_publish
from ui.words import reason, safe

Json = Mapping[str, Any]


def act(journey: str, action: str, done: str, body: Json | None = None) -> None:
    """Asks the API for the action; the page shows how it went."""
    attempt(lambda: backend().act(journey, action, body), done)


def buttons(journey: Json, *, place: str) -> None:
    """The buttons that the journey's state allows, side by side."""
    name, status = str(journey["id"]), journey.get("status")
    if status in ("draft", "live", "paused"):
        label = _("Publish") if status == "draft" else _("Publish changes")
        kind: Literal["primary", "secondary"] = "primary" if status == "draft" else "secondary"
        if st.button(label, icon=":material/rocket_launch:", key=f"{place}-publish-{name}", type=kind):
            ask_publish(name)
    if status == "live":
        pause = _("Paused. Nobody is dropped; nothing is sent until you resume.")
        st.button(
            _("Pause"), icon=":material/pause:", key=f"{place}-pause-{name}", on_click=act, args=(name, "pause", pause)
        )
    if status == "paused":
        resume = _("The journey goes on.")
        st.button(
            _("Resume"),
            icon=":material/play_arrow:",
            key=f"{place}-resume-{name}",
            type="primary",
            on_click=act,
            args=(name, "resume", resume),
        )
    if status in ("live", "paused") and st.button(_("Stop"), icon=":material/stop:", key=f"{place}-stop-{name}"):
        ask_stop(name, int(journey.get("inside") or 0))


def ask_stop(journey: str, inside: int) -> None:
    """Stopping is final: asks what happens to those who are inside."""

    @st.dialog(_("Stop this journey for good?"), icon=":material/stop_circle:")
    def asked() -> None:
        st.markdown(_("A stopped journey takes in nobody and cannot be resumed. To hold it for a while, pause it."))
        ways = {"drain": _("Let them finish"), "eject": _("Take them out now")}
        text = ngettext("{n} contact is inside. What about them?", "{n} contacts are inside. What about them?", inside)
        picked = st.radio(
            text.format(n=number(inside)), list(ways), format_func=lambda way: ways[way], key=f"stop-way-{journey}"
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(_("Keep it"), key="stop-no"):
                st.rerun()
            body = {"inside": picked}
            if st.button(
                _("Stop for good"),
                type="primary",
                key="stop-yes",
                on_click=act,
                args=(journey, "stop", _("Stopped."), body),
            ):
                st.rerun()

    asked()


def enroll_form(journey: str, *, place: str) -> None:
    """Puts contacts into the journey by their ids."""
    st.caption(_("The journey must be live. The contact starts at the first step, at once."))
    with st.form(f"{place}-enroll", border=False, clear_on_submit=False):
        text = st.text_input(
            _("Contact ids"),
            key=f"{place}-enroll-ids",
            placeholder="c1, c2",
            help=_("Several ids: separate them with commas."),
        )
        pressed = st.form_submit_button(_("Enroll"), icon=":material/person_add:", type="primary")
    ids = [one.strip() for one in (text or "").replace("\n", ",").split(",") if one.strip()]
    if pressed and not ids:
        st.warning(_("Write at least one id."), icon=":material/edit:")
    if pressed and ids:
        with careful():
            _enrolled(backend().enroll(journey, ids, str(uuid.uuid4())))


def test_send_form(journey: str) -> None:
    """Sends one message of the draft to a contact, usually oneself."""
    st.caption(_("A message of the draft, as this contact would get it. It counts in no funnel."))
    document = backend().draft(journey).document
    talking = {
        node["id"]: node.get("title") or node["id"] for node in document["nodes"] if node["kind"] in ("send", "survey")
    }
    with st.form("test-send", border=False):
        node = st.selectbox(_("Message"), list(talking), format_func=lambda name: talking[name], key="test-send-node")
        contact = (st.text_input(_("Contact id"), key="test-send-contact") or "").strip()
        pressed = st.form_submit_button(_("Send to this contact"), icon=":material/send:", type="primary")
    if pressed and not contact:
        st.warning(_("Write at least one id."), icon=":material/edit:")
    elif pressed and node:
        with careful():
            backend().test_send(journey, node, contact)
            st.success(_("On its way."), icon=":material/check_circle:")


def _enrolled(outcome: Json) -> None:
    count = int(outcome.get("enrolled") or 0)
    if count:
        text = ngettext("{n} contact has entered.", "{n} contacts have entered.", count)
        st.success(text.format(n=number(count)), icon=":material/check_circle:")
    for one in outcome.get("skipped") or ():
        st.warning(f"**{safe(one.get('contact'))}**: {reason(one.get('reason'))}", icon=":material/person_off:")
