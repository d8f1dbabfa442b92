"""Phones: virtual people's chats in the sandbox, and the clock that can be moved on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.durations import parse
from ui.figures import counted, duration, instant, when
from ui.language import _, ngettext
from ui.look import attempt, empty, heading, last_word
from ui.phone import phone
from ui.trouble import Missing, Trouble
from ui.words import bold, person, safe
from ui.words import channel as channel_name

Json = Mapping[str, Any]
LEAPS = ("PT1H", "P1D", "P3D")
#: People to pick from at once; others are found by the search.
MOST = 50


def people() -> tuple[dict[str, str], bool]:
    """Contacts that fit the search, id → name, and whether there are more; where nobody is searched for, first the one
    that the address names.
    """
    search, named = st.session_state.get("phones-search") or "", st.query_params.get("contact")
    found: dict[str, str] = {}
    if named and not search:
        with suppress(Missing):
            found[named] = person(backend().contact(named))
    page = backend().contacts(search=search, limit=MOST)
    return found | {str(each["external_id"]): person(each) for each in page.items}, page.next is not None


def addresses(contact: str) -> list[tuple[str, str]]:
    """Where that contact has a phone: (channel, address)."""
    return [(str(one["channel"]), str(one["address"])) for one in backend().contact(contact).get("addresses") or ()]


def clock() -> None:
    """The virtual time, and leaps on."""
    with st.container(border=True):
        st.markdown(":material/schedule: " + bold(_("Clock of the sandbox")))
        now_line()
        with st.container(horizontal=True):
            for leap in LEAPS:
                label = "+ " + duration(parse(leap))
                if st.button(label, key=f"clock-{leap}", icon=":material/fast_forward:"):
                    leap_on(leap)
        told = st.session_state.get("clock-told")
        if told:
            st.caption(told)


@st.fragment(run_every=5)
def now_line() -> None:
    """What time it is there."""
    try:
        state = backend().clock()
    except Trouble:
        return
    if state:
        running = _("running") if state.get("running", True) else _("standing still")
        st.markdown(f"### {when(state.get('now'))}\n\n:gray[{running}]")


def leap_on(leap: str) -> None:
    """Moves the clock and says what happened meanwhile."""
    with st.spinner(_("Everything that falls due until then is happening…"), show_time=True):
        outcome = attempt(lambda: backend().advance(leap))
    if outcome is None:
        st.rerun()
        return
    moves, sends = int(outcome.get("moves") or 0), int(outcome.get("sends") or 0)
    moved = ngettext("{n} move", "{n} moves", moves)
    sent = ngettext("{n} message", "{n} messages", sends)
    text = _("It is now {when}: {moves}, {sends}.")
    st.session_state["clock-told"] = text.format(
        when=when(outcome.get("now")), moves=counted(moved, moves), sends=counted(sent, sends)
    )
    st.rerun()


def heard(event: Json, channel: str, address: str) -> None:
    """What the person did on the phone goes to the sandbox before the page is drawn again."""
    body = {"button": event["button"]} if event.get("kind") == "button" else {"text": str(event.get("text") or "")}
    attempt(lambda: backend().press(channel, address, "reply", body))


@st.fragment(run_every=2)
def chat(channel: str, address: str, name: str) -> None:
    """The phone, looked at every two seconds."""
    place = f"phone-seen-{channel}-{address}"
    try:
        st.session_state[place] = backend().phone(channel, address)
    except Trouble as trouble:
        if place not in st.session_state:
            empty(":material/smartphone:", _("No phone here"), safe(trouble.detail or trouble.title))
            return
    seen = st.session_state[place]
    key = f"phone-{channel}-{address}"
    phone(
        seen.get("messages") or (),
        channel=channel,
        name=name,
        blocked=seen.get("state") == "blocked",
        key=key,
        on_event=lambda event: heard(event, channel, address),
    )
    last_word()


def block_button(channel: str, address: str) -> None:
    """Blocks the bot, or takes it back."""
    seen = st.session_state.get(f"phone-seen-{channel}-{address}") or {}
    blocked = seen.get("state") == "blocked"
    action, label = ("unblock", _("Unblock the bot")) if blocked else ("block", _("Block the bot"))
    icon = ":material/check_circle:" if blocked else ":material/block:"

    def do() -> None:
        attempt(lambda: backend().press(channel, address, action))

    st.button(label, icon=icon, key="phone-block", on_click=do)
    text = _("WhatsApp and Messenger let you write freely only for a day after the person wrote.")
    until = seen.get("window_until")
    if channel in ("whatsapp", "messenger"):
        st.caption(_("The window is open until {when}.").format(when=when(until)) if instant(until) else text)


def nobody(search: str) -> None:
    """Why there is nobody to pick."""
    if search:
        text = _("Nobody fits “{text}”. Try an id or a part of a name.").format(text=safe(search))
        empty(":material/search_off:", _("Nobody found"), text)
        return
    text = _("Add a contact with an address in a messenger; then their phone is here.")
    empty(":material/group_add:", _("Nobody has a phone yet"), text)


def main() -> None:
    heading(
        _("Phones"), _("Be a virtual person: read what came, press, write, go silent. Nothing leaves this computer.")
    )
    if backend().clock() is None:
        empty(
            ":material/smartphone:",
            _("There is no sandbox here"),
            _("Start Tropa with --sandbox or --demo to rehearse without messengers."),
        )
        return
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        clock()
        st.text_input(
            _("Find a person"),
            key="phones-search",
            icon=":material/search:",
            placeholder=_("Id, name or any attribute"),
        )
        found, more = people()
        if not found:
            nobody(st.session_state.get("phones-search") or "")
            return
        asked, options = st.query_params.get("contact"), list(found)
        picked = st.selectbox(
            _("Person"),
            options,
            index=options.index(asked) if asked in options else 0,
            format_func=lambda one: f"{found[one]} · {one}" if found[one] else one,
            key="phones-person",
        )
        if more:
            st.caption(_("Here are the first {n} people; the search finds the others.").format(n=MOST))
        st.query_params["contact"] = picked
        places = addresses(picked)
        if not places:
            st.info(_("This contact has no address in a messenger."), icon=":material/smartphone:")
            return
        place = st.segmented_control(
            _("Messenger"),
            range(len(places)),
            default=0,
            required=True,
            format_func=lambda one: channel_name(places[one][0]),
            key=f"phones-place-{picked}",
        )
        controls_place = st.container()
    channel, address = places[place or 0]
    with right:
        chat(channel, address, found[picked] or picked)
    with controls_place:
        block_button(channel, address)


main()
