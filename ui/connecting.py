"""Connecting a messenger: what its adapter needs, where to find it, and what is left to paste afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from ui.backend import backend
from ui.language import N_, _
from ui.look import careful
from ui.words import plain

Json = Mapping[str, Any]


class Hint(NamedTuple):
    """How people call one thing that an account is made of, and where they find it."""

    title: str
    about: str


APP_SECRET = Hint(N_("App secret"), N_("App settings, Basic: it proves that webhooks come from Meta."))
#: By messenger and need; what a messenger of a plug-in needs is called by its own name.
HINTS = {
    ("telegram", "token"): Hint(N_("Bot token"), N_("@BotFather gives it: /newbot, or /token for a bot that exists.")),
    ("viber", "token"): Hint(N_("Bot token"), N_("In the Viber Admin Panel, on the page of your bot.")),
    ("viber", "sender_name"): Hint(N_("Sender's name"), N_("People see it over your messages.")),
    ("whatsapp", "token"): Hint(
        N_("Access token"), N_("Of a system user, in Meta Business settings; a temporary one dies in a day.")
    ),
    ("whatsapp", "app_secret"): APP_SECRET,
    ("whatsapp", "phone_number_id"): Hint(N_("Phone number id"), N_("WhatsApp, API setup: the id, not the number.")),
    ("messenger", "token"): Hint(N_("Page access token"), N_("Messenger, Settings: of your page.")),
    ("messenger", "app_secret"): APP_SECRET,
    ("messenger", "page_id"): Hint(N_("Page id"), N_("About, on your page.")),
}


def connect_form(messengers: Sequence[Json]) -> None:
    """Choose a messenger, paste what it gave you; the fields are those that its adapter needs."""
    known = {str(one["channel"]): one for one in messengers if one.get("needs")}
    first = "telegram" if "telegram" in known else next(iter(known), None)
    picked = st.segmented_control(
        _("Messenger"),
        list(known),
        default=first,
        required=True,
        format_func=lambda name: str(known[name]["title"]),
        key="connect-channel",
    )
    if not picked:
        return
    name = str(picked)
    with st.form(f"connect-{name}", border=True):
        about = _("Letters and digits; it becomes a part of the webhook's address.")
        account = st.text_input(_("Short name of the account"), "main", key=f"connect-{name}-account", help=about)
        given: dict[str, dict[str, str]] = {"secrets": {}, "settings": {}}
        for need in known[name]["needs"]:
            where, _dot, what = str(need).partition(".")
            given[where][what] = _asked(name, what, secret=where == "secrets")
        with st.expander(_("More settings")):
            base = st.text_input(
                _("Address of the messenger's API"),
                key=f"connect-{name}-base",
                help=_("Empty: its own servers, or what it is already. For a gateway or a server of your own."),
            )
            more = st.text_area(
                _("Others, one on a line: name = value"),
                key=f"connect-{name}-more",
                placeholder="waba_id = 102290129340398" if name == "whatsapp" else "username = shop",
                help=_("Approved templates of WhatsApp need waba_id; its links need username, the phone number."),
            )
        st.caption(_("An account of this name that is connected already keeps what you leave empty."))
        pressed = st.form_submit_button(_("Connect"), type="primary", icon=":material/cable:")
    if pressed:
        given["settings"] = {name: value for name, value in given["settings"].items() if value} | _more(more or "")
        with careful(), st.spinner(_("Asking the messenger…")):
            body = {**given, "base_url": (base or "").strip()}
            _left_to_do(backend().connect_account(name, (account or "main").strip(), body))


def _asked(name: str, what: str, *, secret: bool) -> str:
    hint = HINTS.get((name, what)) or Hint(plain(what).capitalize(), "")
    kind: Literal["password", "default"] = "password" if secret else "default"
    about = _(hint.about) if hint.about else None
    typed = st.text_input(_(hint.title), key=f"connect-{name}-{what}", type=kind, help=about)
    return (typed or "").strip()


def _more(lines: str) -> dict[str, str]:
    """Settings by their names, of lines like `name = value`."""
    parts = (line.partition("=") for line in lines.splitlines())
    return {name.strip(): value.strip() for name, _equals, value in parts if name.strip() and value.strip()}


def _left_to_do(answer: Json) -> None:
    st.success(_("Connected: the messenger knows this token."), icon=":material/check_circle:")
    if answer.get("verify_token"):
        st.markdown(
            _("One step is left: in the app's webhook settings paste this address and this word, and tick the fields.")
        )
        st.caption(_("Address"))
        st.code(str(answer.get("webhook_url") or ""), language=None, wrap_lines=True)
        st.caption(_("Word to verify"))
        st.code(str(answer["verify_token"]), language=None)
        st.caption(_("Fields to tick"))
        st.markdown(" · ".join(f"`{field}`" for field in answer.get("subscribes") or ()))
    else:
        st.caption(_("The webhook is set. Write to your account now, then send yourself a test message below."))
