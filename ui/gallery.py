"""Ready-made journeys: what each is for, what it says, and a press to begin with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.figures import number
from ui.language import _, ngettext
from ui.words import channel as channel_name
from ui.words import safe

Json = dict[str, Any]


def gallery(take: Callable[[Json], None]) -> None:
    """Cards of all ready-made journeys in the reader's language; `take` makes one's own of a document."""
    found = backend().examples()
    if not found:
        st.caption(_("There are no ready-made journeys here. Begin with a blank one."))
    with st.grid(2):
        for one in found:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{safe(one.get('title'))}**")
                st.caption(safe(one.get("about") or ""))
                st.space("stretch")
                st.caption(facts(one["document"]))
                with st.container(horizontal=True, vertical_alignment="center"):
                    key = f"new-example-{one['id']}"
                    if st.button(_("Take it"), key=key, icon=":material/add:", on_click=take, args=(one["document"],)):
                        st.rerun()
                    with st.popover(_("Read its messages"), icon=":material/forum:"):
                        letters(one["document"])


def facts(document: Mapping[str, Any]) -> str:
    """In a line: on which messengers it speaks, and how long it is."""
    spoken: dict[str, None] = {}
    for node in document.get("nodes", ()):
        wanted = (node.get("settings") or {}).get("channel") or ()
        for name in [wanted] if isinstance(wanted, str) else wanted:
            spoken.setdefault(name)
    steps = len(document.get("nodes", ()))
    many = ngettext("{n} step", "{n} steps", steps).format(n=number(steps))
    return " · ".join([*(channel_name(name) for name in spoken), many])


def letters(document: Mapping[str, Any]) -> None:
    """Everything that the journey says, in its order."""
    for node in document.get("nodes", ()):
        settings = node.get("settings") or {}
        for one in settings.get("questions") or ([settings] if settings.get("text") else ()):
            st.markdown(f"**{safe(node.get('title') or node['id'])}**")
            # Texts are shown as they are written, braces and all: nothing in them is read as markup.
            st.text(str(one.get("text") or ""))
            titles = [str(button.get("title")) for button in one.get("buttons") or ()]
            if titles:
                st.caption(" · ".join(safe(title) for title in titles))
