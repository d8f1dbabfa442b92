"""Settings: language, appearance, caps and the keys of the API."""

from __future__ import annotations

import streamlit as st

from ui import health
from ui.backend import backend
from ui.caps import caps
from ui.figures import ago
from ui.language import LANGUAGES, _, choose, language
from ui.look import attempt, careful, heading
from ui.opt_out import opt_out_line
from ui.words import safe


def keys() -> None:
    """Names and roles of the keys; the keys themselves are never shown again."""
    for one in backend().api_keys():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/key: **{safe(one.get('name'))}** :gray[{safe(one.get('hint') or '')}]", width="stretch"
            )
            st.badge(role_name(str(one.get("role"))), color="gray")
            st.caption(ago(one.get("created_at")), width="content")
            if one.get("revoked_at"):
                st.badge(_("Revoked"), color="red")
            else:
                st.button(
                    "",
                    icon=":material/block:",
                    help=_("Revoke: programs with this key are refused at once"),
                    key=f"key-{one['id']}",
                    type="tertiary",
                    on_click=revoke,
                    args=(str(one["id"]),),
                )


def role_name(role: str) -> str:
    """What a key may do."""
    names = {"admin": _("everything"), "intake": _("only reports events")}
    return names.get(role, role)


def revoke(key: str) -> None:
    """Takes a key out of use."""
    attempt(lambda: backend().revoke_key(key), _("The key is revoked."))


def new_key() -> None:
    """Makes a key and shows it, once."""
    with st.form("key-new", border=True):
        name = st.text_input(
            _("Name of the new key"), key="key-new-name", placeholder=_("Our shop's site"), max_chars=80
        )
        role = st.radio(_("It may do"), ["admin", "intake"], format_func=role_name, key="key-new-role", horizontal=True)
        pressed = st.form_submit_button(_("Make a key"), icon=":material/add:")
    if pressed and not (name or "").strip():
        st.warning(_("Give the key a name, so that you know later whose it is."), icon=":material/edit:")
    elif pressed:
        with careful():
            made = backend().make_key((name or "").strip(), role)
            st.success(_("Copy it now: it is not shown again."), icon=":material/key:")
            st.code(str(made["key"]), language=None)


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
        with careful():
            caps()
            opt_out_line()
    with right, careful():
        st.subheader(_("Keys"), anchor=False)
        st.caption(_("Programs present a key to the API. A key is shown only once, when it is made."))
        new_key()
        keys()
        health.report()


main()
