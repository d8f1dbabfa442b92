"""Contacts: the audience, searched and paged; a file of contacts is brought in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.figures import compact
from ui.importing import import_page
from ui.language import _
from ui.look import careful, empty, heading
from ui.paging import Pages
from ui.said import said
from ui.words import CHANNEL, channel, person, safe

Json = Mapping[str, Any]


def add_one() -> None:
    """One contact by hand."""
    with st.form("contact-new", border=False):
        name = st.text_input(
            _("Contact id"), key="contact-new-id", help=_("The id in your own system: it joins events with people.")
        )
        first = st.text_input(_("First name"), key="contact-new-first")
        where = st.selectbox(
            _("Messenger"), [one for one in CHANNEL if one != "auto"], format_func=channel, key="contact-new-channel"
        )
        address = st.text_input(
            _("Address in the messenger"), key="contact-new-address", help=_("A chat id, a phone number or a user id.")
        )
        pressed = st.form_submit_button(_("Add contact"), type="primary", icon=":material/person_add:")
    if pressed and not (name or "").strip():
        st.warning(_("Write the contact's id."), icon=":material/badge:")
    elif pressed:
        facts: dict[str, Any] = {
            "external_id": (name or "").strip(),
            "attributes": {"first_name": first} if first else {},
        }
        if address:
            facts["addresses"] = [{"channel": where, "address": address.strip()}]
        with careful():
            outcome = backend().save_contact(facts)
            for one in outcome.get("rejected") or ():
                st.error(f"**{safe(one.get('field'))}**: {safe(said(one.get('reason')))}", icon=":material/error:")
            if not outcome.get("rejected"):
                st.success(_("The contact is saved."), icon=":material/check_circle:")


def row(contact: Json) -> None:
    """One contact: name, id, messengers, tags."""
    name = person(contact)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        ident = str(contact["external_id"])
        st.page_link(
            "screens/contact.py", label=name or ident, icon=":material/person:", query_params={"id": ident}, width=260
        )
        st.caption(safe(ident), width=160)
        places = sorted({channel(one.get("channel")) for one in contact.get("addresses") or ()})
        st.markdown(" ".join(f":blue-badge[{safe(one)}]" for one in places), width="stretch")
        st.markdown(" ".join(f":gray-badge[{safe(tag)}]" for tag in contact.get("tags") or ()), width="content")


def audience() -> None:
    """The searched list, page by page."""
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"),
            key="contacts-search",
            placeholder=_("Find by id, name or any attribute"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=380,
        )
        shown = st.empty()
    pages = Pages("contacts", search)
    page = backend().contacts(search=search or "", after=pages.after)
    shown.caption(_("page {n}").format(n=compact(pages.number)))
    for contact in page.items:
        row(contact)
    if not page.items and search:
        empty(
            ":material/search_off:",
            _("Nobody found"),
            _("Nobody fits “{text}”. Try an id or a part of a name.").format(text=safe(search)),
        )
    elif not page.items:
        empty(
            ":material/group_add:",
            _("Nobody is here yet"),
            _(
                "Contacts come by themselves when they press Start in your bot, over the API from your site, "
                "or from a file: see the next tabs."
            ),
        )
    pages.turn(page.next)


def main() -> None:
    heading(_("Contacts"), _("The people who agreed to hear from you."))
    everybody, file, one = st.tabs([_("Everybody"), _("Import CSV"), _("Add one")])
    with everybody, careful():
        audience()
    with file, careful():
        import_page()
    with one:
        add_one()


main()
