"""How a message will look in a chat, while it is written; every word is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from ui.language import _

_HOLE = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_DEFAULT = re.compile(r"""\|\s*default\(\s*["'](.*?)["']""")


def preview(settings: Mapping[str, Any]) -> str:
    """HTML of the message as a bubble with its buttons; templates' values are shown as marks."""
    media = settings.get("media")
    picture = ""
    if isinstance(media, Mapping):
        named = escape(str(media.get("url") or media.get("kind") or ""))
        picture = f'<div style="opacity:.7;font-size:12px">📎 {named}</div>'
    nothing = escape(_("Your text will be here"))
    text = _marked(str(settings.get("text") or "")) or f'<span style="opacity:.5">{nothing}</span>'
    buttons = "".join(
        '<div style="background:rgba(255,255,255,.92);color:#2a7ab8;border-radius:10px;padding:7px 10px;margin-top:5px;'
        f'text-align:center;font-weight:500">{escape(str(one.get("title") or "…"))}'
        f"{' ↗' if one.get('url') else ''}</div>"
        for one in settings.get("buttons") or ()
        if isinstance(one, Mapping)
    )
    return (
        '<div style="background:linear-gradient(160deg,#cfe2c8,#b7d6c5);border-radius:16px;padding:16px">'
        '<div style="max-width:340px"><div style="background:#fff;color:#14201c;border-radius:14px;padding:9px 12px;'
        f'white-space:pre-wrap;overflow-wrap:anywhere;font-size:14px">{picture}{text}</div>{buttons}</div></div>'
    )


def _marked(text: str) -> str:
    parts = _HOLE.split(text)
    return "".join(escape(part) if place % 2 == 0 else _mark(part) for place, part in enumerate(parts))


def _mark(expression: str) -> str:
    default = _DEFAULT.search(expression)
    name = default[1] if default else expression.split("|", maxsplit=1)[0].strip().rsplit(".", maxsplit=1)[-1]
    return f'<span style="background:#e3f4ec;color:#0b6b53;border-radius:5px;padding:0 4px">{escape(name)}</span>'
