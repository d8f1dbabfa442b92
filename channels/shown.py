"""What a phone will show of a message on each messenger, read from the very requests that would be sent."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from channels.base import Request
from channels.reading import listed, mapping, words

#: How choices stand: under the message, under the conversation, as bubbles that disappear, behind a button; a card
#: stands beside the other cards.
Layout = Literal["inline", "keyboard", "quick", "list", "card"]
FILES = ("image", "picture", "photo", "video", "document", "file", "audio")
KINDS = {"picture": "image", "photo": "image", "file": "document"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A button as it is drawn."""

    title: str
    kind: Literal["reply", "url", "copy"] = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message on the phone; `template` names an approved one, whose words the messenger keeps."""

    text: str = ""
    files: tuple[tuple[str, str], ...] = ()
    keys: tuple[Key, ...] = ()
    layout: Layout = "inline"
    #: What stands on the button that opens a list.
    opener: str = ""
    template: str = ""


def bubbles(channel: str, requests: Sequence[Request]) -> tuple[Bubble, ...]:
    """The messages that these requests make on a phone; one of an unknown messenger shows its text."""
    reader = READERS.get(channel, _plain)
    return tuple(bubble for request in requests for bubble in reader(mapping(request.json)))


def _plain(body: Mapping[str, Any]) -> Iterator[Bubble]:
    yield Bubble(text=words(body.get("text")))


def _telegram(body: Mapping[str, Any]) -> Iterator[Bubble]:
    rows = mapping(body.get("reply_markup")).get("inline_keyboard")
    keys = [key for row in rows if isinstance(row, list) for key in listed(row)] if isinstance(rows, list) else []
    album = listed(body.get("media"))
    files = [(words(each.get("type")), words(each.get("media"))) for each in album]
    files += [(name, words(body[name])) for name in FILES if isinstance(body.get(name), str)]
    caption = words(body.get("caption")) or next((words(each.get("caption")) for each in album), "")
    drawn = (
        Key(title=words(each.get("text")), kind="url" if "url" in each else "copy" if "copy_text" in each else "reply")
        for each in keys
    )
    yield Bubble(text=words(body.get("text")) or caption, files=_files(files), keys=tuple(drawn))


def _whatsapp(body: Mapping[str, Any]) -> Iterator[Bubble]:
    kind = words(body.get("type"))
    content = mapping(body.get(kind))
    if kind == "template":
        parameters = [each for part in listed(content.get("components")) for each in listed(part.get("parameters"))]
        values = [words(each.get("text")) or words(each.get("coupon_code")) for each in parameters]
        files = [
            (words(each.get("type")), words(mapping(each.get(words(each.get("type")))).get("link")))
            for each in parameters
        ]
        yield Bubble(
            text="\n".join(filter(None, values)),
            files=_files((name, link) for name, link in files if link),
            template=words(content.get("name")),
        )
    elif kind == "interactive":
        yield _interactive(content)
    elif kind in FILES:
        yield Bubble(text=words(content.get("caption")), files=_files([(kind, words(content.get("link")))]))
    else:
        yield Bubble(text=words(content.get("body")))


def _interactive(content: Mapping[str, Any]) -> Bubble:
    action, head = mapping(content.get("action")), mapping(content.get("header"))
    form, kind = words(content.get("type")), words(head.get("type"))
    replies = [words(mapping(each.get("reply")).get("title")) for each in listed(action.get("buttons"))]
    rows = [words(row.get("title")) for part in listed(action.get("sections")) for row in listed(part.get("rows"))]
    link = words(mapping(action.get("parameters")).get("display_text"))
    keys = [Key(title=title) for title in (*replies, *rows)] + ([Key(title=link, kind="url")] if link else [])
    return Bubble(
        text=words(mapping(content.get("body")).get("text")),
        files=_files([(kind, words(mapping(head.get(kind)).get("link")))]) if kind in FILES else (),
        keys=tuple(keys),
        layout="list" if form == "list" else "inline",
        opener=words(action.get("button")),
    )


def _viber(body: Mapping[str, Any]) -> Iterator[Bubble]:
    kind = words(body.get("type"))
    board = mapping(body.get("keyboard"))
    if kind == "rich_media":
        yield from _cards(listed(mapping(body.get("rich_media")).get("Buttons")))
    else:
        files = _files([(kind, words(body.get("media")))]) if kind in FILES else ()
        yield Bubble(text=words(body.get("text")), files=files)
    if board:
        yield Bubble(keys=tuple(map(_viber_key, listed(board.get("Buttons")))), layout="keyboard")


def _cards(cells: Sequence[Mapping[str, Any]]) -> Iterator[Bubble]:
    rows, card = 0, Bubble()
    for cell in cells:
        if "Image" in cell:
            card = Bubble(files=(("image", words(cell["Image"])),), layout="card")
        elif cell.get("ActionType") == "none":
            card = Bubble(text=_bare(words(cell.get("Text"))), files=card.files, layout="card")
        else:
            card = replace(card, keys=(*card.keys, _viber_key(cell)), layout="card")
        rows += int(cell.get("Rows", 1))
        if rows % 7 == 0:
            yield card
            card = Bubble()


def _viber_key(cell: Mapping[str, Any]) -> Key:
    opens = cell.get("ActionType") == "open-url"
    return Key(title=_bare(words(cell.get("Text"))), kind="url" if opens else "reply")


def _bare(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text.replace("<br>", "\n")))


def _messenger(body: Mapping[str, Any]) -> Iterator[Bubble]:
    message = mapping(body.get("message"))
    attachment, template = mapping(message.get("attachment")), mapping(message.get("template"))
    content = mapping(attachment.get("payload"))
    quick = tuple(Key(title=words(each.get("title"))) for each in listed(message.get("quick_replies")))
    if template:
        parameters = [each for part in listed(template.get("components")) for each in listed(part.get("parameters"))]
        values = [words(each.get("text")) for each in parameters]
        yield Bubble(text="\n".join(filter(None, values)), template=words(template.get("name")))
    elif attachment.get("type") == "template":
        elements = listed(content.get("elements"))
        layout: Layout = "card" if elements else "inline"
        for one in elements or [content]:
            lines = (one.get("title"), one.get("subtitle"), one.get("text"))
            picture = _files([("image", words(one["image_url"]))] if one.get("image_url") else [])
            keys = tuple(_messenger_key(each) for each in listed(one.get("buttons")))
            text = "\n".join(words(line) for line in lines if line)
            yield Bubble(text=text, files=picture, keys=keys, layout=layout)
    elif attachment:
        files = _files([(words(attachment.get("type")), words(content.get("url")))])
        yield Bubble(files=files, keys=quick, layout="quick")
    else:
        yield Bubble(text=words(message.get("text")), keys=quick, layout="quick")


def _messenger_key(each: Mapping[str, Any]) -> Key:
    return Key(title=words(each.get("title")), kind="url" if each.get("type") == "web_url" else "reply")


def _files(files: Any) -> tuple[tuple[str, str], ...]:
    return tuple((KINDS.get(kind, kind), address) for kind, address in files)


READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Bubble]]] = {
    "telegram": _telegram,
    "whatsapp": _whatsapp,
    "viber": _viber,
    "messenger": _messenger,
}
