"""A script for Streamlit that draws one form and keeps what came back."""

import streamlit as st

from ui.forms.draw import form
from ui.forms.shapes import fields_of
from ui.forms.widgets import Hints

st.session_state["made"] = form(
    fields_of(st.session_state["schema"]), st.session_state["given"], "k", Hints(buttons=("yes",))
)
