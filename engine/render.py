"""A message for one contact on one channel: templates filled in at the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, overload

from channels.message import Button, Card, Media, Message, Template
from journeys.templates import MissingVariable, TemplateRefused, compile_template
from nodes.base import Says

FIELDS = tuple(field.name for field in fields(Message) if field.name != "extra")
Filled = Callable[[str | None], str]


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
        return _made(says, channel, filled)
    except MissingVariable as missing:
        raise CannotRender("missing_variable", str(missing)) from missing
    except TemplateRefused as refused:
        raise CannotRender("template_refused", str(refused)) from refused


def content_of(says: Says, channel: str, context: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A node's message filled in, as a delivery keeps it; raises like `render`."""
    if says.buttons or says.media or says.album or says.cards or says.per_channel or not says.text:
        return as_content(render(says, channel, context, zone))
    # A text alone is what most messages are: nothing but its template is to be filled in.
    try:
        return {"text": compile_template(says.text).render(context, zone=zone), "category": says.category}
    except MissingVariable as missing:
        raise CannotRender("missing_variable", str(missing)) from missing
    except TemplateRefused as refused:
        raise CannotRender("template_refused", str(refused)) from refused


def unfilled(says: Says, channel: str) -> Message:
    """A node's message as it is written, with its placeholders."""
    return _made(says, channel, lambda text: text or "")


def as_content(message: Message) -> dict[str, Any]:
    """A rendered message as the delivery keeps it: its fields that say something."""
    said = (field for field in FIELDS if getattr(message, field))
    content = {field: _plain(getattr(message, field)) for field in said}
    for holder in (content, *content.get("cards", ())):
        if "buttons" in holder:
            # Most buttons neither open nor copy anything.
            holder["buttons"] = [{key: value for key, value in one.items() if value} for one in holder["buttons"]]
    return {"text": "", **content}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def from_content(content: Mapping[str, Any]) -> Message:
    """The message that a delivery has kept."""
    template = content.get("template")
    media = content.get("media")
    return Message(
        text=content.get("text", ""),
        buttons=_kept_buttons(content),
        media=Media(**media) if media else None,
        album=tuple(Media(**each) for each in content.get("album", ())),
        cards=tuple(Card(**{**each, "buttons": _kept_buttons(each)}) for each in content.get("cards", ())),
        template=_kept_template(template) if template else None,
        category=content.get("category", "marketing"),
        late_answer=content.get("late_answer", False),
    )


def options_of(content: Mapping[str, Any]) -> list[list[str]]:
    """Id and title of every button that a kept message offers, those of its cards too."""
    return [[each.id, each.title] for each in from_content(content).offers()]


def _made(says: Says, channel: str, filled: Filled) -> Message:
    said = says.on(channel)
    return Message(
        text=filled(said.text),
        buttons=_buttons(said.buttons, filled),
        media=_media(said.media, filled),
        album=tuple(_media(each, filled) for each in said.album),
        cards=tuple(
            Card(
                title=filled(each.title),
                text=filled(each.text),
                image=filled(each.image) or None,
                buttons=_buttons(each.buttons, filled),
            )
            for each in said.cards
        ),
        template=_template((says.per_channel or {}).get(channel, {}).get("template"), filled),
        category=said.category,
    )


def _kept_buttons(content: Mapping[str, Any]) -> tuple[Button, ...]:
    return tuple(Button(**button) for button in content.get("buttons", ()))


def _kept_template(template: Mapping[str, Any]) -> Template:
    told: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in template.items()}
    header = told.get("header")
    return Template(**{**told, "header": Media(**header) if isinstance(header, dict) else header})


def _buttons(buttons: Iterable[Button], filled: Filled) -> tuple[Button, ...]:
    return tuple(
        Button(id=each.id, title=filled(each.title), url=filled(each.url) or None, copy=filled(each.copy) or None)
        for each in buttons
    )


@overload
def _media(media: Media, filled: Filled) -> Media: ...
@overload
def _media(media: Media | None, filled: Filled) -> Media | None: ...
def _media(media: Media | None, filled: Filled) -> Media | None:
    return None if media is None else replace(media, url=filled(media.url))


def _template(raw: Mapping[str, Any] | None, filled: Filled) -> Template | None:
    if not raw:
        return None
    header, kind = filled(raw.get("header")), raw.get("header_kind", "text")
    media: Media | None = Media(kind=kind, url=header) if header and kind != "text" else None
    return Template(
        name=raw["name"],
        language=raw.get("language", "en"),
        body=tuple(filled(str(value)) for value in raw.get("body", ())),
        names=tuple(raw.get("names", ())),
        header=media or header or None,
        buttons=tuple(filled(str(value)) for value in raw.get("buttons", ())),
    )
