"""The first thing that runs: language, navigation, and a roof over every page."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.backend import backend
from ui.figures import set_now
from ui.language import LANGUAGES, _, choose, language
from ui.late_words import Visit, drawn_whole, pressed_before
from ui.look import last_word, show
from ui.trouble import Trouble

LOGO, MARK = Path(__file__).with_name("logo.svg"), Path(__file__).with_name("mark.svg")
#: On the accent of the dark theme, which is light enough to be read as text, the words are dark; Streamlit's are white.
DARK = """<style>
[data-testid^="stBaseButton-primary"]:enabled :is(p, span),
.stMultiSelect span[title] { color: #07130f !important; }
</style>"""
#: A link that the keyboard is at has but a breath of colour of its own.
FOCUS = """<style>
[data-testid="stSidebarNavLink"]:focus-visible, [data-testid="stPageLink-NavLink"]:focus-visible {
  outline: 2px solid currentColor; outline-offset: -2px;
}
</style>"""
#: Streamlit's own words around files, and in fields that wait for Enter, are English in every language.
FILES = """<style>
[data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{choose}"; font-size: 14px; }}
[data-testid="stFileUploaderDropzoneInstructions"], [data-testid="InputInstructions"] {{ display: none; }}
</style>"""
#: What a page stumbles over when an answer is otherwise than it expects. Anything else is Streamlit's to tell.
UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, StreamlitAPIException)
log = logging.getLogger("tropa.ui")


def sandboxed() -> bool:
    """Whether the API offers the sandbox, whose time is then that of the pages; an API that is silent offers none."""
    try:
        clock = backend().clock()
    except Trouble:
        return False
    set_now(str(clock["now"]) if clock else None)
    return clock is not None


def places() -> dict[str, list[st.Page]]:
    """The pages by section; those that need a chosen journey or contact are hidden from the menu."""
    rehearsal = [page("phones", _("Phones"), "smartphone", _("Virtual people's chats and the movable clock."))]
    return {
        "": [page("home", _("Home"), "home", _("Where you are, and what to do next."), default=True)],
        _("Build"): [
            page("journeys", _("Journeys"), "route", _("Every journey with its state and numbers.")),
            page("broadcasts", _("Broadcasts"), "campaign", _("Who gets what, and when.")),
            page("templates", _("Templates"), "chat", _("Messages for reuse, as each messenger shows them.")),
            page("editor", _("Editor"), "edit", hidden=True),
            page("journey", _("Journey"), "account_tree", hidden=True),
            page("rehearsal", _("Rehearsal"), "theater_comedy", _("Play the contact before anybody is in it.")),
        ],
        _("Understand"): [page("funnel", _("Funnel"), "filter_alt", _("How many came through each step."))],
        _("Reach"): [
            page("contacts", _("Contacts"), "group", _("Your audience, imports and consents.")),
            page("contact", _("Contact"), "person", hidden=True),
            page("segments", _("Segments"), "group_work", _("Groups of contacts by a rule.")),
            page("segment", _("Segment"), "group_work", hidden=True),
            page("inbox", _("Inbox"), "inbox", _("Conversations that wait for a person.")),
            page("links", _("Links"), "qr_code_2", _("Addresses and codes by which people agree.")),
            page("channels", _("Channels"), "forum", _("Connected messengers and their addresses.")),
        ],
        **({_("Sandbox"): rehearsal} if sandboxed() else {}),
        _("Project"): [page("settings", _("Settings"), "settings", _("Language, appearance and keys."))],
    }


def page(name: str, title: str, icon: str, about: str = "", *, default: bool = False, hidden: bool = False) -> st.Page:
    """A page of the folder `screens`; its address stays the same in every language."""
    # Not `pages`: Streamlit would serve that folder by itself, past this roof, to whoever opens a deep link first.
    return st.Page(
        f"screens/{name}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path="" if default else name,
        default=default,
        visibility="hidden" if hidden else "visible",
        help=about or None,
    )


def language_picker() -> None:
    """The two languages at the foot of the menu."""
    picked = st.sidebar.segmented_control(
        _("Language"),
        list(LANGUAGES),
        default=language(),
        format_func=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
        key=f"language-{language()}",
    )
    if picked and picked != language():
        choose(picked)
        st.rerun()


def go_on(pressed: Visit, pages: list[st.Page]) -> None:
    """Opens the page that was pressed before a late text brought this one back."""
    for one in pages:
        if getattr(one, "_script_hash", None) == pressed.page:
            st.switch_page(one, query_params=dict(pressed.query))


def main() -> None:
    """One run of the pages."""
    context = get_script_run_ctx(suppress_warning=True)
    hash_of_page, query = (context.page_script_hash, context.query_string) if context else ("", "")
    pressed = pressed_before(st.session_state, hash_of_page, dict(parse_qsl(query)), time.monotonic())
    st.set_page_config(page_title="Tropa", page_icon=MARK.read_text(encoding="utf-8"), layout="wide")
    # A first visit with ?lang= keeps its language after the address changes with the page.
    choose(language())
    st.logo(LOGO.read_text(encoding="utf-8"), size="large")
    st.html(FOCUS)
    if st.context.theme.type == "dark":
        st.html(DARK)
    if language() != "en":
        st.html(FILES.format(choose=_("Choose a file")))
    menu = places()
    here = st.navigation(menu, expanded=True)
    language_picker()
    try:
        last_word()
        here.run()
    except Trouble as trouble:
        show(trouble)
    except UNEXPECTED:
        log.exception("a page broke")
        text = _(
            "This page could not make sense of what the API answered; the reason is in the log of the pages. "
            "Drafts are kept as they are written, but what you pressed last may not have been done."
        )
        title = _("Something went wrong")
        st.error(f"**{title}**\n\n{text}", icon=":material/error:")
    drawn_whole(st.session_state, time.monotonic())
    if pressed is not None:
        go_on(pressed, [one for section in menu.values() for one in section])


main()
