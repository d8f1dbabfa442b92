"""Rehearsal: one plays the contact on the real walk, with a chat and a clock, beside the way and its reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import picking
from ui.backend import Checked, backend
from ui.canvas import mount
from ui.durations import parse
from ui.figures import duration, when
from ui.language import N_, _
from ui.look import attempt, careful, empty, heading
from ui.phone import phone
from ui.rehearsing import Play, counts, messages, note
from ui.said_why import said_why
from ui.trouble import Trouble
from ui.words import CHANNEL, ENROLLMENT, KIND, badge, bold, exit_name, reason, safe, word
from ui.words import channel as channel_name

Json = Mapping[str, Any]
LEAPS = ("PT1H", "P1D", "P3D")
MEDIA = ("image", "video", "document", "audio", "location", "contact")
#: What may come out otherwise than a test expects.
OTHERWISE = {
    "path": N_("another way"),
    "status": N_("another state"),
    "reason": N_("another reason"),
    "node": N_("another step"),
    "converted": N_("the goal"),
}
#: What another system may answer, and with which status.
ANSWERS: dict[str, tuple[str, int | None]] = {
    "ok": (N_("200: all is well"), 200),
    "refused": (N_("404: it refuses"), 404),
    "broken": (N_("500: it is broken"), 500),
    "silent": (N_("nothing at all"), None),
}
CHANNELS = tuple(name for name in CHANNEL if name != "auto")


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
        attributes = st.text_area(_("Attributes, JSON"), value='{"first_name": "Anna"}', key="rehearsal-attributes")
        event = st.text_area(_("Entry event, JSON"), value="{}", key="rehearsal-event")
        if not st.form_submit_button(_("Begin"), type="primary", icon=":material/play_arrow:"):
            return
    facts = [_object(text) for text in (attributes, event)]
    if None in facts:
        st.error(_("Attributes and event are JSON objects, as {example}.").format(example='`{"city": "Omsk"}`'))
        return
    part = {"channels": channels or ["telegram"], "attributes": facts[0], "wrote": wrote}
    part |= {} if agreed else {"consents": []}
    attempt(lambda: play.begin(backend(), part, dict(facts[1] or {}), (contact or "").strip()))
    st.rerun()


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def heard(play: Play, key: str) -> None:
    """What was done on the phone is the next act."""
    state = st.session_state.get(key)
    event = state.get("event") if isinstance(state, Mapping) else getattr(state, "event", None)
    if isinstance(event, Mapping):
        act = {"press": event["button"]} if event.get("kind") == "button" else {"say": str(event.get("text") or "")}
        do(play, act)


def do(play: Play, act: Mapping[str, Any]) -> None:
    """One act more."""
    attempt(lambda: play.act(backend(), act))


def chat(play: Play) -> None:
    """The phone, what only the one who rehearses is told, and the clock."""
    answer = play.answer
    key = f"rehearsal-phone-{play.journey}"
    name = str((answer["variables"]["contact"] or {}).get("first_name") or _("You"))
    channel = str(answer["channel"])
    phone(messages(answer), channel=channel, name=name, blocked=False, key=key, on_event=lambda: heard(play, key))
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
                    do(play, {"answer": {"status": ANSWERS[status][1], "body": _object(body) or {}}})
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
    given = _object(st.text_input(_("Its properties, JSON"), value="{}", key="rehearsal-event-properties")) or {}
    happens = {"event": name, "properties": given}
    st.button(_("It happens"), key="rehearsal-fire", disabled=not name, on_click=do, args=(play, happens))
    changed = _object(st.text_input(_("Attributes change to, JSON"), value="{}", key="rehearsal-set")) or {}
    st.button(_("Change"), key="rehearsal-change", disabled=not changed, on_click=do, args=(play, {"set": changed}))
    channel = st.selectbox(_("Writes from"), CHANNELS, format_func=channel_name, key="rehearsal-channel")
    st.button(_("Switch"), key="rehearsal-switch", on_click=do, args=(play, {"channel": channel}))
    zone = st.text_input(_("Time zone"), key="rehearsal-zone", placeholder="Asia/Omsk")
    st.button(_("Move there"), key="rehearsal-move", disabled=not zone, on_click=do, args=(play, {"timezone": zone}))


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
