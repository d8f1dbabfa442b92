"""Inbox: conversations that were handed over or that no question was about; people answer and close them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import answering
from ui.figures import ago
from ui.language import _
from ui.look import attempt, empty, heading, last_word
from ui.paging import Pages
from ui.phone import phone
from ui.trouble import Trouble
from ui.words import bold, channel, reason, safe

Json = Mapping[str, Any]
ALL = "*"


def filters() -> dict[str, str]:
    """Search, state and queue."""
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"), key="inbox-search", placeholder=_("Find by id, name or address"), icon=":material/search:",
            label_visibility="collapsed", width=300, persist_state="session",
        )  # fmt: skip
        names = {"open": _("Waiting for us"), "closed": _("Over")}
        status = st.segmented_control(
            _("State"), list(names), default="open", required=True, format_func=lambda one: names[one],
            key="inbox-status", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        waiting = {ALL: _("All queues"), **{one["queue"]: title(one) for one in answering.queues()}}
        queue = st.selectbox(
            _("Queue"), list(waiting), format_func=lambda one: waiting.get(one, one), key="inbox-queue",
            label_visibility="collapsed", width=220,
        )  # fmt: skip
    chosen = {"search": search or "", "status": status or "open"}
    if queue == ALL:
        return chosen
    return {**chosen, "queue": str(queue)} if queue else {**chosen, "without_queue": "true"}


def title(one: Json) -> str:
    """A queue with how many wait in it; those of no queue wrote by themselves."""
    name = one["queue"] or _("Without a queue")
    return f"{name} · {one['open']}"


@st.fragment(run_every=5)
def conversations(chosen: Json, picked: str) -> None:
    """The list, looked at every five seconds; a missed beat keeps what was there."""
    pages = Pages("inbox", dict(chosen))
    try:
        page = answering.listed(after=pages.after, **chosen)
    except Trouble:
        st.caption(":material/cloud_off: " + _("No answer just now."))
        return
    for one in page.items:
        card(one, here=str(one["id"]) == picked)
    if not page.items and (chosen["search"] or chosen["status"] == "closed" or len(chosen) > 2):
        empty(":material/search_off:", _("Nothing found"), _("No conversation fits. Try another word, state or queue."))
    elif not page.items:
        empty(
            ":material/inbox:",
            _("Nobody waits for an answer"),
            _(
                "Here are those whom a journey hands over to a person, and those who wrote what no question was about. "
                "Put the step “Hand over” into a journey to have it so."
            ),
        )
    pages.turn(page.next)


def card(one: Json, *, here: bool) -> None:
    """One conversation: who, their last words, why it is here."""
    with st.container(border=True, gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            icon = ":material/chevron_right:" if here else ":material/chat_bubble:"
            st.page_link(
                "screens/inbox.py", label=str(one.get("name") or one["contact"]), icon=icon, width="stretch",
                query_params={"id": str(one["id"])},
            )  # fmt: skip
            st.caption(ago(one.get("last_at")), width="content")
        if one.get("last_words"):
            st.markdown(_("“{words}”").format(words=safe(str(one["last_words"])[:120])))
        parts = [channel(one["channel"]) if one.get("channel") else "", _(answering.WHY[str(one["why"])])]
        parts += [str(one["queue"]), str(one.get("assignee") or "")]
        st.caption(" · ".join(safe(each) for each in parts if each))


def heard(talk: str, event: Json) -> None:
    """What was written goes to the contact before the page is drawn again, once."""
    if event.get("kind") == "text":
        attempt(lambda: answering.answer(talk, str(event.get("text") or ""), f"ui-{event.get('n')}"))


@st.fragment(run_every=2)
def conversation(talk: str) -> None:
    """What was said, and the box for an answer; looked at every two seconds."""
    place = f"inbox-seen-{talk}"
    try:
        st.session_state[place] = answering.one(talk)
    except Trouble as trouble:
        if place not in st.session_state:
            empty(":material/chat_error:", _("No such conversation"), safe(trouble.detail or trouble.title))
            return
    seen, key = st.session_state[place], f"inbox-phone-{talk}"
    over = seen["status"] == "closed"
    may = bool(seen["allowed"]["may"]) and not over
    told = _("This conversation is closed.") if over else answering.allowance(seen)
    phone(
        [line(one) for one in seen["thread"]], channel=str(seen.get("channel") or "telegram"), blocked=not may, key=key,
        name=str(seen.get("name") or seen["contact"]), on_event=lambda event: heard(talk, event), writer="bot",
        labels={"write": _("Answer as a person"), "blocked": told, "empty": _("Nothing was said yet.")},
    )  # fmt: skip
    if may:
        st.caption(f":material/schedule: {safe(told)}", text_alignment="center")
    last_word()


def line(one: Json) -> Json:
    """A line of the thread as the phone draws it: buttons are told, not pressed."""
    text = str(one.get("text") or "")
    text += "".join(f"\n▫ {each['title']}" for each in one.get("buttons") or ())
    bad = one.get("status") in ("rejected", "suppressed")
    text += f"\n⚠ {reason(one.get('reason'))}" if bad else ""
    return {**one, "text": text, "buttons": []}


def about(talk: str) -> None:
    """Who it is, why they are here, who looks after them, and the end of the conversation."""
    seen = answering.one(talk)
    who = str(seen["contact"])
    st.markdown(bold(safe(str(seen.get("name") or who))))
    st.page_link("screens/contact.py", label=_("Their page"), icon=":material/person:", query_params={"id": who})
    if seen["why"] == "handed_over":
        st.caption(_("Handed over by the journey; it goes on when you close the conversation."))
    else:
        st.caption(_("They wrote what no question was about."))
    if seen.get("journey"):
        st.page_link(
            "screens/journey.py", label=str(seen.get("journey_name") or seen["journey"]), icon=":material/route:",
            query_params={"id": str(seen["journey"])},
        )  # fmt: skip
    if seen["status"] == "closed":
        st.caption(_("Closed {when}").format(when=ago(seen.get("closed_at"))))
        return
    with st.form(f"inbox-assign-{talk}", border=False):
        name = st.text_input(
            _("Looked after by"), str(seen.get("assignee") or ""), key=f"inbox-who-{talk}", max_chars=80
        )
        if st.form_submit_button(_("Keep"), icon=":material/badge:"):
            attempt(lambda: answering.assign(talk, (name or "").strip()), _("It is written down."))
            st.rerun()
    st.button(
        _("Close the conversation"), icon=":material/check:", type="primary", key="inbox-close", on_click=closed,
        args=(talk, seen["why"] == "handed_over"),
    )  # fmt: skip


def closed(talk: str, handed_over: bool) -> None:
    """The conversation is over."""
    done = _("Closed. A journey that handed over goes on.") if handed_over else _("Closed.")
    attempt(lambda: answering.close(talk), done)


def main() -> None:
    heading(_("Inbox"), _("Conversations that wait for a person."))
    chosen, picked = filters(), st.query_params.get("id") or ""
    left, middle, right = st.columns([1.15, 1.3, 0.75], gap="medium")
    with left:
        conversations(chosen, picked)
    if not picked:
        middle.info(_("Choose a conversation in the list."), icon=":material/forum:")
        return
    with middle:
        conversation(picked)
    with right:
        about(picked)


main()
