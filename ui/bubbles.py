"""Messages as each messenger's phone shows them, from the API's preview; every word is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from ui.language import _

Json = Mapping[str, Any]
#: Background of the chat and of the button, by messenger.
SKINS = {
    "telegram": ("#c9ddc3", "#5b8db8"),
    "whatsapp": ("#e9e2d8", "#00a884"),
    "viber": ("#e8e3f3", "#7360f2"),
    "messenger": ("#eef0f3", "#0a7cff"),
}
PLAIN = ("#eeeeee", "#444444")


def chat(channel: str, bubbles: Iterable[Json]) -> str:
    """HTML of a chat with these messages."""
    ground, accent = SKINS.get(channel, PLAIN)
    drawn = ""
    for beside, group in groupby(bubbles, key=lambda one: one.get("layout") == "card"):
        several = [_bubble(one, accent) for one in group]
        drawn += _beside(several) if beside else "".join(several)
    style = f"background:{ground};border-radius:18px;padding:14px;border:1px solid rgba(0,0,0,.08)"
    return f'<div style="{style}">{drawn}</div>'


def _beside(cards: Iterable[str]) -> str:
    """Cards in a row that is pushed sideways, as on a phone."""
    drawn = "".join(f'<div style="flex:0 0 62%">{card}</div>' for card in cards)
    return f'<div style="display:flex;gap:8px;overflow-x:auto;padding-bottom:6px" tabindex="0">{drawn}</div>'


def _bubble(one: Json, accent: str) -> str:
    several = list(one.get("files") or ())
    files = "".join(_file(each) for each in several)
    if len(several) > 1:
        files = f'<div style="display:grid;grid-template-columns:1fr 1fr;gap:4px">{files}</div>'
    text = escape(str(one.get("text") or ""))
    named = str(one.get("template") or "")
    head = _("Approved template: {name}").format(name=named) if named else ""
    head = f'<div style="font-size:11px;opacity:.6">{escape(head)}</div>' if head else ""
    body = ""
    if files or text or head:
        words = f'<div style="white-space:pre-wrap;overflow-wrap:anywhere">{text}</div>' if text else ""
        style = "background:#fff;color:#111;border-radius:12px;padding:8px 11px;font-size:14px;margin-top:6px"
        body = f'<div style="{style}">{head}{files}{words}</div>'
    return body + _keys(one, accent)


def _keys(one: Json, accent: str) -> str:
    keys = list(one.get("keys") or ())
    if one.get("layout") == "list" and keys:
        rows = "".join(f"<li>{escape(str(key.get('title') or ''))}</li>" for key in keys)
        opener = _key(str(one.get("opener") or ""), "☰ ", accent)
        return f'{opener}<ul style="margin:4px 0 0 14px;font-size:13px;color:#333">{rows}</ul>'
    marks = {"url": "↗ ", "copy": "⧉ "}
    drawn = "".join(_key(str(key.get("title") or ""), marks.get(str(key.get("kind")), ""), accent) for key in keys)
    if one.get("layout") == "quick":
        return f'<div style="display:flex;flex-wrap:wrap;gap:4px">{drawn}</div>' if drawn else ""
    return drawn


def _key(title: str, mark: str, accent: str) -> str:
    style = f"border:1px solid {accent};color:{accent};background:rgba(255,255,255,.85);border-radius:9px"
    style += ";padding:5px 10px;margin-top:4px;text-align:center;font-size:13px"
    return f'<div style="{style}">{mark}{escape(title)}</div>'


def _file(one: Json) -> str:
    address = str(one.get("url") or "")
    if one.get("kind") == "image" and address.startswith(("https://", "http://")) and "{{" not in address:
        style = "width:100%;max-height:150px;object-fit:cover;border-radius:8px;min-height:24px"
        return f'<img src="{escape(address)}" alt="{escape(address)}" style="{style}" referrerpolicy="no-referrer">'
    return f'<div style="opacity:.75;font-size:12px;overflow-wrap:anywhere">📎 {escape(address)}</div>'
