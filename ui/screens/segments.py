"""Segments: all of them with their sizes, how fresh they are, and what they are used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import segmenting
from ui.figures import ago, compact
from ui.language import _, ngettext
from ui.look import empty, heading
from ui.paging import Pages
from ui.words import bold, safe

Json = Mapping[str, Any]


def card(segment: Json) -> None:
    """One segment: name, how many, how fresh, who asks about it."""
    with st.container(border=True):
        about, size, used, door = st.columns([3, 1.2, 3, 1.2], vertical_alignment="center")
        with about, st.container(gap=None):
            filling = "" if not segment.get("filling") else " :orange-badge[" + _("being filled") + "]"
            st.markdown(f"**{safe(segment['name'])}**{filling}")
            fresh = _("looked at {when}").format(when=ago(segment.get("refreshed_at")))
            st.caption(safe(str(segment["id"])) + (f" · {fresh}" if segment.get("refreshed_at") else ""))
        with size, st.container(gap=None):
            st.markdown(bold(compact(segment.get("size"))))
            st.caption(_("in it now"))
        with used:
            users(segment)
        door.page_link(
            "screens/segment.py", label=_("Open"), icon=":material/edit:", query_params={"id": str(segment["id"])}
        )


def users(segment: Json) -> None:
    """What asks about it, the first three by name."""
    asking = list(segment.get("used_by") or ())
    if not asking:
        st.caption(_("Nothing asks about it yet."))
        return
    shown = ", ".join(safe(str(one["name"])) for one in asking[:3])
    more = len(asking) - 3
    rest = " " + ngettext("and {n} more", "and {n} more", more).format(n=more) if more > 0 else ""
    st.markdown(f":material/route: {shown}{rest}")


def main() -> None:
    heading(
        _("Segments"), _("Groups of contacts by a rule; who comes to fit is in at once, who no longer fits is out.")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            _("Search"), key="segments-search", placeholder=_("Find by name"), icon=":material/search:",
            label_visibility="collapsed", width=300, persist_state="session",
        )  # fmt: skip
        st.space("stretch")
        st.page_link("screens/segment.py", label=_("New segment"), icon=":material/add:")
    pages = Pages("segments", search)
    page = segmenting.listed(search or "", after=pages.after)
    for segment in page.items:
        card(segment)
    if not page.items and search:
        empty(":material/search_off:", _("Nothing found"), _("No segment is called so. Try a part of its name."))
    elif not page.items:
        empty(
            ":material/group_work:",
            _("Divide your audience"),
            _(
                "A segment is a rule: the city is Omsk, bought twice in a month, agreed to WhatsApp. "
                "Journeys begin by it, and messages go only to those in it."
            ),
        )
    pages.turn(page.next)


main()
