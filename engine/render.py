"""A message for one contact on one channel: templates filled in at the claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.message import Button, Media, Message, Template
from journeys.templates import MissingVariable, TemplateRefused, compile_template
from nodes.base import Says


class CannotRender(Exception):
    """The message cannot be made for this contact; the reason is `missing_variable` or `template_refused`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def render(says: Says, channel: str, context: Mapping[str, Any], zone: str) -> Message:
    """Fill in a node's message, dates in the contact's zone; CannotRender when a value is missing or it is refused."""

    def filled(text: str | None) -> str:
        return compile_template(text).render(context, zone=zone) if text else ""

    try:
        return Message(
            text=filled(says.text),
            buttons=tuple(
                Button(
                    id=each.id, title=filled(each.title), url=filled(each.url) or None, copy=filled(each.copy) or None
                )
                for each in says.buttons
            ),
            media=_media(says.media, filled),
            template=_template((says.per_channel or {}).get(channel, {}).get("template"), filled),
            category=says.category,
        )
    except MissingVariable as missing:
        raise CannotRender("missing_variable", str(missing)) from missing
    except TemplateRefused as refused:
        raise CannotRender("template_refused", str(refused)) from refused


def as_content(message: Message) -> dict[str, Any]:
    """A rendered message as the delivery keeps it."""
    content: dict[str, Any] = {"text": message.text, "category": message.category}
    if message.buttons:
        content["buttons"] = [
            {
                "id": each.id,
                "title": each.title,
                **({"url": each.url} if each.url else {}),
                **({"copy": each.copy} if each.copy else {}),
            }
            for each in message.buttons
        ]
    if message.media:
        content["media"] = {
            "kind": message.media.kind,
            "url": message.media.url,
            "filename": message.media.filename,
            "size": message.media.size,
        }
    if message.template:
        each = message.template
        content["template"] = {
            "name": each.name,
            "language": each.language,
            "body": list(each.body),
            "buttons": list(each.buttons),
        }
    return content


def from_content(content: Mapping[str, Any]) -> Message:
    """The message that a delivery has kept."""
    template = content.get("template")
    media = content.get("media")
    return Message(
        text=content.get("text", ""),
        buttons=tuple(Button(**button) for button in content.get("buttons", ())),
        media=Media(**media) if media else None,
        template=Template(
            name=template["name"],
            language=template["language"],
            body=tuple(template["body"]),
            buttons=tuple(template["buttons"]),
        )
        if template
        else None,
        category=content.get("category", "marketing"),
    )


def _media(media: Media | None, filled: Any) -> Media | None:
    if media is None:
        return None
    return Media(kind=media.kind, url=filled(media.url), filename=media.filename, size=media.size)


def _template(raw: Mapping[str, Any] | None, filled: Any) -> Template | None:
    if not raw:
        return None
    return Template(
        name=raw["name"],
        language=raw.get("language", "en"),
        body=tuple(filled(str(value)) for value in raw.get("body", ())),
        header=filled(raw["header"]) if isinstance(raw.get("header"), str) else None,
        buttons=tuple(filled(str(value)) for value in raw.get("buttons", ())),
    )
