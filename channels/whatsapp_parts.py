"""What WhatsApp's messages are made of: files and approved templates with their values.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from channels.message import Button, Media, Template
from channels.writing import payload

TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")


def media_of(media: Media) -> dict[str, str]:
    """A file by its address."""
    named = media.kind == "document" and media.filename
    return {"link": media.url} | ({"filename": media.filename or ""} if named else {})


def template_of(template: Template, buttons: Sequence[Button], ref: str) -> dict[str, Any]:
    """The template with what fills its header, body and buttons."""
    components: list[dict[str, Any]] = []
    if isinstance(template.header, Media):
        kind = template.header.kind
        components.append({"type": "header", "parameters": [{"type": kind, kind: media_of(template.header)}]})
    elif template.header:
        components.append({"type": "header", "parameters": [{"type": "text", "text": template.header}]})
    if template.body:
        components.append({"type": "body", "parameters": _values(template)})
    for place in range(max(len(buttons), len(template.buttons))):
        button = buttons[place] if place < len(buttons) else None
        value = template.buttons[place] if place < len(template.buttons) else ""
        if filled := _template_button(button, value, ref):
            components.append({"type": "button", "index": str(place)} | filled)
    whole: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return whole | ({"components": components} if components else {})


def _values(template: Template) -> list[dict[str, str]]:
    named = zip_longest(template.body, template.names[: len(template.body)])
    return [{"type": "text"} | ({"parameter_name": name} if name else {}) | {"text": value} for value, name in named]


def _template_button(button: Button | None, value: str, ref: str) -> dict[str, Any] | None:
    """What fills one button of a template: the message's button tells its kind, `value` its suffix or payload."""
    if button and button.url:
        # A link without a placeholder takes no parameter.
        return {"sub_type": "url", "parameters": [{"type": "text", "text": value}]} if value else None
    if button and button.copy:
        return {"sub_type": "copy_code", "parameters": [{"type": "coupon_code", "coupon_code": value or button.copy}]}
    chosen = value or (button.id if button else "")
    return (
        {"sub_type": "quick_reply", "parameters": [{"type": "payload", "payload": payload(ref, chosen)}]}
        if chosen
        else None
    )


def template_problems(template: Template) -> Iterator[str]:
    """What WhatsApp would refuse in the values of a template."""
    if template.names and len(template.names) != len(template.body):
        yield f"error: WhatsApp needs a name for each value: {len(template.names)} names, {len(template.body)} values."
    if not TEMPLATE_NAME.fullmatch(template.name):
        yield f"error: WhatsApp has no template called «{template.name}»: names are of a-z, 0-9 and _."
    for place, value in enumerate(template.body, 1):
        if not value.strip():
            yield f"error: WhatsApp takes no empty value in a template: value {place} is empty."
        elif "\n" in value or "\t" in value:
            yield f"WhatsApp may refuse line breaks in a template: value {place} has one."
