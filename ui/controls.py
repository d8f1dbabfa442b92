"""What can be done with a journey as a whole: publish, pause, resume, stop, enroll; and the questions before it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from ui.backend import backend
from ui.changes import Change, changes
from ui.figures import number
from ui.language import _, ngettext
from ui.look import attempt, careful
from ui.said import said
from ui.words import KIND, exit_name, plain, reason, safe, word

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


def ask_publish(journey: str) -> None:
    """Shows what would change for contacts, then publishes."""

    @st.dialog(_("Publish this journey?"), icon=":material/rocket_launch:", width="medium")
    def asked() -> None:
        with careful():
            draft = backend().draft(journey).document
            checked = backend().check(journey, draft)
            wrong = [one for one in checked.problems if one.get("level") == "error"]
            if wrong:
                st.error(_("These problems must be mended first:"), icon=":material/error:")
                problem_list(wrong, draft)
                return
            _what_changes(journey, draft)
            warnings = [one for one in checked.problems if one not in wrong]
            if warnings:
                st.warning(_("It can be published, but look at this:"), icon=":material/warning:")
                problem_list(warnings, draft)
            done = _("Published. Contacts can enter now.")
            with st.container(horizontal=True, horizontal_alignment="right"):
                if st.button(_("Not yet"), key="publish-no"):
                    st.rerun()
                if st.button(
                    _("Publish"), type="primary", key="publish-yes", on_click=act, args=(journey, "publish", done)
                ):
                    st.rerun()

    asked()


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


def _enrolled(outcome: Json) -> None:
    count = int(outcome.get("enrolled") or 0)
    if count:
        text = ngettext("{n} contact has entered.", "{n} contacts have entered.", count)
        st.success(text.format(n=number(count)), icon=":material/check_circle:")
    for one in outcome.get("skipped") or ():
        st.warning(f"**{safe(one.get('contact'))}**: {reason(one.get('reason'))}", icon=":material/person_off:")


def problem_list(problems: list[Any], document: Json) -> None:
    """Problems under the names of their steps, with what to do."""
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document.get("nodes", ())}
    lines, whole = [], _("The journey")
    for one in problems:
        where = f"**{safe(titles.get(one.get('node'), one.get('node') or whole))}**"
        mark = ":red[:material/error:]" if one.get("level") == "error" else ":orange[:material/warning:]"
        way = " → ".join(safe(titles.get(step, step)) for step in one.get("way") or ())
        line = f"{mark} {where}{place(one)}: {safe(said(one.get('text')))} :gray[{safe(said(one.get('fix')))}]"
        on_the_way = _("On the way")
        lines.append(f"{line} :gray[{on_the_way}: {way}]" if len(one.get("way") or ()) > 1 else line)
    st.markdown("\n\n".join(lines))


def place(problem: Json) -> str:
    """The setting at fault, after the step's name: `questions › 1 › text`."""
    path = str(problem.get("path") or "")
    parts = [str(int(part) + 1) if part.isdigit() else plain(part) for part in path.split(".") if part]
    return f" › {safe(' › '.join(parts))}" if parts else ""


def _what_changes(journey: str, draft: Json) -> None:
    known = backend().journey(journey)
    newest, live = known.get("version"), known.get("document")
    if not newest or not live:
        st.markdown(_("This is the first version. Contacts can enter as soon as it is published."))
        return
    found = changes(live, draft)
    if not found:
        st.info(_("Nothing has changed since version {n}.").format(n=newest), icon=":material/info:")
        return
    st.markdown(_("Against version {n}:").format(n=newest))
    st.markdown("\n".join(f"- {change_line(one)}" for one in found))
    st.caption(_("Contacts who are inside finish on the version that they began."))


def change_line(change: Change) -> str:
    """One difference in words."""
    title = f"**{safe(change.title or word(KIND, change.kind).text)}**"
    fields = safe(", ".join(change.fields))
    match change.what:
        case "added":
            return _("New step {title}").format(title=title)
        case "removed":
            return _("Step {title} is gone").format(title=title)
        case "changed":
            return _("Step {title} changed: {fields}").format(title=title, fields=fields)
        case "rerouted":
            ways = safe(", ".join(exit_name(one) for one in change.fields))
            return _("Step {title} leads elsewhere: {fields}").format(title=title, fields=ways)
    return _("Journey settings changed: {fields}").format(fields=fields)
