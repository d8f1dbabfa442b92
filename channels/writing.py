"""What adapters share when they write: payloads, counting, rows of buttons and the problems common to all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from channels.base import Limits
from channels.message import Button, Card, Media, Message

BUTTON_ID = re.compile(r"[A-Za-z0-9_-]{1,24}")
#: The longest title that still fits so many buttons in a row of a phone's width.
ROWS = ((3, 6), (10, 3), (18, 2))
#: Before rendering an address may be a template.
TEMPLATE = "{{"
#: What every messenger's carousel takes, or its messages in place of one.
CARDS, CARD_BUTTONS = 10, 3
ALBUM = 10
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The buttons of a message by what they do."""

    replies: tuple[Button, ...]
    links: tuple[Button, ...]
    codes: tuple[Button, ...]


def choices(buttons: Sequence[Button]) -> Choices:
    """The buttons by kind, each kind in order."""
    return Choices(
        replies=tuple(button for button in buttons if not button.url and not button.copy),
        links=tuple(button for button in buttons if button.url),
        codes=tuple(button for button in buttons if button.copy and not button.url),
    )


def payload(ref: str, button: str) -> str:
    """What a pressed reply button brings back."""
    return f"{ref}:{button}"


def count(text: str, limits: Limits) -> int:
    """The length of a text as the messenger counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if limits.counted_in == "utf16" else len(text)


def cut(text: str, most: int) -> str:
    """The text, shortened with an ellipsis to at most so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def per_row(buttons: Sequence[Button]) -> int:
    """How many of these buttons stand side by side: short titles share a row."""
    longest = max((len(button.title) for button in buttons), default=0)
    return next((many for most, many in ROWS if longest <= most), 1)


def with_lines(text: str, buttons: Iterable[Button]) -> str:
    """The text with links and codes written under it, a line each."""
    lines = [f"{button.title}: {button.url or button.copy}" for button in buttons]
    return "\n\n".join(part for part in (text, "\n".join(lines)) if part)


def extra(message: Message, channel: str, protected: Iterable[str]) -> dict[str, Any]:
    """What the message adds for this messenger alone, without what would turn it to another person."""
    wanted = message.extra.get(channel)
    kept = frozenset(protected)
    return {key: value for key, value in wanted.items() if key not in kept} if isinstance(wanted, Mapping) else {}


def unfolded(message: Message) -> Iterator[Message]:
    """Messages that say the same without an album and cards: files alone, the last with the text, a card each."""
    files = message.files()
    for each in files[:-1]:
        yield Message(media=each, category=message.category, extra=message.extra)
    if message.text or message.template or files or message.buttons or not message.cards:
        yield replace(message, media=files[-1] if files else None, album=(), cards=())
    for card in message.cards:
        yield replace(_as_message(card), category=message.category, extra=message.extra)


def _as_message(card: Card) -> Message:
    text = "\n".join(part for part in (card.title, card.text) if part)
    return Message(text=text, media=Media(kind="image", url=card.image) if card.image else None, buttons=card.buttons)


def folding(message: Message, title: str, *, albums: bool = False, carousels: bool = False) -> Iterator[str]:
    """What is wrong with an album or cards, and how they are shown where the messenger has neither."""
    many = len(message.files())
    if many > ALBUM:
        yield f"error: {title} takes at most {ALBUM} pictures and files; this message has {many}."
    elif many > 1 and not albums:
        yield f"{title} has no albums: the {many} pictures and files are sent one by one."
    if len(message.cards) > CARDS:
        yield f"error: {title} takes at most {CARDS} cards; this message has {len(message.cards)}."
    elif message.cards and not carousels:
        yield f"{title} has no cards side by side: each is a message of its own."
    for card in message.cards:
        if not card.title.strip():
            yield f"error: {title} shows no card without a title."
        if len(card.buttons) > CARD_BUTTONS:
            yield f"error: {title} takes at most {CARD_BUTTONS} buttons on a card; «{card.title}» has more."


def refusals(message: Message, title: str, limits: Limits, schemes: Sequence[str] = ()) -> Iterator[str]:
    """What no messenger would take; `schemes` are the kinds of links it knows besides the web's."""
    if not (message.text or message.media or message.album or message.cards or message.template):
        yield f"error: {title} has nothing to send: write a text or add a picture."
    length = count(message.text, limits)
    if length > limits.text:
        yield f"error: {title} takes at most {limits.text} characters of text; this message has {length}."
    replies = len(choices(message.buttons).replies)
    if replies > limits.choices:
        yield f"error: {title} takes at most {limits.choices} choices; this message has {replies}."
    for each in message.files():
        most = limits.megabytes.get(each.kind)
        if most and each.size and each.size > most * MEGABYTE:
            size = math.ceil(each.size / MEGABYTE)
            yield f"error: {title} takes such a file up to {most} MB; this one has {size} MB."
    yield from _button_refusals(message.offers(), title, ("https://", "http://", TEMPLATE, *schemes))


def _button_refusals(buttons: Sequence[Button], title: str, starts: tuple[str, ...]) -> Iterator[str]:
    ids = [button.id for button in buttons]
    for double in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"error: {title} cannot tell two buttons apart that both have the id «{double}»."
    for button in buttons:
        if not BUTTON_ID.fullmatch(button.id):
            yield f"error: {title} cannot bring back the button id «{button.id}»: use 1 to 24 of A-Z a-z 0-9 _ -."
        if not button.title.strip():
            yield f"error: {title} shows no button without a title."
        if button.url and button.copy:
            yield f"error: {title} has no button that both opens a link and copies a text: «{button.title}»."
        if button.url and not button.url.startswith(starts):
            yield f"error: {title} opens only web addresses; «{button.title}» leads to {button.url}."
