"""Channels: connected messengers, whether they work, and the addresses that they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import reach
from ui.backend import backend
from ui.connecting import connect_form
from ui.figures import number, when
from ui.language import N_, _
from ui.look import attempt, careful, empty, heading
from ui.policies import policies
from ui.said import said
from ui.words import ACCOUNT, DELIVERY, badge, channel, reason, safe, word

Json = Mapping[str, Any]
#: What brings an account back, by what the messenger refused it for.
WAY_BACK = {
    "account_auth": N_("Connect it above under the same name with a fresh token, then take it back into service."),
    "account_restricted": N_("See to it in the messenger's own pages, then take it back into service."),
    "quota": N_("Pay or wait as the messenger's own pages say, then take it back into service."),
}


def account(one: Json, *, by_hand: bool) -> None:
    """One account: its state with the reason and the webhook's address, which a person may have to paste."""
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{safe(channel(one.get('channel')))}** · {safe(one.get('account'))}",
                width="stretch",
            )
            st.markdown(badge(word(ACCOUNT, one.get("status"))), width="content")
        if one.get("reason"):
            st.warning(broken(str(one["reason"])), icon=":material/warning:")
        if one.get("webhook_url"):
            address = str(one["webhook_url"])
            address = address if "://" in address else backend().url + address
            given = _("Webhook address: give it to the messenger")
            st.caption(given if by_hand else _("Webhook address: the messenger knows it"))
            st.code(address, language=None, wrap_lines=True)
        switch(one)
        if st.toggle(_("How it fares"), key=f"fares-{one['channel']}-{one['account']}"):
            with careful():
                fares(str(one["channel"]), str(one["account"]))


def broken(why: str) -> str:
    """Why an account is out of service, in the messenger's words too, and the way back."""
    way_out = WAY_BACK.get(why.partition(":")[0])
    return f"{safe(reason(why))}" + (f"  \n{_(way_out)}" if way_out else "")


def fares(name: str, of: str) -> None:
    """Limits in use, the last webhook, the latest troubles; a real call and a message to oneself."""
    told = reach.health(name, of)
    lately = _("{n} in the last minute; at most {most} a second.")
    st.caption(lately.format(n=number(told["sent_last_minute"]), most=number(told["per_second"])))
    if told.get("paused_until"):
        st.warning(_("The messenger asked to wait until {time}.").format(time=when(told["paused_until"])))
    hook = told.get("last_webhook")
    st.caption(_("Last webhook: {time}").format(time=when(hook["at"])) if hook else _("No webhook has come yet."))
    for each in told["outcomes"][:8]:
        why = f" · {reason(each['reason'])}" if each.get("reason") else ""
        st.caption(safe(f"{number(each['count'])} × {word(DELIVERY, each['state']).text}{why}"))
    for each in told.get("standing") or ():
        st.caption(safe(regarded(each)))
    if st.button(_("Check now"), icon=":material/network_check:", key=f"check-{name}-{of}"):
        answer = reach.check(name, of)
        if answer["ok"]:
            facts = ", ".join(f"{fact}: {value}" for fact, value in (answer.get("facts") or {}).items())
            st.success(_("It works. {facts}").format(facts=safe(facts)), icon=":material/check_circle:")
        else:
            st.error(safe(said(answer.get("reason"))), icon=":material/error:")
    with st.form(f"try-{name}-{of}", border=False):
        about = _(
            "WhatsApp: your phone number. Elsewhere write to the account first; your contact then shows the address."
        )
        address = st.text_input(_("My address there"), key=f"try-address-{name}-{of}", help=about)
        pressed = st.form_submit_button(_("Send a test message to myself"), icon=":material/send:")
    if pressed and address:
        reach.try_out(name, of, address, _("A test message from Tropa."))
        st.success(_("The messenger took it."), icon=":material/check_circle:")
        if hours := told.get("window_hours"):
            st.caption(
                _("If it does not come: free text is taken for {n} hours after you write to the account.").format(
                    n=hours
                )
            )


def regarded(one: Json) -> str:
    """One change of how the messenger regards an account, in a line; values are the messenger's own words."""
    about = str(one["about"])
    known = {"quality": _("quality"), "limit": _("people a day"), "account": _("account")}
    named = known.get(about) or _("template {name}").format(name=about.removeprefix("template "))
    values = " → ".join(str(value) for value in (one.get("before"), one["value"]) if value)
    return _("{time}, the messenger about {subject}: {value}").format(time=when(one["at"]), subject=named, value=values)


def switch(one: Json) -> None:
    """Takes an account out of service, or back into it."""
    paused = one.get("status") != "ok"
    action, label = ("resume", _("Take back into service")) if paused else ("pause", _("Pause"))
    place = (str(one["channel"]), str(one["account"]))

    def do() -> None:
        attempt(lambda: backend().set_account(*place, action))

    icon = ":material/play_arrow:" if paused else ":material/pause:"
    about = _("While it is paused, its messages wait.")
    st.button(label, icon=icon, key=f"account-{'-'.join(place)}", on_click=do, help=None if paused else about)


def main() -> None:
    heading(_("Channels"), _("The messengers in which you speak."))
    told = backend().messengers()
    accounts, known = list(told.get("items") or []), list(told.get("messengers") or [])
    with st.expander(_("Connect a messenger"), icon=":material/add_link:", expanded=not accounts):
        connect_form(known)
    if not accounts:
        empty(
            ":material/forum:",
            _("No messenger is connected"),
            _(
                "Begin with Telegram: make a bot with @BotFather and copy its token. "
                "To try without a messenger, start Tropa with --sandbox."
            ),
        )
    pasted = {each["channel"] for each in known if each.get("subscribes")}
    with st.grid(2):
        for one in accounts:
            account(one, by_hand=one["channel"] in pasted)
    with st.expander(_("Where messengers may not be used"), icon=":material/gavel:"):
        policies([str(one["channel"]) for one in known])


main()
