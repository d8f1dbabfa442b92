"""The language of the pages: chosen per session, words from gettext catalogues."""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOCALE = Path(__file__).with_name("locale")
#: Each language under its own name.
LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский"}


@cache
def _catalogue(code: str) -> catalogues.NullTranslations:
    return catalogues.translation("ui", str(LOCALE), [code], fallback=True)


def pick(session: str | None, query: str | None, browser: str | None) -> str:
    """The first of the session's, the address's and the browser's languages that we speak, else English."""
    for wanted in (session, query, browser):
        code = (wanted or "").lower().replace("_", "-").split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def language() -> str:
    """The language of this session; English outside a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    return pick(st.session_state.get("lang"), st.query_params.get("lang"), st.context.locale)


def choose(code: str) -> None:
    """Keeps the language for the session."""
    st.session_state["lang"] = code


def _(text: str) -> str:
    """The text in the session's language."""
    return _catalogue(language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The right plural in the session's language; the text says where the number goes, `{n}`."""
    return _catalogue(language()).ngettext(one, many, count)


def N_(text: str) -> str:
    """Marks a text for the catalogue without translating it: for tables that are read later with `_`."""
    return text
