"""What WhatsApp's Cloud API refuses: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.facts import Button, Draft, Refusal
from sandbox.graph import error, whole_text

MAX_TEXT = 4096
MAX_INTERACTIVE = 1024
MAX_CAPTION = 1024
MAX_EDGE = 60
MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_BUTTON_ID = 256
MAX_ROWS = 10
MAX_SECTIONS = 10
MAX_ROW_TITLE = 24
MAX_ROW_TEXT = 72
MAX_ROW_ID = 200
MAX_CALLBACK_DATA = 512
TOP = frozenset(
    {
        "messaging_product",
        "recipient_type",
        "to",
        "recipient",
        "type",
        "context",
        "biz_opaque_callback_data",
        "text",
        "image",
        "video",
        "audio",
        "document",
        "interactive",
        "template",
    }
)
MEDIA = {
    "image": frozenset({"link", "id", "caption"}),
    "video": frozenset({"link", "id", "caption"}),
    "document": frozenset({"link", "id", "caption", "filename"}),
    "audio": frozenset({"link", "id", "voice"}),
}


def value_error(details: str) -> Refusal:
    """131009: a value that is not valid."""
    return error(131009, "Parameter value is not valid", details=details)


def missing(name: str) -> Refusal:
    return error(100, f"The parameter {name} is required.", details=f"{name} is required")


def only(value: Any, allowed: frozenset[str], name: str) -> dict[str, Any]:
    """An object without unknown keys."""
    if value is None:
        raise missing(name)
    if not isinstance(value, dict):
        raise error(100, f"Param {name} must be a JSON object.", details=f"{name} must be an object")
    for key in value:
        if key not in allowed:
            why = f'Unexpected key "{key}" on param "{name}".'
            raise error(100, why, details=why)
    return value


def number(value: Any) -> str:
    """The digits of a phone number, written as people do."""
    if value is None or value == "":
        raise missing("to")
    digits = re.sub(r"[+\s().-]", "", value) if isinstance(value, str) else ""
    if not plausible(digits):
        raise value_error(f"{value!r} is not a phone number")
    return digits


def plausible(address: str) -> bool:
    """A phone number's digits, or a business-scoped user id."""
    return re.fullmatch(r"[1-9]\d{4,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,128}", address) is not None


def receiver(args: dict[str, Any]) -> str:
    """The address: `to` as a phone number, or `recipient` as a user id."""
    recipient = args.get("recipient")
    if recipient:
        if not isinstance(recipient, str) or "." not in recipient or not plausible(recipient):
            raise value_error("recipient is not a user id")
        return recipient
    return number(args.get("to"))


def head(args: dict[str, Any]) -> str:
    """The fields that every message has; answers its type."""
    if args.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    only(args, TOP, "message")
    if args.get("recipient_type", "individual") != "individual":
        raise value_error("recipient_type must be individual")
    whole_text(args.get("biz_opaque_callback_data"), "biz_opaque_callback_data", MAX_CALLBACK_DATA, needed=False)
    if args.get("context") is not None:
        only(args["context"], frozenset({"message_id"}), "context")
    kind = args.get("type", "text")
    if kind not in {"text", "interactive", "template", *MEDIA}:
        known = "audio, document, image, interactive, template, text, video"
        raise error(100, f"Param type must be one of {{{known}}} - got {kind!r}.", details="unknown type")
    return str(kind)


def draft(args: dict[str, Any], kind: str) -> Draft:
    """A free-form message."""
    ref = str(args.get("biz_opaque_callback_data") or "")
    if kind == "text":
        text = only(args.get("text"), frozenset({"body", "preview_url"}), "text")
        return Draft(text=whole_text(text.get("body"), "text['body']", MAX_TEXT), ref=ref)
    if kind in MEDIA:
        media = only(args.get(kind), MEDIA[kind], kind)
        caption = whole_text(media.get("caption"), f"{kind}['caption']", MAX_CAPTION, needed=False)
        return Draft(text=caption, media=file(media, kind), ref=ref)
    keys = frozenset({"type", "header", "body", "footer", "action"})
    return interactive(only(args.get("interactive"), keys, "interactive"), ref)


def file(media: dict[str, Any], kind: str) -> dict[str, str]:
    """A file by its address or by the id of an upload."""
    link, own = media.get("link"), media.get("id")
    if bool(link) == bool(own):
        raise error(100, "Invalid parameter", details=f"{kind} needs one of link and id")
    if own:
        return {"kind": kind, "url": f"id:{own}"}
    parts = urlsplit(link) if isinstance(link, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise value_error(f"{kind}['link'] is not a URL")
    named = {"filename": str(media["filename"])} if media.get("filename") else {}
    return {"kind": kind, "url": str(link), **named}


def interactive(body: dict[str, Any], ref: str) -> Draft:
    """Reply buttons, a list, or a link."""
    kind = body.get("type")
    if kind not in ACTIONS:
        raise value_error(f"interactive['type'] {kind!r} is unknown")
    text = only(body.get("body"), frozenset({"text"}), "interactive['body']").get("text")
    words = [whole_text(text, "interactive['body']['text']", MAX_INTERACTIVE, code=131009)]
    media = None
    if body.get("header") is not None:
        title, media = header(body["header"], texts_only=kind == "list")
        words.insert(0, title)
    if body.get("footer") is not None:
        foot = only(body["footer"], frozenset({"text"}), "interactive['footer']")
        words.append(whole_text(foot.get("text"), "interactive['footer']['text']", MAX_EDGE, code=131009))
    action = body.get("action")
    if not isinstance(action, dict):
        raise missing("interactive['action']")
    return Draft(text="\n".join(word for word in words if word), buttons=ACTIONS[kind](action), media=media, ref=ref)


def header(value: Any, *, texts_only: bool) -> tuple[str, dict[str, str] | None]:
    """What stands above the body: a text or a file."""
    head = only(value, frozenset({"type", "text", "image", "video", "document"}), "interactive['header']")
    kind = head.get("type")
    if kind == "text":
        return whole_text(head.get("text"), "interactive['header']['text']", MAX_EDGE, code=131009), None
    if texts_only or kind not in {"image", "video", "document"}:
        raise value_error(f"interactive['header']['type'] {kind!r} is not allowed here")
    return "", file(only(head.get(kind), MEDIA[kind], str(kind)), str(kind))


def reply_buttons(action: dict[str, Any]) -> tuple[Button, ...]:
    cells = action.get("buttons")
    if not isinstance(cells, list) or not 1 <= len(cells) <= MAX_BUTTONS:
        raise value_error(f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {MAX_BUTTONS}")
    buttons = []
    for cell in cells:
        reply = cell.get("reply") if isinstance(cell, dict) and cell.get("type") == "reply" else None
        inner = only(reply, frozenset({"id", "title"}), "button['reply']")
        title = whole_text(inner.get("title"), "Button title", MAX_TITLE, code=131009)
        own = whole_text(inner.get("id"), "Button id", MAX_BUTTON_ID, code=131009)
        buttons.append(Button(title=title, payload=own, form="reply"))
    unlike(buttons)
    return tuple(buttons)


def unlike(buttons: list[Button]) -> None:
    """Ids are unique; titles of reply buttons too."""
    if len({button.payload for button in buttons}) < len(buttons):
        raise value_error("Duplicated button ids are not allowed")
    if buttons[0].form == "reply" and len({button.title for button in buttons}) < len(buttons):
        raise value_error("Duplicated button titles are not allowed")


def list_rows(action: dict[str, Any]) -> tuple[Button, ...]:
    whole_text(action.get("button"), "action['button']", MAX_TITLE, code=131009)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= MAX_SECTIONS:
        raise value_error(f"action['sections'] must hold 1-{MAX_SECTIONS}")
    buttons = []
    for section in sections:
        inner = only(section, frozenset({"title", "rows"}), "section")
        whole_text(inner.get("title"), "section title", MAX_ROW_TITLE, needed=len(sections) > 1, code=131009)
        for row in inner.get("rows") or []:
            cell = only(row, frozenset({"id", "title", "description"}), "row")
            title = whole_text(cell.get("title"), "Row title", MAX_ROW_TITLE, code=131009)
            own = whole_text(cell.get("id"), "Row id", MAX_ROW_ID, code=131009)
            more = whole_text(cell.get("description"), "Row description", MAX_ROW_TEXT, needed=False, code=131009)
            buttons.append(Button(title=title, payload=own, form="row", description=more))
    if not 1 <= len(buttons) <= MAX_ROWS:
        raise value_error(f"Total row count exceed max allowed count: {MAX_ROWS}")
    unlike(buttons)
    return tuple(buttons)


def link_button(action: dict[str, Any]) -> tuple[Button, ...]:
    given = only(action.get("parameters"), frozenset({"display_text", "url"}), "action['parameters']")
    title = whole_text(given.get("display_text"), "display_text", MAX_TITLE, code=131009)
    url = str(given.get("url") or "")
    if action.get("name") != "cta_url" or not url.startswith(("http://", "https://")):
        raise value_error("a cta_url action needs its name and a URL")
    return (Button(title=title, form="url", url=url),)


ACTIONS = {"button": reply_buttons, "list": list_rows, "cta_url": link_button}
