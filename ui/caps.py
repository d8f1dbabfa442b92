"""The project's caps: how many advertisements one contact gets at most, whichever journeys send them."""

from __future__ import annotations

import streamlit as st

from ui.backend import backend
from ui.language import _
from ui.look import attempt

#: As much as the API takes.
MOST = 1000


def caps() -> None:
    """The caps in force, to be changed; an empty field is no cap."""
    st.subheader(_("Marketing messages to one contact"), anchor=False)
    st.caption(
        _("All journeys together; orders and service messages do not count. What is over the cap waits or is left out.")
    )
    now = backend().ask("GET", "/v1/settings").get("caps") or {}
    for name in ("per-day", "per-week"):
        # Not as the field's default: a field that has one cannot be emptied.
        st.session_state.setdefault(f"caps-{name}", now.get(name.replace("-", "_")))
    with st.form("caps", border=True):
        day = st.number_input(
            _("At most a day"), 1, MOST, None, key="caps-per-day", placeholder=_("No cap"),
            help=_("The contact's own calendar day."),
        )  # fmt: skip
        week = st.number_input(
            _("At most a week"), 1, MOST, None, key="caps-per-week", placeholder=_("No cap"),
            help=_("Today and the six days before."),
        )  # fmt: skip
        pressed = st.form_submit_button(_("Save the caps"), icon=":material/save:")
    if pressed:
        chosen = {name: value for name, value in (("per_day", day), ("per_week", week)) if value is not None}
        attempt(
            lambda: backend().ask("PUT", "/v1/settings", {"caps": chosen or None}),
            _("The caps are saved; they count from the next message on."),
        )
        st.rerun()
