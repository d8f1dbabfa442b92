"""Rehearsal: one plays the contact on the real walk, with a chat and a clock, beside the way and its reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import picking
from ui.acting import CHANNELS, chat, json_object
from ui.backend import Checked, backend
from ui.canvas import mount
from ui.figures import when
from ui.language import _
from ui.look import attempt, empty, heading
from ui.rehearsal_tests import tests
from ui.rehearsing import Play, counts
from ui.said_why import said_why
from ui.words import ENROLLMENT, KIND, badge, exit_name, reason, safe, word
from ui.words import channel as channel_name

Json = Mapping[str, Any]


def play_of(journey: str) -> Play:
    """The session's rehearsal of a journey."""
    key = f"rehearsal-{journey}"
    if not isinstance(st.session_state.get(key), Play):
        st.session_state[key] = Play(journey)
    found: Play = st.session_state[key]
    return found


def chosen() -> str:
    """The journey that the address names, or that is picked here."""
    named = st.query_params.get("id") or ""
    names = picking.journeys("rehearsal", named)
    if not names:
        return ""
    picked = st.selectbox(
        _("Journey"),
        list(names),
        index=list(names).index(named) if named in names else 0,
        format_func=lambda name: names[name],
        key="rehearsal-journey",
    )
    st.query_params["id"] = picked
    return str(picked)


def setting(play: Play) -> None:
    """Who plays and how they enter; a change begins anew."""
    with st.form("rehearsal-start", border=True):
        contact = st.text_input(
            _("Begin from a real contact"), key="rehearsal-contact", placeholder=_("Contact id"),
            help=_("They are only read: nothing is sent to them and nothing is kept."),
        )  # fmt: skip
        channels = st.multiselect(
            _("Messengers, the preferred first"), CHANNELS, default=["telegram"], format_func=channel_name,
            key="rehearsal-channels",
        )  # fmt: skip
        left, right = st.columns(2)
        agreed = left.checkbox(_("Agreed to marketing"), value=True, key="rehearsal-agreed")
        wrote = right.checkbox(_("Has just written"), key="rehearsal-wrote")
        sample = json.dumps({"first_name": _("Anna")}, ensure_ascii=False)
        attributes = st.text_area(_("Attributes, JSON"), value=sample, key="rehearsal-attributes")
        event = st.text_area(_("Entry event, JSON"), value="{}", key="rehearsal-event")
        if not st.form_submit_button(_("Begin"), type="primary", icon=":material/play_arrow:"):
            return
    facts = [json_object(text) for text in (attributes, event)]
    if None in facts:
        st.error(_("Attributes and event are JSON objects, as {example}.").format(example='`{"city": "Omsk"}`'))
        return
    part = {"channels": channels or ["telegram"], "attributes": facts[0], "wrote": wrote}
    part |= {} if agreed else {"consents": []}
    attempt(lambda: play.begin(backend(), part, dict(facts[1] or {}), (contact or "").strip()))
    st.rerun()


def way(play: Play, document: dict[str, Any], checked: Checked) -> None:
    """The journey with the way that was taken: visits on the steps and their exits."""
    key = f"rehearsal-way-{play.journey}"
    mount.watch(play.journey, "rehearsal", document, key=key, checked=checked, counts=counts(play.answer))


def why(play: Play, document: Json) -> None:
    """Each decision with its reason, the latest first."""
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document["nodes"]}
    for each in reversed(play.answer["trace"]):
        if each["outcome"] == "stays" and not each["why"]:
            continue
        name = safe(titles.get(each["node"], each["node"]))
        out = f" → {safe(exit_name(each['exit']))}" if each["exit"] else ""
        st.markdown(f"**{name}**{out}  \n:gray[{when(each['at'])} · {safe(said_why(each['why']) or '—')}]")


def variables(play: Play) -> None:
    """What templates and rules see now."""
    answer = play.answer
    st.json({**answer["variables"], "tags": answer["tags"], "timezone": answer["timezone"]})


def stands(play: Play) -> None:
    """Where the contact is, in a line."""
    answer = play.answer
    state = badge(word(ENROLLMENT, answer["status"]))
    told = reason(answer["reason"]) if answer["reason"] else ""
    until = _("until {when}").format(when=when(answer["due_at"])) if answer["due_at"] else ""
    converted = ":green-badge[" + _("Converted") + "]" if answer["converted"] else ""
    st.markdown(" ".join(part for part in (state, safe(told), safe(until), converted) if part))


def main() -> None:
    heading(_("Rehearsal"), _("Play the contact before anybody is in it. Nothing is sent and nothing is kept."))
    journey = chosen()
    if not journey:
        empty(":material/theater_comedy:", _("Nothing to rehearse yet"), _("Draw a journey first."))
        return
    play = play_of(journey)
    document = backend().draft(journey).document
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        if play.begun:
            with st.expander(_("Begin anew"), icon=":material/restart_alt:"):
                setting(play)
            chat(play)
        else:
            setting(play)
    with right:
        if not play.begun:
            st.info(_("Choose who enters, and press Begin."), icon=":material/theater_comedy:")
            return
        stands(play)
        reasons, values, kept = st.tabs([_("Why"), _("Values"), _("Tests")])
        with reasons, st.container(height=560, border=False):
            why(play, document)
        with values:
            variables(play)
        with kept:
            tests(play)
    st.subheader(_("Way"), anchor=False)
    way(play, document, backend().check(journey, document))


main()
