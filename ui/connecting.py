"""Connecting a messenger: what each needs, where to find it, and what is left to paste afterwards."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

from ui.backend import backend
from ui.language import N_, _
from ui.look import careful
from ui.words import channel


class Need(NamedTuple):
    """One thing that a messenger's account is made of."""

    name: str
    title: str
    about: str
    secret: bool = True


NEEDS = {
    "telegram": (Need("token", N_("Bot token"), N_("@BotFather gives it: /newbot, or /token for a bot that exists.")),),
    "viber": (
        Need("token", N_("Bot token"), N_("In the Viber Admin Panel, on the page of your bot.")),
        Need("sender_name", N_("Sender's name"), N_("People see it over your messages."), secret=False),
    ),
    "whatsapp": (
        Need(
            "token",
            N_("Access token"),
            N_("Of a system user, in Meta Business settings; a temporary one dies in a day."),
        ),
        Need("app_secret", N_("App secret"), N_("App settings, Basic: it proves that webhooks come from Meta.")),
        Need(
            "phone_number_id", N_("Phone number id"), N_("WhatsApp, API setup: the id, not the number."), secret=False
        ),
    ),
    "messenger": (
        Need("token", N_("Page access token"), N_("Messenger, Settings: of your page.")),
        Need("app_secret", N_("App secret"), N_("App settings, Basic: it proves that webhooks come from Meta.")),
        Need("page_id", N_("Page id"), N_("About, on your page."), secret=False),
    ),
}


def connect_form() -> None:
    """Choose a messenger, paste what it gave you."""
    picked = st.segmented_control(
        _("Messenger"), list(NEEDS), default="telegram", required=True, format_func=channel, key="connect-channel"
    )
    name = str(picked or "telegram")
    with st.form(f"connect-{name}", border=True):
        about = _("Letters and digits; it becomes a part of the webhook's address.")
        account = st.text_input(_("Short name of the account"), "main", key=f"connect-{name}-account", help=about)
        given: dict[bool, dict[str, str]] = {True: {}, False: {}}
        for need in NEEDS[name]:
            kind: Literal["password", "default"] = "password" if need.secret else "default"
            typed = st.text_input(_(need.title), key=f"connect-{name}-{need.name}", type=kind, help=_(need.about))
            given[need.secret][need.name] = (typed or "").strip()
        pressed = st.form_submit_button(_("Connect"), type="primary", icon=":material/cable:")
    if pressed:
        with careful(), st.spinner(_("Asking the messenger…")):
            body = {"secrets": given[True], "settings": given[False]}
            answer = backend().connect_account(name, (account or "main").strip(), body)
            _left_to_do(name, answer)


def _left_to_do(name: str, answer: dict[str, str]) -> None:
    st.success(_("Connected: the messenger knows this token."), icon=":material/check_circle:")
    if name in ("whatsapp", "messenger"):
        st.markdown(
            _(
                "One step is left: in the app's webhook settings paste this address and this word, "
                "and subscribe to messages."
            )
        )
        st.code(str(answer.get("webhook_url") or ""), language=None, wrap_lines=True)
        st.code(str(answer.get("verify_token") or ""), language=None)
