"""Links: addresses and QR codes by which people agree to hear from you, for each messenger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import picking, reach
from ui.figures import number, when
from ui.language import _
from ui.look import attempt, careful, empty, heading
from ui.paging import Pages
from ui.words import channel, safe

Json = Mapping[str, Any]


def new_link() -> None:
    """A campaign and the words that people agree to."""
    journeys = picking.journeys("link")
    with st.form("link-new", border=False):
        campaign = st.text_input(
            _("Campaign"), key="link-campaign", help=_("Your own name for it: a poster, a parcel.")
        )
        about = _("What people agree to. It is kept with each consent, word for word.")
        words = st.text_area(_("Consent text"), key="link-words", help=about)
        chosen = st.selectbox(
            _("Journey that they enter"),
            ["", *journeys],
            format_func=lambda one: journeys.get(one, _("none")),
            key="link-journey",
        )
        invitation = st.text_input(
            _("First words"), key="link-invitation", help=_("Already written in the person's chat; WhatsApp and Viber.")
        )
        about = _("Shown when the chat is opened, before the person subscribes; Viber.")
        greeting = st.text_input(_("Greeting"), key="link-greeting", help=about)
        double = st.toggle(
            _("Confirm by a word"), key="link-double", help=_("Marketing begins only after the person answers «start».")
        )
        pressed = st.form_submit_button(_("Make a link"), type="primary", icon=":material/add_link:")
    if not pressed:
        return
    body = {
        "campaign": campaign or "", "consent_text": words or "", "journey": chosen or None, "double": bool(double),
        "invitation": invitation or "", "greeting": greeting or "",
    }  # fmt: skip
    with careful():
        reach.make_link(body)
        st.success(_("The link is ready."), icon=":material/check_circle:")


def link(one: Json) -> None:
    """One link: how many came, its addresses and codes."""
    token = str(one["token"])
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe(one.get('campaign'))}**", width="stretch")
            if one.get("closed_at"):
                st.badge(_("Closed"), color="gray")
            st.metric(_("Came by it"), number(one.get("arrived") or 0), width="content")
        st.caption(safe(f"{when(one.get('created_at'))} · {one.get('consent_text')}"))
        for place in one.get("links") or ():
            label = f"{channel(place.get('channel'))} · {place.get('account')}"
            with st.expander(safe(label), icon=":material/qr_code_2:"):
                st.code(str(place["link"]), language=None, wrap_lines=True)
                if st.toggle(_("Show the QR code"), key=f"qr-{token}-{place.get('channel')}-{place.get('account')}"):
                    st.image(reach.qr_code(str(place["qr"])), width=240)
        if not one.get("closed_at"):
            st.button(
                _("Close the link"),
                key=f"link-close-{token}",
                icon=":material/link_off:",
                on_click=close,
                args=(token,),
            )


def close(token: str) -> None:
    """Closes a link."""
    attempt(lambda: reach.close_link(token))


def main() -> None:
    heading(_("Links"), _("Addresses and QR codes by which people agree to hear from you."))
    pages = Pages("links")
    known = reach.links()
    with st.expander(_("New link"), icon=":material/add_link:", expanded=not known.items):
        new_link()
        known = reach.links(pages.after)
    if not known.items:
        empty(
            ":material/qr_code_2:",
            _("No link yet"),
            _("Print a code on a parcel or put a link on your site: who follows it becomes a contact who agreed."),
        )
    for one in known.items:
        link(one)
    pages.turn(known.next)


main()
