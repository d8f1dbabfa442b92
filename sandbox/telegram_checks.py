"""What Telegram's Bot API refuses, in its own words: https://core.telegram.org/bots/api"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.facts import Button, Refusal
from sandbox.telegram_text import Unparsable, plain, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 64
MAX_COPY_TEXT = 256
MAX_BUTTONS = 100
MAX_CALLBACK_ANSWER = 200


def refusal(code: int, description: str, retry_after: int | None = None) -> Refusal:
    """Telegram's error body; its HTTP status is the error code."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return Refusal(code, body, description, retry_after)


def bad(why: str) -> Refusal:
    return refusal(400, f"Bad Request: {why}")


def structure(value: Any, name: str) -> Any:
    """A nested argument: JSON in JSON, or a JSON text in a form."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def chat(value: Any) -> str:
    """A private chat's id as text."""
    if value is None or value == "":
        raise bad("chat_id is empty")
    text = str(value).strip()
    if isinstance(value, bool) or not plausible(text):
        raise bad("chat not found")
    return text


def plausible(address: str) -> bool:
    """Telegram's people are positive integers below 2^52."""
    return address.isascii() and address.isdigit() and 0 < int(address) < 2**52


def words(value: Any, mode: Any, entities: Any, *, limit: int, empty: str | None, long: str) -> str:
    """Text after formatting; `empty` and `long` are the complaints."""
    if value is not None and not isinstance(value, str | int | float):
        raise bad("strings must be encoded in UTF-8")
    try:
        text = plain(str(value or ""), "" if entities else str(mode or "")).strip()
    except Unparsable as error:
        raise bad(str(error)) from None
    if not text and empty is not None:
        raise bad(empty)
    if units(text) > limit:
        raise bad(long)
    return text


def message_text(args: dict[str, Any]) -> str:
    complaints = {"empty": "message text is empty", "long": "message is too long"}
    return words(args.get("text"), args.get("parse_mode"), args.get("entities"), limit=MAX_TEXT, **complaints)


def caption(args: dict[str, Any]) -> str:
    entities = args.get("caption_entities")
    long = "message caption is too long"
    return words(args.get("caption"), args.get("parse_mode"), entities, limit=MAX_CAPTION, empty=None, long=long)


def web_address(value: str) -> bool:
    """Whether Telegram would take it for an HTTP URL."""
    parts = urlsplit(value)
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and bool(re.fullmatch(r"[^\s/?#@]+", host)) and " " not in value


def file(args: dict[str, Any], name: str) -> str:
    """A media argument: an HTTP URL, a file_id, or an uploaded file."""
    value = args.get(name)
    if value is None or value == "":
        raise bad(f"there is no {name} in the request")
    if not isinstance(value, str):
        raise bad(f"there is no {name} in the request")
    if value.startswith(("attach://", "upload:")) or re.fullmatch(r"[A-Za-z0-9_-]{20,}", value):
        return value
    if "://" not in value:
        raise bad("wrong remote file identifier specified: Wrong string length")
    if not web_address(value):
        raise bad("wrong HTTP URL specified")
    return value


def keyboard(value: Any) -> tuple[Button, ...]:
    """The buttons of a reply_markup, inline or of the reply kind."""
    markup = structure(value, "reply keyboard markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows, inline = markup.get("inline_keyboard"), True
    if rows is None:
        rows, inline = markup.get("keyboard", []), False
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    cells = [cell for row in rows for cell in row]
    if len(cells) > MAX_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return tuple(inline_button(cell) if inline else word_button(cell) for cell in cells)


def word_button(cell: Any) -> Button:
    """A button of a reply keyboard: pressing it writes its text."""
    text = cell.get("text") if isinstance(cell, dict) else cell
    if not isinstance(text, str) or not text:
        raise bad("can't parse keyboard button: Can't find field \"text\"")
    asks = isinstance(cell, dict) and (cell.get("request_contact") or cell.get("request_location"))
    return Button(title=text, payload=text, form="other" if asks else "words")


def inline_button(cell: Any) -> Button:
    """A button under a message; https://core.telegram.org/bots/api#inlinekeyboardbutton"""
    if not isinstance(cell, dict) or not isinstance(cell.get("text"), str) or not cell["text"]:
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    title = cell["text"]
    if "callback_data" in cell:
        data = cell["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_CALLBACK_DATA:
            raise bad("BUTTON_DATA_INVALID")
        return Button(title=title, payload=data, form="callback")
    if "url" in cell:
        url = str(cell["url"])
        if not url.startswith(("tg://", "http://", "https://")) or (not url.startswith("tg:") and not web_address(url)):
            raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return Button(title=title, form="url", url=url)
    if "copy_text" in cell:
        copied = cell["copy_text"].get("text") if isinstance(cell["copy_text"], dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPY_TEXT:
            raise bad("BUTTON_COPY_TEXT_INVALID")
        return Button(title=title, form="copy")
    if any(kind in cell for kind in ("web_app", "login_url", "switch_inline_query", "pay")):
        return Button(title=title, form="other")
    raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
