"""Lists page by page: where one is in them, and the way back and forth."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.language import _


class Pages:
    """Where one is in a list that only knows its next page; another question begins at the first page again.

    `name` begins the keys of the session; `asked` is what the list is asked for.
    """

    def __init__(self, name: str, asked: Any = None) -> None:
        self.name = name
        #: Where the pages before this one and this one began.
        self.trail: list[str] = st.session_state.setdefault(f"{name}-pages", [])
        if st.session_state.get(f"{name}-asked", asked) != asked:
            self.trail.clear()
        st.session_state[f"{name}-asked"] = asked

    @property
    def after(self) -> str | None:
        """What the API is asked to go on after; None at the first page."""
        return self.trail[-1] if self.trail else None

    @property
    def number(self) -> int:
        """Which page it is, from 1."""
        return len(self.trail) + 1

    def turn(self, following: str | None) -> None:
        """The buttons back and on, where there is more than one page."""
        if not self.trail and following is None:
            return
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button(
                _("Back"), icon=":material/chevron_left:", disabled=not self.trail, key=f"{self.name}-back",
                on_click=self._back,
            )  # fmt: skip
            st.button(
                _("Next"), icon=":material/chevron_right:", disabled=following is None, key=f"{self.name}-next",
                on_click=self.trail.append, args=(following,),
            )  # fmt: skip

    def _back(self) -> None:
        self.trail.pop()
