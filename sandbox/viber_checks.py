"""What Viber's REST Bot API refuses: https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.facts import Button, Draft, Refusal

MAX_REQUEST = 30 * 1024
MAX_TEXT = 7_000
MAX_CAPTION = 768
MAX_SENDER = 28
MAX_TRACKING = 4_000
MAX_VIDEO = 26 * 1024 * 1024
MAX_FILE = 50 * 1024 * 1024
MAX_FILE_NAME = 256
MAX_BUTTON_TEXT = 250
#: The newest API version that the pretend clients understand.
API_VERSION = 10
STATUS = {
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    10: "webhookNotSet",
    12: "tooManyRequests",
    13: "apiVersionNotSupported",
    14: "incompatibleWithVersion",
}
ACTIONS = frozenset({"reply", "open-url", "location-picker", "share-phone", "none"})


def refusal(status: int, why: str = "") -> Refusal:
    """Viber's no: HTTP 200 with a status in the body."""
    return Refusal(200, {"status": status, "status_message": STATUS[status]}, f"{status} {why or STATUS[status]}")


def missing(name: str) -> Refusal:
    return refusal(4, f"{name} is missing")


def bad(why: str) -> Refusal:
    return refusal(3, why)


def plausible(address: str) -> bool:
    """Viber's people have base64-like ids."""
    return re.fullmatch(r"[A-Za-z0-9+/=_-]{1,64}", address) is not None


def draft(body: dict[str, Any]) -> Draft:
    """A message after the checks that need no receiver."""
    sender = body.get("sender")
    if not isinstance(sender, dict) or not sender.get("name"):
        raise missing("sender.name")
    if not isinstance(sender["name"], str) or len(sender["name"]) > MAX_SENDER:
        raise bad(f"sender.name must be a text of at most {MAX_SENDER}")
    kind = body.get("type")
    if not kind:
        raise missing("type")
    if kind not in KINDS:
        raise bad(f"unknown type {kind!r}")
    tracking = body.get("tracking_data", "")
    if not isinstance(tracking, str) or len(tracking) > MAX_TRACKING:
        raise bad(f"tracking_data must be a text of at most {MAX_TRACKING}")
    version = api_version(body)
    text, media = KINDS[kind](body, version)
    buttons = keyboard(body.get("keyboard"), "keyboard", version)
    if kind == "rich_media":
        buttons = keyboard(body.get("rich_media"), "rich_media", version) + buttons
    return Draft(text=text, buttons=buttons, media=media, ref=tracking, tracking=tracking)


def api_version(body: dict[str, Any]) -> int:
    version = body.get("min_api_version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise bad("min_api_version must be a positive integer")
    if version > API_VERSION:
        raise refusal(13, f"min_api_version {version}")
    return version


def text_of(body: dict[str, Any], limit: int, *, needed: bool) -> str:
    text = body.get("text")
    if text is None or text == "":
        if needed:
            raise missing("text")
        return ""
    if not isinstance(text, str) or len(text) > limit:
        raise bad(f"text must be of at most {limit}")
    return text


def web(body: dict[str, Any], name: str) -> str:
    url = body.get(name)
    if not url:
        raise missing(name)
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad(f"{name} must be a URL")
    return str(url)


def size_of(body: dict[str, Any], limit: int) -> None:
    size = body.get("size")
    if size is None:
        raise missing("size")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= limit:
        raise bad(f"size must be between 1 and {limit} bytes")


Told = tuple[str, dict[str, str] | None]


def a_text(body: dict[str, Any], version: int) -> Told:
    return text_of(body, MAX_TEXT, needed=True), None


def a_picture(body: dict[str, Any], version: int) -> Told:
    url = web(body, "media")
    if "thumbnail" in body:
        web(body, "thumbnail")
    # The field `text` must be there, if only empty.
    if "text" not in body:
        raise missing("text")
    return text_of(body, MAX_CAPTION, needed=False), {"kind": "image", "url": url}


def a_video(body: dict[str, Any], version: int) -> Told:
    url = web(body, "media")
    size_of(body, MAX_VIDEO)
    return text_of(body, MAX_CAPTION, needed=False), {"kind": "video", "url": url}


def a_file(body: dict[str, Any], version: int) -> Told:
    url, name = web(body, "media"), body.get("file_name")
    size_of(body, MAX_FILE)
    if not name:
        raise missing("file_name")
    if not isinstance(name, str) or len(name) > MAX_FILE_NAME or "." not in name:
        raise bad(f"file_name must have an extension and at most {MAX_FILE_NAME} characters")
    return "", {"kind": "document", "url": url, "filename": name}


def a_url(body: dict[str, Any], version: int) -> Told:
    url = web(body, "media")
    if len(url) > 2_000:
        raise bad("media must be of at most 2000")
    return url, None


def a_rich_media(body: dict[str, Any], version: int) -> Told:
    if version < 7:
        raise refusal(14, "rich_media needs min_api_version 7")
    return str(body.get("alt_text") or ""), None


def something(body: dict[str, Any], version: int) -> Told:
    """Contacts, places, stickers: the field of the same name must be there."""
    name = {"sticker": "sticker_id"}.get(body["type"], body["type"])
    if not body.get(name):
        raise missing(name)
    return "", {"kind": str(body["type"]), "url": ""}


KINDS = {
    "text": a_text,
    "picture": a_picture,
    "video": a_video,
    "file": a_file,
    "url": a_url,
    "rich_media": a_rich_media,
    "contact": something,
    "location": something,
    "sticker": something,
}


def keyboard(board: Any, kind: str, version: int) -> tuple[Button, ...]:
    """Buttons of a keyboard or of rich media."""
    if board is None and kind == "keyboard":
        return ()
    if not isinstance(board, dict) or board.get("Type") != kind:
        raise bad(f"{kind}.Type must be {kind!r}")
    cells = board.get("Buttons")
    if not isinstance(cells, list) or not cells:
        raise missing(f"{kind}.Buttons")
    return tuple(button(cell, kind, version) for cell in cells)


def button(cell: Any, kind: str, version: int) -> Button:
    """One button; https://developers.viber.com/docs/tools/keyboards/"""
    if not isinstance(cell, dict):
        raise bad("a button must be an object")
    action, body, text = cell.get("ActionType", "reply"), cell.get("ActionBody"), cell.get("Text", "")
    if action not in ACTIONS:
        raise bad(f"unknown ActionType {action!r}")
    if not body and action != "none":
        raise missing("ActionBody")
    tall = 2 if kind == "keyboard" else 7
    if not whole(cell.get("Columns", 6), 6) or not whole(cell.get("Rows", 1), tall):
        raise bad(f"Columns must be 1-6 and Rows 1-{tall}")
    if not isinstance(text, str) or len(text) > MAX_BUTTON_TEXT:
        raise bad(f"Text must be of at most {MAX_BUTTON_TEXT}")
    if action == "share-phone" and version < 3:
        raise refusal(14, "share-phone needs min_api_version 3")
    title = re.sub(r"<[^>]*>", "", text)
    if action == "open-url":
        return Button(title=title, form="url", url=str(body))
    form = "action" if action == "reply" else "other"
    return Button(title=title, payload=str(body or ""), form=form, silent=bool(cell.get("Silent")))


def whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def excuse(kind: str, seconds: float | None) -> Refusal | None:
    """Viber's words for a fault."""
    if kind == "429":
        return refusal(12)
    if kind == "401":
        return refusal(2)
    if kind == "403_blocked":
        return refusal(6)
    return Refusal(500, {"status": 999, "status_message": "General error"}, "500")
