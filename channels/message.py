"""What a journey says: one message model for every messenger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MediaKind = Literal["image", "video", "document", "audio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice under a message: a reply by default, a link with `url`, a copied code with `copy`."""

    #: At most 24 of A-Za-z0-9_-; comes back when the button is pressed.
    id: str
    title: str
    url: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, video, document or sound by its address on the web."""

    kind: MediaKind
    url: str
    #: Shown name of a document.
    filename: str | None = None
    #: Bytes; Viber demands it for video and files.
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card of a carousel: a picture, a title, a few words and up to three buttons."""

    title: str
    text: str = ""
    #: The picture's address.
    image: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message approved by the messenger beforehand, with the values that fill it (already rendered)."""

    name: str
    language: str = "en"
    #: Values of the body's placeholders, in order.
    body: tuple[str, ...] = ()
    #: Names of the body's placeholders, in the order of the values; empty when they are numbered.
    names: tuple[str, ...] = ()
    #: Value of the header's placeholder: text, or media.
    header: str | Media | None = None
    #: Payload or URL suffix per button position.
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An approved template as its messenger has it; `status` and `category` are the messenger's own words."""

    name: str
    language: str
    status: str
    category: str = ""
    reason: str = ""
    components: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that is ready to go: rendered, for one contact on one channel."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    media: Media | None = None
    #: More pictures and files after `media`: one album where the messenger has albums.
    album: tuple[Media, ...] = ()
    #: Shown side by side after the text.
    cards: tuple[Card, ...] = ()
    template: Template | None = None
    #: `marketing`, `transactional` or `service`.
    category: str = "marketing"
    #: Written by a person of the business to somebody whose window is closed; never by a journey.
    late_answer: bool = False
    #: What only one messenger understands, passed through by its adapter alone.
    extra: Mapping[str, Any] = field(default_factory=dict)

    def files(self) -> tuple[Media, ...]:
        """The media and the album, in order."""
        return (*((self.media,) if self.media else ()), *self.album)

    def offers(self) -> tuple[Button, ...]:
        """The buttons of the message and of its cards."""
        return (*self.buttons, *(button for card in self.cards for button in card.buttons))
