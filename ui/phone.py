"""A virtual person's phone: a messenger's chat drawn in the page, with buttons to press and words to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.figures import when
from ui.language import _
from ui.words import channel as channel_name

Json = Mapping[str, Any]
_HERE = Path(__file__).with_name("phone_assets")
# Every text is put into the page as text, never as markup: what a virtual person writes cannot run.
_PHONE = st.components.v2.component(
    "tropa_phone",
    html='<div class="phone"></div>',
    css=(_HERE / "phone.css").read_text(encoding="utf-8"),
    js=(_HERE / "phone.js").read_text(encoding="utf-8"),
)


def phone(
    messages: Sequence[Json],
    *,
    channel: str,
    name: str,
    blocked: bool,
    key: str,
    on_event: Callable[[Json], None],
    writer: str = "person",
    labels: Json | None = None,
) -> None:
    """The phone; `on_event` is told what was done on it: `{"kind": "text"|"button", "text"|"button": …}`.

    `writer`: whose words stand on the right, `person` or `bot`; `labels` are said instead of the phone's own.
    """

    def done() -> None:
        state = st.session_state.get(key)
        event = state.get("event") if isinstance(state, Mapping) else getattr(state, "event", None)
        if isinstance(event, Mapping):
            on_event(event)

    _PHONE(
        key=key,
        data={
            "channel": channel,
            "name": name,
            "blocked": blocked,
            "messages": [_message(one, writer) for one in messages],
            "labels": {
                "messenger": channel_name(channel),
                "write": _("Write as this person"),
                "send": _("Send"),
                "blocked": _("This person has blocked the bot."),
                "empty": _("The chat is empty. Enroll this contact into a journey, or write first."),
                "log": _("Chat"),
                **(labels or {}),
            },
        },
        height="content",
        on_event_change=done,
    )


def _message(one: Json, writer: str) -> dict[str, Any]:
    media = one.get("media") if isinstance(one.get("media"), Mapping) else None
    return {
        "id": str(one.get("id") or one.get("at") or ""),
        "mine": one.get("from") == writer,
        "text": str(one.get("text") or ""),
        "media": {"kind": str(media.get("kind") or "file"), "url": str(media.get("url") or "")} if media else None,
        "buttons": [
            {
                "id": str(button.get("id") or ""),
                "title": str(button.get("title") or ""),
                "url": str(button.get("url") or ""),
            }
            for button in one.get("buttons") or ()
        ],
        "at": when(one.get("at")).rsplit(", ", maxsplit=1)[-1],
        "read": one.get("status") == "read",
        "status": str(one.get("status") or ""),
    }
