"""What is done in a rehearsal: on the phone, by its clock, by other systems and people, and whatever else happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.durations import parse
from ui.figures import duration, when
from ui.language import N_, _
from ui.look import attempt
from ui.phone import phone
from ui.rehearsing import Play, messages, note
from ui.trouble import Trouble
from ui.words import CHANNEL, bold
from ui.words import channel as channel_name

LEAPS = ("PT1H", "P1D", "P3D")
MEDIA = ("image", "video", "document", "audio", "location", "contact")
#: What another system may answer, and with which status.
ANSWERS: dict[str, tuple[str, int | None]] = {
    "ok": (N_("200: all is well"), 200),
    "refused": (N_("404: it refuses"), 404),
    "broken": (N_("500: it is broken"), 500),
    "silent": (N_("nothing at all"), None),
}
CHANNELS = tuple(name for name in CHANNEL if name != "auto")


def chat(play: Play) -> None:
    """The phone, what only the one who rehearses is told, and the clock."""
    answer = play.answer
    key = f"rehearsal-phone-{play.journey}"
    name = str((answer["variables"]["contact"] or {}).get("first_name") or _("You"))
    channel = str(answer["channel"])
    labels = {"empty": _("Nothing has been said yet. Jump ahead below, or write first.")}
    phone(
        messages(answer), channel=channel, name=name, blocked=False, key=key, on_event=lambda event: heard(play, event),
        labels=labels,
    )  # fmt: skip
    for line in [line for line in answer["chat"] if line["from"] == "note"][-3:]:
        st.caption(f":material/info: {note(line, journey_name)} · {when(line['at'])}")
    others(play)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/schedule: **{when(answer['now'])}**", width="content")
        for leap in LEAPS:
            label = "+ " + duration(parse(leap))
            st.button(label, key=f"rehearsal-{leap}", on_click=do, args=(play, {"wait": leap}))
        label = _("Until something happens")
        st.button(label, key="rehearsal-next", icon=":material/skip_next:", on_click=do, args=(play, {"wait": "next"}))
    with st.container(horizontal=True):
        st.button(
            _("One back"), key="rehearsal-back", icon=":material/undo:", disabled=not play.acts,
            on_click=lambda: attempt(lambda: play.back(backend())),
        )  # fmt: skip
        with st.popover(_("Something else happens"), icon=":material/bolt:"):
            other_acts(play)


def heard(play: Play, event: Mapping[str, Any]) -> None:
    """What was done on the phone is the next act."""
    do(play, {"press": event["button"]} if event.get("kind") == "button" else {"say": str(event.get("text") or "")})


def do(play: Play, act: Mapping[str, Any]) -> None:
    """One act more."""
    attempt(lambda: play.act(backend(), act))


def journey_name(journey: str) -> str:
    """What another journey is called; its id when it is not there."""
    try:
        return str(backend().journey(journey).get("name") or journey)
    except Trouble:
        return journey


def others(play: Play) -> None:
    """Whoever else the journey waits for is played too: another system, or a person of yours."""
    match play.answer["waiting_for"]:
        case "webhook":
            with st.form("rehearsal-answer", border=True):
                st.markdown(bold(_("You are the other system: what does it answer?")))
                status = st.radio(
                    _("Answer"), list(ANSWERS), format_func=lambda name: _(ANSWERS[name][0]), key="rehearsal-status",
                )  # fmt: skip
                body = st.text_area(_("Its JSON"), value="{}", key="rehearsal-body", height=80)
                if st.form_submit_button(_("Answer so"), icon=":material/reply:"):
                    do(play, {"answer": {"status": ANSWERS[status][1], "body": json_object(body) or {}}})
                    st.rerun()
        case "handoff":
            with st.form("rehearsal-agent", border=True, clear_on_submit=True):
                st.markdown(bold(_("You are the person who took the conversation")))
                text = st.text_input(_("Answer as a person"), key="rehearsal-agent-text")
                with st.container(horizontal=True):
                    say = st.form_submit_button(_("Send"), icon=":material/send:")
                    close = st.form_submit_button(_("Close the conversation"), icon=":material/check:")
            if close or (say and (text or "").strip()):
                do(play, {"close": True} if close else {"agent": str(text).strip()})
                st.rerun()


def other_acts(play: Play) -> None:
    """Media, events, changes of the contact, another messenger or zone."""
    media = st.selectbox(_("Sends"), MEDIA, key="rehearsal-media")
    st.button(_("Send it"), key="rehearsal-send-media", on_click=do, args=(play, {"media": media}))
    name = st.text_input(_("Event"), key="rehearsal-event-name", placeholder="order_completed")
    given = json_object(st.text_input(_("Its properties, JSON"), value="{}", key="rehearsal-event-properties")) or {}
    happens = {"event": name, "properties": given}
    st.button(_("It happens"), key="rehearsal-fire", disabled=not name, on_click=do, args=(play, happens))
    changed = json_object(st.text_input(_("Attributes change to, JSON"), value="{}", key="rehearsal-set")) or {}
    st.button(_("Change"), key="rehearsal-change", disabled=not changed, on_click=do, args=(play, {"set": changed}))
    channel = st.selectbox(_("Writes from"), CHANNELS, format_func=channel_name, key="rehearsal-channel")
    st.button(_("Switch"), key="rehearsal-switch", on_click=do, args=(play, {"channel": channel}))
    zone = st.text_input(_("Time zone"), key="rehearsal-zone", placeholder="Asia/Omsk")
    st.button(_("Move there"), key="rehearsal-move", disabled=not zone, on_click=do, args=(play, {"timezone": zone}))


def json_object(text: str | None) -> dict[str, Any] | None:
    """What was written as a JSON object; None when it is none."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
