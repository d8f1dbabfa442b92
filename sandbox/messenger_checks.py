"""What Messenger's Send API refuses: https://developers.facebook.com/docs/messenger-platform/reference/send-api"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.facts import Button, Draft, Refusal
from sandbox.graph import error

MAX_TEXT = 2000
MAX_TEMPLATE_TEXT = 640
MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_PAYLOAD = 1000
MAX_QUICK_REPLIES = 13
MAX_ELEMENTS = 10
MAX_ELEMENT_TITLE = 80
MAX_METADATA = 1000
MESSAGE = frozenset({"text", "attachment", "quick_replies", "metadata"})
FILES = {"image": "image", "video": "video", "audio": "audio", "file": "document"}


def invalid(why: str) -> Refusal:
    return error(100, why)


def plausible(address: str) -> bool:
    """Page-scoped ids are numbers."""
    return re.fullmatch(r"\d{3,25}", address) is not None


def limited(value: Any, name: str, most: int, *, needed: bool = True) -> str:
    """A text parameter."""
    if value is None or value == "":
        if needed:
            raise invalid(f"The parameter {name} is required.")
        return ""
    if not isinstance(value, str):
        raise invalid(f"Param {name} must be a string.")
    if len(value) > most:
        raise invalid(f"Length of param {name} must be less than or equal to {most}")
    return value


def draft(message: Any) -> Draft:
    """The content of a message."""
    if not isinstance(message, dict) or not message:
        raise invalid("The parameter message is required.")
    for key in message:
        if key not in MESSAGE:
            raise invalid(f'Invalid keys "{key}" were found in param "message".')
    ref = limited(message.get("metadata"), "message[metadata]", MAX_METADATA, needed=False)
    replies = quick_replies(message.get("quick_replies"))
    attachment = message.get("attachment")
    if attachment is None:
        text = limited(message.get("text"), "message[text]", MAX_TEXT)
        return Draft(text=text, buttons=replies, ref=ref)
    if message.get("text"):
        raise invalid("Message cannot have both text and attachment.")
    return attached(attachment, replies, ref)


def quick_replies(cells: Any) -> tuple[Button, ...]:
    """Up to thirteen suggestions under the message."""
    if cells is None:
        return ()
    if not isinstance(cells, list) or len(cells) > MAX_QUICK_REPLIES:
        raise invalid(f"Param message[quick_replies] must hold at most {MAX_QUICK_REPLIES}.")
    buttons = []
    for cell in cells:
        kind = cell.get("content_type") if isinstance(cell, dict) else None
        if kind in {"user_phone_number", "user_email"}:
            buttons.append(Button(title=kind, form="other"))
            continue
        if kind != "text":
            raise invalid("Param content_type must be one of {TEXT, USER_PHONE_NUMBER, USER_EMAIL}.")
        title = limited(cell.get("title"), "quick_replies[title]", MAX_TITLE)
        payload = limited(cell.get("payload"), "quick_replies[payload]", MAX_PAYLOAD)
        buttons.append(Button(title=title, payload=payload, form="quick_reply"))
    return tuple(buttons)


def attached(attachment: Any, replies: tuple[Button, ...], ref: str) -> Draft:
    """A file or a template."""
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        raise invalid("The parameter message[attachment][payload] is required.")
    if kind in FILES:
        return Draft(buttons=replies, media={"kind": FILES[kind], "url": file(payload)}, ref=ref)
    if kind != "template":
        raise invalid("Param message[attachment][type] must be one of {AUDIO, FILE, IMAGE, TEMPLATE, VIDEO}.")
    if payload.get("template_type") == "button":
        text = limited(payload.get("text"), "payload[text]", MAX_TEMPLATE_TEXT)
        return Draft(text=text, buttons=buttons_of(payload.get("buttons"), needed=True) + replies, ref=ref)
    if payload.get("template_type") == "generic":
        return generic(payload, replies, ref)
    raise invalid("Param template_type is unknown.")


def file(payload: dict[str, Any]) -> str:
    """A file by its address, or by the id of an upload."""
    if payload.get("attachment_id"):
        return f"id:{payload['attachment_id']}"
    url = payload.get("url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise error(100, "Failed to fetch the file from the url", subcode=2018047)
    return str(url)


def buttons_of(cells: Any, *, needed: bool) -> tuple[Button, ...]:
    """One to three buttons of a template."""
    if cells is None and not needed:
        return ()
    if not isinstance(cells, list) or not 1 <= len(cells) <= MAX_BUTTONS:
        raise invalid(f"Param payload[buttons] must hold 1 to {MAX_BUTTONS}.")
    return tuple(button(cell) for cell in cells)


def button(cell: Any) -> Button:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind not in {"postback", "web_url", "phone_number"}:
        raise invalid("Param buttons[type] must be one of {WEB_URL, POSTBACK, PHONE_NUMBER}.")
    title = limited(cell.get("title"), "buttons[title]", MAX_TITLE)
    if kind == "postback":
        payload = limited(cell.get("payload"), "buttons[payload]", MAX_PAYLOAD)
        return Button(title=title, payload=payload, form="postback")
    if kind == "phone_number":
        return Button(title=title, form="other")
    url = limited(cell.get("url"), "buttons[url]", 2_000)
    if not url.startswith(("http://", "https://")):
        raise invalid("Param buttons[url] must be a valid URL.")
    return Button(title=title, form="url", url=url)


def generic(payload: dict[str, Any], replies: tuple[Button, ...], ref: str) -> Draft:
    """Cards with a picture, two lines and buttons."""
    elements = payload.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= MAX_ELEMENTS:
        raise invalid(f"Param payload[elements] must hold 1 to {MAX_ELEMENTS}.")
    words: list[str] = []
    buttons: list[Button] = []
    media: dict[str, str] | None = None
    for element in elements:
        if not isinstance(element, dict):
            raise invalid("Param payload[elements] must hold objects.")
        words.append(limited(element.get("title"), "elements[title]", MAX_ELEMENT_TITLE))
        words.append(limited(element.get("subtitle"), "elements[subtitle]", MAX_ELEMENT_TITLE, needed=False))
        buttons += buttons_of(element.get("buttons"), needed=False)
        if element.get("image_url") and media is None:
            media = {"kind": "image", "url": file({"url": element["image_url"]})}
    text = "\n".join(word for word in words if word)
    return Draft(text=text, buttons=tuple(buttons) + replies, media=media, ref=ref)
