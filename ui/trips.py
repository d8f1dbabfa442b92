"""Where a contact is in their journeys: why there, what will wake them, and when at the latest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.language import _
from ui.look import empty
from ui.paging import Pages
from ui.standing import latest, place, waits, wakes
from ui.trouble import Trouble
from ui.words import ENROLLMENT, badge, reason, safe, word

Json = Mapping[str, Any]


@st.cache_data(ttl=60, show_spinner=False)
def step_titles(url: str, journey: str) -> dict[str, str]:
    """Titles of a journey's steps by id; `url` keeps one API's apart from another's."""
    try:
        document = backend().journey(journey).get("document") if url else None
    except Trouble:
        return {}
    return {node["id"]: str(node.get("title") or node["id"]) for node in (document or {}).get("nodes", ())}


def trips(name: str) -> None:
    """Where the contact is, why, and what will wake them; the newest trip first."""
    pages = Pages(f"trips-{name}")
    page = backend().enrollments(contact=name, order="newest", limit=20, after=pages.after)
    if not page.items:
        empty(
            ":material/route:",
            _("Not in any journey"),
            _("Open a journey and enroll this contact to see their way here."),
        )
    for trip in page.items:
        with st.container(border=True, gap="xsmall"):
            journey = str(trip["journey"])
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    "screens/journey.py",
                    label=str(trip.get("journey_name") or journey),
                    icon=":material/route:",
                    query_params={"id": journey},
                )
                st.markdown(badge(word(ENROLLMENT, trip.get("status"))), width="content")
                st.caption(_("version {n}").format(n=trip.get("version")), width="content")
            names = step_titles(backend().url, journey)
            st.markdown(why(trip, names))
            trail = trip.get("trail") or []
            if trail:
                passed = [safe(names.get(str(one.get("node")), str(one.get("node")))) for one in trail]
                here = names.get(str(trip.get("node")), str(trip.get("node") or ""))
                st.caption(" → ".join([*passed, *([f"**{safe(here)}**"] if here else [])]))
    pages.turn(page.next)


def why(trip: Json, names: Mapping[str, str]) -> str:
    """Why the contact is where they are, what wakes them, and when at the latest."""
    if trip.get("status") not in ("waiting", "active"):
        return _("Ended: {reason}.").format(
            reason=safe(reason(trip.get("reason")) or word(ENROLLMENT, trip.get("status")).text)
        )
    return " ".join(part for part in (place(trip, names), waits(trip), wakes(trip), latest(trip)) if part)
