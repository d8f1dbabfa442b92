"""Settings: language, appearance and the keys of the API."""

from __future__ import annotations

import streamlit as st

from ui.backend import backend
from ui.figures import ago
from ui.language import LANGUAGES, _, choose, language
from ui.look import careful, heading
from ui.words import safe


def keys() -> None:
    """Names and last use of the keys; the keys themselves are never shown again."""
    found = backend().keys()
    if not found:
        st.caption(_("There are no keys yet. Make one with “tropa key new”."))
    for one in found:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/key: **{safe(one.get('name') or one.get('id'))}**", width="stretch")
            if one.get("role"):
                st.badge(str(one["role"]), color="gray")
            used = one.get("last_used_at")
            st.caption(_("used {when}").format(when=ago(used)) if used else _("never used"), width="content")


def main() -> None:
    heading(_("Settings"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(_("Language"), anchor=False)
        picked = st.radio(
            _("Language of these pages"),
            list(LANGUAGES),
            index=list(LANGUAGES).index(language()),
            format_func=lambda code: LANGUAGES[code],
            key=f"settings-language-{language()}",
        )
        if picked != language():
            choose(picked)
            st.rerun()
        st.subheader(_("Appearance"), anchor=False)
        st.caption(_("Light or dark: the menu at the top right, Settings. By default the pages follow your system."))
        st.subheader(_("Address of the API"), anchor=False)
        st.code(backend().url, language=None)
    with right, careful():
        st.subheader(_("Keys"), anchor=False)
        st.caption(_("Programs present a key to the API. A key is shown only once, when it is made."))
        keys()


main()
