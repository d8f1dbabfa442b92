"""What Telegram's updates tell: https://core.telegram.org/bots/api#update"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.base import Blocked, Event, Notice, Reply
from channels.reading import UNTOLD, ident, instant, listed, mapping, or_unreadable, phone, profile, words

START = re.compile(r"/start(?:@\w+)?\s+(\S+)\s*")
#: Fields of a message that carry something else than text, in the order in which they are looked at:
#: an animation also has `document`, a venue also has `location`.
MEDIA = {
    "photo": "image",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "document": "document",
    "voice": "audio",
    "audio": "audio",
    "sticker": "sticker",
    "location": "location",
    "venue": "location",
    "contact": "contact",
}
STANDING = {"kicked": True, "member": False}


def read(body: Any) -> Sequence[Event]:
    """The one event of an update; edits, groups and kinds that nobody knows yet are notices."""
    update = mapping(body)
    event: Event | None = None
    if isinstance(update.get("message"), dict):
        event = _message(update["message"], ident(update.get("update_id")))
    elif isinstance(update.get("callback_query"), dict):
        event = _press(update["callback_query"], ident(update.get("update_id")))
    elif isinstance(update.get("my_chat_member"), dict):
        event = _standing(update["my_chat_member"], ident(update.get("update_id")))
    kind = next((str(name) for name in update if name != "update_id"), "")
    if event is None and kind:
        event = Notice(kind=kind, raw=update)
    return or_unreadable((event,) if event else (), body)


def _message(message: Mapping[str, Any], update: str | None) -> Reply | None:
    chat, sender = mapping(message.get("chat")), mapping(message.get("from"))
    address, number = ident(chat.get("id")), ident(message.get("message_id"))
    if address is None or not _private(chat) or not (update or number):
        return None
    media = next((kind for field, kind in MEDIA.items() if message.get(field)), None)
    text = words(message.get("text")) or words(message.get("caption"))
    if not text and media is None:
        return None  # a pinned message, a poll, a game: nothing that a journey could hear
    start = START.fullmatch(text)
    return Reply(
        key=update or f"{address}/{number}",
        address=address,
        at=instant(message.get("date")),
        text=text,
        media=media,
        quoted=ident(mapping(message.get("reply_to_message")).get("message_id")),
        ref=start[1] if start else None,
        profile=_profile(sender, mapping(message.get("contact"))),
    )


def _press(query: Mapping[str, Any], update: str | None) -> Reply | None:
    sender, message = mapping(query.get("from")), mapping(query.get("message"))
    chat = mapping(message.get("chat"))
    address, data = ident(sender.get("id")) or ident(chat.get("id")), words(query.get("data"))
    key = update or ident(query.get("id"))
    if address is None or key is None or not data or not _private(chat):
        return None
    return Reply(
        key=key,
        address=address,
        # Telegram tells when the message under the button was written, never when the button was pressed.
        at=UNTOLD,
        text=_title(message, data),
        button=data,
        quoted=ident(message.get("message_id")),
        profile=_profile(sender, {}),
    )


def _title(message: Mapping[str, Any], data: str) -> str:
    """The words on the pressed button; none when Telegram no longer shows the message."""
    rows = mapping(message.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in listed(row):
            if button.get("callback_data") == data:
                return words(button.get("text"))
    return ""


def _standing(change: Mapping[str, Any], update: str | None) -> Blocked | None:
    chat = mapping(change.get("chat"))
    address = ident(chat.get("id"))
    blocked = STANDING.get(words(mapping(change.get("new_chat_member")).get("status")))
    if address is None or blocked is None or not _private(chat):
        return None
    at = instant(change.get("date"))
    return Blocked(key=update or f"{address}/{at.isoformat()}/{blocked}", address=address, at=at, blocked=blocked)


def _private(chat: Mapping[str, Any]) -> bool:
    return bool(chat.get("type", "private") == "private")


def _profile(sender: Mapping[str, Any], contact: Mapping[str, Any]) -> Mapping[str, str]:
    # Anyone's card can be shared: it is the sender's own number only when the card names the sender.
    owner = ident(contact.get("user_id"))
    own = owner is not None and owner == ident(sender.get("id"))
    return profile(
        name=" ".join(part for part in (words(sender.get("first_name")), words(sender.get("last_name"))) if part),
        username=sender.get("username"),
        language=sender.get("language_code"),
        phone=phone(contact.get("phone_number")) if own else "",
    )
