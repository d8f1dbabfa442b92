"""The line that tells people how to unsubscribe: it stands under the first advertisement to each of them."""

from __future__ import annotations

import streamlit as st

from ui.backend import backend
from ui.language import _
from ui.look import attempt

#: As much as the API takes.
LONGEST = 200


def opt_out_line() -> None:
    """The line in force, to be changed; an empty field is none."""
    st.subheader(_("How to unsubscribe"), anchor=False)
    st.caption(
        _("Stands under the first advertisement to a contact on each messenger. Approved templates carry their own.")
    )
    st.session_state.setdefault("opt-out-line", backend().ask("GET", "/v1/settings").get("opt_out_line") or "")
    with st.form("opt-out", border=True):
        line = st.text_input(
            _("Line"), key="opt-out-line", max_chars=LONGEST, placeholder=_("Write STOP to unsubscribe.")
        )
        pressed = st.form_submit_button(_("Save the line"), icon=":material/save:")
    if pressed:
        attempt(
            lambda: backend().ask("PUT", "/v1/settings", {"opt_out_line": line.strip() or None}),
            _("The line is saved; it counts from the next message on."),
        )
        st.rerun()
