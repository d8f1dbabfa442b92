"""The questions around publishing: what changes, for whom, do the tests hold; now or later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from ui.backend import backend
from ui.changes import change_list
from ui.figures import now, number, when, zone
from ui.language import _, ngettext
from ui.look import attempt, careful
from ui.problems import problem_list
from ui.words import KIND, safe, word

Json = Mapping[str, Any]


def ask_publish(journey: str) -> None:
    """Shows what would change for contacts, then publishes."""

    @st.dialog(_("Publish this journey?"), icon=":material/rocket_launch:", width="medium")
    def asked() -> None:
        with careful():
            draft = backend().draft(journey).document
            problems = backend().check(journey, draft).problems
            wrong = [one for one in problems if one.get("level") == "error"]
            if wrong:
                st.error(_("These problems must be mended first:"), icon=":material/error:")
                problem_list(wrong, draft)
                return
            what_changes(journey, draft)
            _tests(journey)
            if problems:
                st.warning(_("It can be published, but look at this:"), icon=":material/warning:")
                problem_list(problems, draft)
            _buttons(journey)

    asked()


def _buttons(journey: str) -> None:
    chosen = _instant(journey)

    def publish() -> None:
        if chosen is None:
            attempt(lambda: backend().act(journey, "publish"), _("Published. Contacts can enter now."))
        else:
            done = _("It will be published at {when}.").format(when=when(chosen.isoformat()))
            attempt(lambda: backend().act(journey, "publish", {"at": chosen.isoformat()}), done)

    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Not yet"), key="publish-no"):
            st.rerun()
        label = _("Publish") if chosen is None else _("Publish then")
        if st.button(label, type="primary", key="publish-yes", on_click=publish):
            st.rerun()


def _instant(journey: str) -> datetime | None:
    """The instant chosen for publishing; None for now."""
    ways = {"now": _("Now"), "later": _("At a chosen time")}
    picked = st.segmented_control(
        _("When"), list(ways), default="now", format_func=lambda way: ways[way], key=f"publish-when-{journey}",
        required=True,
    )  # fmt: skip
    if picked != "later":
        return None
    tomorrow = (now().astimezone(zone()) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    with st.container(horizontal=True):
        day = st.date_input(_("Day"), tomorrow.date(), key=f"publish-day-{journey}", format="YYYY-MM-DD")
        clock = st.time_input(_("Time"), tomorrow.time(), key=f"publish-time-{journey}", step=900)
    about = _("Time of {zone}. The draft is published as it stands now, if it still passes the checks then.")
    st.caption(about.format(zone=zone().key))
    if not isinstance(day, date) or not isinstance(clock, time):
        return tomorrow
    return datetime.combine(day, clock, zone())


def planned(journey: Json) -> None:
    """What is to be published later, or why it could not be, with the way to call it off."""
    plan = journey.get("planned")
    if not plan:
        return
    name, at = str(journey["id"]), when(plan["at"])

    def cancel() -> None:
        done = _("Called off.") if not plan["problems"] else ""
        attempt(lambda: backend().ask("DELETE", f"/v1/journeys/{quote(name, safe='')}/publish"), done)

    with st.container(border=True, key="planned"):
        if plan["problems"]:
            text = _("It was to be published at {when} and was not: it did not pass the checks any more.")
            st.error(text.format(when=at), icon=":material/event_busy:")
            problem_list(plan["problems"], backend().draft(name).document)
            label = _("Understood")
        else:
            text = _("It will be published at {when}, as the draft stood when that was decided.")
            st.info(text.format(when=at), icon=":material/schedule:")
            label = _("Call it off")
        st.button(label, key=f"planned-cancel-{name}", on_click=cancel)


def what_changes(journey: str, draft: Json) -> None:
    """The draft against the live version, and who is inside what changes."""
    told = backend().diff(journey)
    if told["from"] is None:
        st.markdown(_("This is the first version. Contacts can enter as soon as it is published."))
        return
    if not told["changes"]:
        st.info(_("Nothing has changed since version {n}.").format(n=told["from"]), icon=":material/info:")
        return
    st.markdown(_("Against version {n}:").format(n=told["from"]))
    change_list(told["changes"], draft)
    _who(told["affected"], draft)
    st.caption(_("Contacts who are inside finish on the version that they began. Move them from the page Versions."))


def _who(affected: list[Any], draft: Json) -> None:
    """How many stand at steps that change, in all and at each."""
    heads = {str(one["node"]): one for one in affected if int(one["inside"])}
    inside = sum(int(one["inside"]) for one in heads.values())
    if not inside:
        return
    text = ngettext("{n} contact is at a step that changes.", "{n} contacts are at steps that change.", inside)
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in draft.get("nodes", ())}
    each = [
        f"{safe(titles.get(name) or one.get('title') or name)}: {number(int(one['inside']))}"
        for name, one in heads.items()
    ]
    st.markdown(
        f":material/group: {text.format(n=number(inside))} {' · '.join(each) if len(each) > 1 else ''}".rstrip()
    )


def _tests(journey: str) -> None:
    """Whether the journey's kept rehearsals still go as expected."""
    ran = backend().run_tests(journey)
    failed = [each for each in ran["items"] if not each["passed"]]
    if failed:
        names = ", ".join(safe(each["name"]) for each in failed)
        st.error(_("Tests that come out otherwise: {names}").format(names=names), icon=":material/labs:")
    elif ran["items"]:
        text = ngettext("{n} test holds.", "{n} tests hold.", len(ran["items"]))
        st.success(text.format(n=number(len(ran["items"]))), icon=":material/labs:")
