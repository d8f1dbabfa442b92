"""The fields of a message's parts: buttons in lines, files of an album, cards that stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from ui.language import _

Json = dict[str, Any]
KINDS = ("image", "video", "document", "audio")
#: Messenger and Viber take no more: https://developers.facebook.com/docs/messenger-platform/reference/templates/generic
CARDS = 10


def buttons_of(lines: Iterable[str], start: str = "") -> list[Json]:
    """Buttons from lines: «Title», «Title | https://…» or «Title | copy: CODE»; their ids begin with `start`."""
    found = []
    for place, line in enumerate((one for one in lines if one.strip()), 1):
        title, _bar, rest = (part.strip() for part in line.partition("|"))
        name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:20]
        button: Json = {"id": f"{start}{name or f'b{place}'}", "title": title}
        if rest.lower().startswith("copy:"):
            button["copy"] = rest[5:].strip()
        elif rest:
            button["url"] = rest
        found.append(button)
    for place, button in enumerate(found, 1):
        if sum(one["id"] == button["id"] for one in found) > 1:
            button["id"] = f"{start}b{place}"
    return found


def lines_of(buttons: Any) -> list[str]:
    """The lines of buttons, as they are written."""
    lines = []
    for one in buttons or ():
        rest = one.get("url") or (f"copy: {one['copy']}" if one.get("copy") else "")
        lines.append(f"{one.get('title', '')} | {rest}" if rest else str(one.get("title", "")))
    return lines


def files_of(text: str) -> list[Json]:
    """Files from lines: an address, with its kind before it when it is no picture."""
    found = []
    for line in (one.strip() for one in text.splitlines() if one.strip()):
        kind, _space, rest = line.partition(" ")
        found.append({"kind": kind, "url": rest.strip()} if kind in KINDS and rest else {"kind": "image", "url": line})
    return found


def album(old: Sequence[Json], key: str) -> list[Json]:
    """The field of more pictures and files; what is known of a file that stays is kept."""
    known = {str(one["url"]): one for one in old}
    lines = [str(one["url"]) if one.get("kind") == "image" else f"{one.get('kind')} {one['url']}" for one in old]
    typed = st.text_area(
        _("An album: more pictures and files"),
        "\n".join(lines),
        key=f"template-album-{key}",
        help=_("One address in a line; a kind may stand before it: «video https://…»."),
    )
    return [{**known.get(str(one["url"]), {}), **one} for one in files_of(typed or "")]


def cards(old: Sequence[Json], key: str) -> list[Json]:
    """The fields of cards; after the last one that is written stands an empty one."""
    found: list[Json] = []
    with st.expander(_("Cards, side by side"), icon=":material/view_carousel:", expanded=bool(old)):
        for place in range(CARDS):
            card = _card(dict(old[place]) if place < len(old) else {}, f"{key}-{place}", place)
            if not card and place >= len(old):
                break
            if card:
                found.append(card)
    return found


def _card(old: Json, key: str, place: int) -> Json:
    with st.container(border=True, gap="small"):
        st.caption(_("Card {number} of {many}").format(number=place + 1, many=CARDS))
        title = st.text_input(_("Title"), str(old.get("title") or ""), key=f"template-card-title-{key}")
        text = st.text_area(_("Text"), str(old.get("text") or ""), key=f"template-card-text-{key}", height=80)
        image = st.text_input(_("Picture's address"), str(old.get("image") or ""), key=f"template-card-image-{key}")
        lines = "\n".join(lines_of(old.get("buttons")))
        typed = st.text_area(_("Buttons"), lines, key=f"template-card-buttons-{key}", height=80)
    told: Json = {"title": (title or "").strip(), "text": (text or "").strip()}
    if image and image.strip():
        told["image"] = image.strip()
    if buttons := buttons_of((typed or "").splitlines(), f"c{place + 1}_"):
        told["buttons"] = [{**one, "id": one["id"][:24]} for one in buttons]
    return told if any(told.values()) else {}
