"""Templates: a message with what differs on each messenger, seen on four phones while it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import reach
from ui.backend import backend
from ui.bubbles import chat
from ui.figures import counted, when
from ui.language import _, ngettext
from ui.look import attempt, careful, heading, say_next
from ui.message_parts import album, buttons_of, cards, lines_of
from ui.said import said
from ui.words import PURPOSE, channel, purpose, safe

Json = dict[str, Any]
PHONES = ("telegram", "whatsapp", "viber", "messenger")
#: Parts of a message that have fields of their own here; what else it has is kept.
WRITTEN = ("text", "buttons", "media", "album", "cards", "variants", "ad")
#: Where templates are reviewed.
REVIEWED = ("whatsapp", "messenger")


def write(kept: Json | None) -> tuple[str, str, Json]:
    """The fields of a message: (id, name, body for the API)."""
    key, old = str(kept["id"]) if kept else "new", (kept or {}).get("message") or {}
    name = st.text_input(_("Name"), str((kept or {}).get("name") or ""), key=f"template-name-{key}")
    message: Json = {name: value for name, value in old.items() if name not in WRITTEN}
    category = st.segmented_control(
        _("Category"), list(PURPOSE), default=str(old.get("category") or "marketing"), format_func=purpose,
        key=f"template-category-{key}", required=True,
    )  # fmt: skip
    text = st.text_area(_("Text"), str(old.get("text") or ""), key=f"template-text-{key}", height=160)
    about = _("One in a line: a title, «Title | https://…» or «Title | copy: CODE».")
    lines = st.text_area(
        _("Buttons"), "\n".join(lines_of(old.get("buttons"))), key=f"template-buttons-{key}", help=about
    )
    picture = st.text_input(
        _("Picture's address"), str((old.get("media") or {}).get("url") or ""), key=f"template-media-{key}"
    )
    message |= {"text": text or "", "category": category or "marketing"}
    message["buttons"] = buttons_of((lines or "").splitlines())
    if picture:
        message["media"] = {**(old.get("media") or {"kind": "image"}), "url": picture.strip()}
    if files := album(old.get("album") or (), key):
        message["album"] = files
    if shown := cards(old.get("cards") or (), key):
        message["cards"] = shown
    if variants := _variants(old.get("variants") or {}, key):
        message["variants"] = variants
    ad = st.toggle(
        _("An advertisement by Russian law"), bool((kept or {}).get("ad") or old.get("ad")), key=f"template-ad-{key}",
        help=_("It must be marked: by a line under the text, as below, or in the text itself."),
    )  # fmt: skip
    if ad:
        message |= ad_mark(old.get("ad") or {}, key)
    first = st.text_input(_("First name in the preview"), _("Alexandra"), key=f"template-sample-{key}")
    sample = (kept or {}).get("sample") or {"contact": {"first_name": first or ""}}
    ident = str(kept["id"]) if kept else re.sub(r"[^a-z0-9]+", "-", (name or "").lower()).strip("-")[:60] or "message"
    return ident, name or "", {"message": message, "sample": sample, "ad": bool(ad)}


def ad_mark(old: Json, key: str) -> Json:
    """The line that marks an advertisement; nothing while the text has the mark itself."""
    left, right = st.columns([2, 1])
    who = left.text_input(
        _("Advertiser"), str(old.get("advertiser") or ""), key=f"template-advertiser-{key}", max_chars=200,
        help=_("Name and tax number, as the register knows them."),
    )  # fmt: skip
    token = right.text_input(
        _("erid"), str(old.get("erid") or ""), key=f"template-erid-{key}", max_chars=100,
        help=_("6 to 100 Latin letters and digits, as the operator of advertising data gave them."),
    )  # fmt: skip
    mark = {"advertiser": (who or "").strip(), "erid": (token or "").strip()}
    return {"ad": mark} if any(mark.values()) else {}


def _variants(old: Mapping[str, Any], key: str) -> Json:
    """Another text for one messenger; what else differs there is kept."""
    found: Json = {}
    with st.expander(_("Another text on one messenger"), icon=":material/alt_route:"):
        for one in PHONES:
            known = dict(old.get(one) or {})
            typed = st.text_area(channel(one), str(known.get("text") or ""), key=f"template-{one}-{key}")
            known["text"] = typed or ""
            if any(known.values()):
                found[one] = known
    return found


def phones(shown: Json) -> None:
    """Four phones with what each messenger makes of the message."""
    with st.grid(2):
        for one in PHONES:
            told = shown["channels"].get(one)
            if told is None:
                continue
            with st.container(height="stretch"):
                st.markdown(f"**{safe(channel(one))}**")
                st.html(chat(one, told["bubbles"]))
                limits = told["limits"]
                used = _("{used} of {most} characters, {buttons} of {choices} choices").format(
                    used=limits["text"]["used"], most=limits["text"]["most"],
                    buttons=limits["choices"]["used"], choices=limits["choices"]["most"],
                )  # fmt: skip
                st.caption(used)
                for problem in told["problems"]:
                    mark = ":red[:material/error:]" if problem["level"] == "error" else ":orange[:material/info:]"
                    st.markdown(f"{mark} {safe(said(problem['text']))}")


def remarks(shown: Json) -> None:
    """What is said of the words themselves."""
    for one in shown["remarks"]:
        mark = ":red[:material/error:]" if one["level"] == "error" else ":orange[:material/lightbulb:]"
        st.markdown(f"{mark} {safe(said(one['text']))} :gray[{safe(said(one['fix']))}]")


def try_out(body: Json) -> None:
    """Sends the message as it stands to oneself, with the values of the preview."""
    accounts = {f"{one['channel']}/{one['account']}": one for one in backend().channels()}
    if not accounts:
        return
    with st.expander(_("Send it to myself"), icon=":material/send:"), st.form("template-try", border=False):
        where = st.selectbox(_("Account"), list(accounts), key="template-try-account")
        address = st.text_input(_("My address there"), key="template-try-address")
        pressed = st.form_submit_button(_("Send"))
    if pressed and where and address:
        one = accounts[where]
        with careful():
            reach.try_template(str(one["channel"]), str(one["account"]), address, body)
            st.success(_("The messenger took it."), icon=":material/check_circle:")


def ask_messenger(name: str, account: str) -> None:
    """Asks the messenger for its templates, and says how many it knows."""
    many = attempt(lambda: reach.sync_approved(name, account))
    if many is not None:
        text = ngettext("{messenger} knows {n} template.", "{messenger} knows {n} templates.", many)
        say_next(counted(text.replace("{messenger}", channel(name)), many))


def remove(name: str) -> None:
    """Forgets a kept message."""
    attempt(lambda: reach.remove_template(name))


def reviewed() -> None:
    """Templates at the messengers, with their review."""
    st.subheader(_("Approved by the messenger"), anchor=False)
    for one in backend().channels():
        if one.get("channel") in REVIEWED:
            place = (str(one["channel"]), str(one["account"]))
            label = _("Ask {messenger} · {account}").format(messenger=channel(place[0]), account=place[1])
            st.button(
                label, icon=":material/sync:", key=f"sync-{'-'.join(place)}",
                on_click=ask_messenger, args=place,
            )  # fmt: skip
    colours = {"APPROVED": "green", "REJECTED": "red", "PAUSED": "orange", "DISABLED": "red"}
    for one in reach.approved():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe(one['name'])}** · {safe(one['language'])} · {safe(one['category'])}", width="stretch")
            st.markdown(f":{colours.get(one['status'], 'gray')}-badge[{safe(one['status'])}]", width="content")
            st.caption(safe(f"{one.get('reason') or ''} {when(one.get('synced_at'))}".strip()))


def main() -> None:
    heading(_("Templates"), _("Messages for reuse, as each messenger shows them."))
    kept = {str(one["id"]): one for one in reach.templates()}
    chosen = st.selectbox(
        _("Message"), ["", *kept], format_func=lambda one: kept[one]["name"] if one else _("A new message"),
        key="template-chosen",
    )  # fmt: skip
    left, right = st.columns([2, 3], gap="large")
    with left:
        ident, name, body = write(kept.get(chosen or ""))
        with st.container(horizontal=True):
            if st.button(_("Keep"), type="primary", icon=":material/save:", key="template-keep"):
                with careful():
                    reach.keep_template(ident, {"name": name, **body})
                    st.success(_("Kept."), icon=":material/check_circle:")
            if chosen:
                st.button(
                    _("Remove"), icon=":material/delete:", key="template-remove",
                    on_click=remove, args=(str(chosen),),
                )  # fmt: skip
        try_out(body)
    with right, careful():
        message = body["message"]
        if message["text"] or message.get("media") or message.get("cards"):
            shown = reach.preview(body)
            remarks(shown)
            phones(shown)
        else:
            st.caption(_("Write a text: four phones will show it here."))
    with careful():
        reviewed()


main()
