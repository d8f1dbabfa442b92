"""Send: say something on a messenger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from channels.message import Button, Card, Media, MediaKind
from nodes.ad_mark import AdMark
from nodes.base import Node, NodeFailed, Says, Tell
from nodes.times import LONGEST
from nodes.visit import Answered, Decision, End, Leave, Say, Stay, Visit

#: Reasons after which the trip is parked as failed instead of taking the blocked way: the journey itself is at fault.
FAULTS = frozenset({"missing_variable", "template_refused"})
#: How long a trip sleeps before it looks again whether a delivery was answered; the answer itself wakes it.
LOOK_AGAIN = timedelta(hours=1)


class ButtonSettings(BaseModel):
    """A button under a message: a reply, a link or a code to copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(title="Id", pattern=r"^[A-Za-z0-9_-]{1,24}$", description="Comes back when it is pressed.")
    title: str = Field(title="Title", min_length=1, max_length=120, description="At most 20 characters fit everywhere.")
    url: str | None = Field(None, title="Opens the address", max_length=2000)
    copy_code: str | None = Field(None, alias="copy", title="Copies the text", max_length=256)

    @field_validator("url")
    @classmethod
    def _only_web(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://", "{{")):
            raise ValueError("an address starts with https://")
        return url

    def button(self) -> Button:
        return Button(id=self.id, title=self.title, url=self.url, copy=self.copy_code)


class MediaSettings(BaseModel):
    """A picture, video, document or sound by its address."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    kind: MediaKind = Field("image", title="Kind")
    url: str = Field(title="Address", min_length=1, max_length=2000)
    filename: str | None = Field(None, title="File name", max_length=256)
    size: int | None = Field(None, title="Size, bytes", gt=0, description="Viber needs it for video and files.")

    @field_validator("url")
    @classmethod
    def _only_web(cls, url: str) -> str:
        if not url.startswith(("https://", "http://", "{{")):
            raise ValueError("an address starts with https://")
        return url

    def media(self) -> Media:
        return Media(kind=self.kind, url=self.url, filename=self.filename, size=self.size)


class CardSettings(BaseModel):
    """A card of a carousel."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: str = Field(title="Title", min_length=1, max_length=200, description="At most 80 characters fit everywhere.")
    text: str = Field("", title="Text", max_length=2000)
    image: str | None = Field(None, title="Picture's address", pattern=r"^(https?://|\{\{)", max_length=2000)
    buttons: tuple[ButtonSettings, ...] = Field((), title="Buttons", max_length=3)

    def card(self) -> Card:
        return Card(
            title=self.title,
            text=self.text,
            image=self.image,
            buttons=tuple(button.button() for button in self.buttons),
        )


class TemplateSettings(BaseModel):
    """A message that the messenger approved beforehand, and the values that fill it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(title="Name", min_length=1, max_length=512)
    language: str = Field("en", title="Language", min_length=2, max_length=20)
    header: str | None = Field(None, title="Header's value", max_length=2000, description="Text, or a file's address.")
    header_kind: Literal["text", "image", "video", "document"] = Field("text", title="Header's kind")
    body: tuple[str, ...] = Field((), title="Body's values", max_length=50)
    names: tuple[str, ...] = Field((), title="Values' names", max_length=50, description="Of a template that has them.")
    buttons: tuple[str, ...] = Field((), title="Buttons' values", max_length=10)


class VariantSettings(BaseModel):
    """What differs on one messenger; what is empty stays as it is for all."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    text: str = Field("", title="Text", max_length=8000)
    buttons: tuple[ButtonSettings, ...] = Field((), title="Buttons", max_length=12)
    media: MediaSettings | None = Field(None, title="Picture or file")

    def differs(self) -> dict[str, Any]:
        """The parts that differ, as a message has them."""
        buttons = tuple(button.button() for button in self.buttons)
        return {"text": self.text, "buttons": buttons, "media": self.media.media() if self.media else None}


class Speaking(Node):
    """What the nodes that talk have in common: where, of which category, and what when they may not."""

    channel: str | tuple[str, ...] = Field(
        "auto",
        title="Messenger",
        description="One, several in order of preference, or auto: the first where the contact can be reached.",
        json_schema_extra={"widget": "channels"},
    )
    category: Literal["marketing", "transactional", "service"] = Field(
        "marketing",
        title="Category",
        description="Marketing needs consent and keeps quiet hours; the others only obey the messenger.",
    )
    ttl: timedelta = Field(
        timedelta(days=1),
        title="Worth sending for",
        gt=timedelta(0),
        le=LONGEST,
        description="Later it is not sent any more.",
    )
    cascade: timedelta | None = Field(
        None,
        title="Try the next messenger after",
        gt=timedelta(0),
        le=LONGEST,
        description="If it was not delivered by then; a messenger without receipts counts as delivered.",
    )
    policy: Literal["at_most_once", "at_least_once"] | None = Field(
        None,
        title="If nobody knows whether it arrived",
        description="At most once never repeats it; at least once repeats it up to twice while it is worth sending.",
    )

    def channels(self) -> tuple[str, ...]:
        wanted = (self.channel,) if isinstance(self.channel, str) else self.channel
        return () if "auto" in wanted else wanted


class Send(Speaking, kind="send", icon="💬"):
    """Sends a message and goes on when the messenger has taken it.

    The text is a template: `{{ contact.first_name|default("friend") }}`, `{{ event.total }}`, `{{ coupon }}`.
    Buttons come back in a Reply step after it. When the message may not be sent (no consent, a closed window, a blocked
    bot), `If blocked` decides: leave the journey, skip the message, wait, or take the exit `blocked`.
    """

    front: ClassVar[tuple[str, ...]] = ("text", "buttons", "channel", "media")

    text: str = Field("", title="Text", max_length=8000, json_schema_extra={"widget": "textarea"})
    buttons: tuple[ButtonSettings, ...] = Field((), title="Buttons", max_length=12)
    media: MediaSettings | None = Field(None, title="Picture or file")
    album: tuple[MediaSettings, ...] = Field(
        (), title="More pictures and files", max_length=9, description="An album, or one by one where there are none."
    )
    cards: tuple[CardSettings, ...] = Field(
        (), title="Cards", max_length=10, description="Side by side in Messenger and Viber, one by one elsewhere."
    )
    template: dict[str, TemplateSettings] | None = Field(
        None,
        title="Approved template",
        description="By messenger: name, language, body values.",
        json_schema_extra={"widget": "json"},
    )
    variants: dict[str, VariantSettings] | None = Field(
        None,
        title="By messenger",
        description="Another text, buttons or picture for one messenger.",
        json_schema_extra={"widget": "json"},
    )
    ad: AdMark | None = Field(
        None,
        title="Marked as an advertisement",
        description="As Russian law asks: a line under the text. An approved template has its own.",
    )
    on_blocked: Literal["leave", "skip", "wait", "branch"] = Field("leave", title="If blocked")

    @model_validator(mode="after")
    def _says_something(self) -> Send:
        if not (self.text or self.media or self.cards or self.template):
            raise ValueError("write a text, or choose a picture or a template")
        for variant in (self.variants or {}).values():
            if len({button.id for button in variant.buttons}) < len(variant.buttons):
                raise ValueError("two buttons of one messenger have the same id")
        ids = [button.id for button in (*self.buttons, *(each for card in self.cards for each in card.buttons))]
        if len(set(ids)) < len(ids):
            raise ValueError("two buttons have the same id")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("sent", "blocked") if self.on_blocked == "branch" else ("sent",)

    def sentence(self) -> str:
        line = " ".join(self.text.split())
        shown = line if len(line) <= 60 else line[:59] + "…"
        return shown or (f"[{self.media.kind}]" if self.media else "[template]")

    def says(self, part: str = "") -> Says:
        return Says(
            text=self._marked(self.text) if self.text or self.media or self.cards else "",
            buttons=tuple(button.button() for button in self.buttons),
            media=self.media.media() if self.media else None,
            album=tuple(each.media() for each in self.album),
            cards=tuple(each.card() for each in self.cards),
            channels=self.channels(),
            category=self.category,
            ttl=self.ttl,
            per_channel=self._per_channel(),
            on_blocked=self.on_blocked,
            policy=self.policy,
            cascade=self.cascade,
        )

    def _marked(self, text: str) -> str:
        return self.ad.under(text) if self.ad else text

    def _per_channel(self) -> dict[str, dict[str, Any]] | None:
        own: dict[str, dict[str, Any]] = {
            name: one.differs() | {"text": self._marked(one.text) if one.text else ""}
            for name, one in (self.variants or {}).items()
        }
        for name, template in (self.template or {}).items():
            own.setdefault(name, {})["template"] = template.model_dump()
        return own or None

    def templates(self) -> Iterable[tuple[str, str]]:
        yield "text", self.text
        yield from _of_buttons(self.buttons, "buttons")
        for number, card in enumerate(self.cards):
            path = f"cards.{number}"
            yield from ((f"{path}.title", card.title), (f"{path}.text", card.text), (f"{path}.image", card.image or ""))
            yield from _of_buttons(card.buttons, f"{path}.buttons")
        if self.media:
            yield "media.url", self.media.url
        yield from ((f"album.{number}.url", each.url) for number, each in enumerate(self.album))
        for name, variant in (self.variants or {}).items():
            yield f"variants.{name}.text", variant.text
            yield from _of_buttons(variant.buttons, f"variants.{name}.buttons")
        for name, one in (self.template or {}).items():
            yield f"template.{name}.header", one.header or ""
            for part, values in (("body", one.body), ("buttons", one.buttons)):
                yield from ((f"template.{name}.{part}.{number}", value) for number, value in enumerate(values))

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if isinstance(visit.heard, Answered):
            return "The messenger took it." if visit.heard.sent else f"It was not sent: {visit.heard.reason}."
        return ""

    def decide(self, visit: Visit) -> Leave | Stay | End:
        if visit.arriving:
            return Stay(visit.now + self.ttl + LOOK_AGAIN, "answer", (Say(),))
        if not isinstance(visit.heard, Answered):
            return Stay(visit.now + LOOK_AGAIN, "answer")
        if visit.heard.sent:
            return Leave("sent")
        if visit.heard.reason in FAULTS:
            raise NodeFailed(visit.heard.reason)
        if self.on_blocked == "branch":
            return Leave("blocked")
        if self.on_blocked == "leave":
            return End(visit.heard.reason, completed=False)
        return Leave("sent")


def _of_buttons(buttons: Iterable[ButtonSettings], path: str) -> Iterable[tuple[str, str]]:
    for number, button in enumerate(buttons):
        yield f"{path}.{number}.title", button.title
        yield f"{path}.{number}.url", button.url or ""
        yield f"{path}.{number}.copy", button.copy_code or ""
