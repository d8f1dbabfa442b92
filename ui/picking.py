"""Which journeys can be picked on a page: a hundred of them, and a search by name where there are more."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from ui.backend import backend
from ui.language import _
from ui.trouble import Missing

MOST = 100


def journeys(place: str, named: str = "") -> dict[str, str]:
    """Names by id, the newest first; the one that is `named` is always among them. `place` begins the keys."""
    search = str(st.session_state.get(f"{place}-search") or "")
    page = backend().journeys(search=search, limit=MOST)
    if page.next or search:
        icon, hint = ":material/search:", _("Find by name")
        st.text_input(_("Search"), key=f"{place}-search", placeholder=hint, icon=icon)
    names = {str(one["id"]): str(one.get("name") or one["id"]) for one in page.items}
    if named and named not in names:
        with suppress(Missing):
            names[named] = str(backend().journey(named).get("name") or named)
    return names
