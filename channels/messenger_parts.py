"""What Messenger's messages are made of: quick replies, templates with buttons, carousels and utility templates.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from channels.message import Button, Card, Media, Template
from channels.writing import choices, cut, payload, with_lines

TITLE = 20
#: https://developers.facebook.com/docs/messenger-platform/reference/templates/generic
CARD_LINE = 80


def quick_replies(buttons: Sequence[Button], ref: str) -> dict[str, Any]:
    """The replies as bubbles over the keyboard, which disappear after an answer."""
    replies = [{"title": cut(each.title, TITLE), "payload": payload(ref, each.id)} for each in choices(buttons).replies]
    return {"quick_replies": [{"content_type": "text", **reply} for reply in replies]}


def button_template(text: str, buttons: Sequence[Button], ref: str) -> dict[str, Any]:
    """A text with up to three buttons: https://developers.facebook.com/docs/messenger-platform/reference/templates/button"""
    return {"template_type": "button", "text": text, "buttons": _keys(buttons, ref)}


def carousel(cards: Sequence[Card], ref: str) -> dict[str, Any]:
    """Cards side by side."""
    elements = [_element(card, ref) for card in cards]
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": elements}}}


def _element(card: Card, ref: str) -> dict[str, Any]:
    told = {
        "title": cut(card.title, CARD_LINE),
        "subtitle": cut(with_lines(card.text, choices(card.buttons).codes), CARD_LINE),
        "image_url": card.image,
        "buttons": _keys(card.buttons, ref),
    }
    return {name: value for name, value in told.items() if value}


def _keys(buttons: Sequence[Button], ref: str) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = []
    for button in buttons:
        title = cut(button.title, TITLE)
        if button.url:
            keys.append({"type": "web_url", "url": button.url, "title": title})
        elif not button.copy:
            keys.append({"type": "postback", "title": title, "payload": payload(ref, button.id)})
    return keys


def utility(template: Template, buttons: Sequence[Button], ref: str) -> dict[str, Any]:
    """A utility template: https://developers.facebook.com/docs/messenger-platform/send-messages/utility-messages"""
    components: list[dict[str, Any]] = []
    if isinstance(template.header, Media):
        parameter = {"type": template.header.kind, "url": template.header.url}
        components.append({"type": "HEADER", "parameters": [parameter]})
    elif template.header:
        components.append({"type": "HEADER", "parameters": [{"type": "text", "text": template.header}]})
    if template.body:
        components.append({"type": "BODY", "parameters": [{"type": "text", "text": value} for value in template.body]})
    filled = [
        {"type": "url", "url": value}
        if button.url
        else {"type": "payload", "payload": payload(ref, value or button.id)}
        for button, value in _paired(buttons, template.buttons)
        if value or not button.url
    ]
    if filled:
        components.append({"type": "BUTTONS", "parameters": filled})
    whole: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return whole | ({"components": components} if components else {})


def _paired(buttons: Sequence[Button], values: Sequence[str]) -> Iterator[tuple[Button, str]]:
    for place in range(max(len(buttons), len(values))):
        value = values[place] if place < len(values) else ""
        button = buttons[place] if place < len(buttons) else Button(id=value, title=value)
        if button.id or button.url:
            yield button, value


def card_problems(cards: Sequence[Card]) -> Iterator[str]:
    """What is cut on cards."""
    for card in cards:
        for line in (card.title, with_lines(card.text, choices(card.buttons).codes)):
            if len(line) > CARD_LINE:
                yield f"Messenger cuts a line of a card to {CARD_LINE} characters: «{cut(line, 40)}»."
