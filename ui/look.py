"""What every page is built of: headings, empty states, troubles, people's words for errors."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.language import _
from ui.said import said
from ui.trouble import Conflict, Missing, Refused, Slow, Trouble, Unreachable
from ui.words import safe

T = TypeVar("T")


def heading(title: str, about: str = "", icon: str | None = None) -> None:
    """The page's title with one line on what it is for."""
    st.title(safe(title), icon=icon, anchor=False)
    if about:
        st.caption(about)


def empty(icon: str, title: str, about: str) -> None:
    """An empty state that says what will be here and how to begin."""
    with st.container(border=True, horizontal_alignment="center"):
        st.space("small")
        st.markdown(f"### {icon} {title}", text_alignment="center")
        st.caption(about, text_alignment="center")
        st.space("small")


def show(trouble: Trouble) -> None:
    """A trouble in people's words; an API that does not answer yet is asked again by itself."""
    if isinstance(trouble, Unreachable):
        _starting(trouble)
        return
    title, detail, icon = words_for(trouble)
    lines = [f"**{safe(title)}**"]
    if detail and all(field.reason != trouble.detail for field in trouble.fields):
        lines.append(safe(detail))
    for field in trouble.fields:
        place = f"**{safe(field.path)}** — " if field.path else ""
        fix = f" {safe(said(field.fix))}" if field.fix else ""
        lines.append(f"- {place}{safe(said(field.reason))}{fix}")
    st.error("\n\n".join(lines[:2]) + ("\n\n" + "\n".join(lines[2:]) if len(lines) > 2 else ""), icon=icon)


def words_for(trouble: Trouble) -> tuple[str, str, str]:
    """Title, detail and icon of a trouble."""
    if isinstance(trouble, Slow):
        return _("It takes too long"), _("Tropa has not answered in time. Look again in a moment."), ":material/timer:"
    if isinstance(trouble, Refused):
        about = _("The key of these pages is not accepted. Start Tropa with “tropa up”, or set TROPA_UI_KEY.")
        return _("No access"), trouble.detail or about, ":material/key:"
    if isinstance(trouble, Missing):
        return said(trouble.title) if trouble.detail else _("Not found"), said(trouble.detail), ":material/search_off:"
    if isinstance(trouble, Conflict):
        return said(trouble.title), said(trouble.detail), ":material/sync_problem:"
    if trouble.status >= 500:
        return _("Something went wrong inside Tropa"), said(trouble.detail), ":material/error:"
    return said(trouble.title), said(trouble.detail), ":material/error:"


def _starting(trouble: Trouble) -> None:
    with st.container(border=True, horizontal_alignment="center", key=f"starting-{uuid.uuid4()}"):
        st.space("small")
        title = _("Tropa is starting…")
        st.markdown(f"### :material/hourglass_top: {title}", text_alignment="center")
        text = _("Its API does not answer yet at {url}. This page looks again by itself.")
        st.caption(text.format(url=f"`{trouble.detail}`"), text_alignment="center")
        st.space("small")
    _look_again()


@st.fragment(run_every=2)
def _look_again() -> None:
    """Runs the whole page again every two seconds while it stands here; drawing it, however often, does nothing."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and context.fragment_ids_this_run:
        st.rerun()


@contextmanager
def careful() -> Iterator[None]:
    """Shows a trouble of the block in its place instead of a broken page."""
    try:
        yield
    except Trouble as trouble:
        show(trouble)


def attempt(action: Callable[[], T], done: str = "") -> T | None:
    """Does something on a press; the page says how it went when it is drawn next.

    Nothing is shown here: this runs in callbacks, and what a fragment's callback shows breaks the page.
    """
    try:
        outcome = action()
    except Trouble as trouble:
        st.session_state["_trouble"] = trouble
        return None
    st.session_state.pop("_trouble", None)
    if done:
        say_next(done)
    return outcome


def say_next(text: str) -> None:
    """Leaves a toast for the page that is drawn next."""
    st.session_state["_done"] = text


def last_word() -> None:
    """How the last press went, once: a toast when well, the trouble in words when not."""
    done = st.session_state.pop("_done", None)
    if done is not None:
        st.toast(done, icon=":material/check_circle:")
    trouble = st.session_state.pop("_trouble", None)
    if trouble is not None:
        show(trouble)
