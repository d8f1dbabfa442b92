"""What Messenger's webhooks tell: https://developers.facebook.com/docs/messenger-platform/webhooks"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from channels.base import Event, Notice, OptIn, OptOut, Receipt, Reply, Watermark
from channels.graph_templates import reviewed
from channels.reading import UNTOLD, ident, instant, listed, mapping, or_unreadable, words

MEDIA = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "document",
    "location": "location",
    "sticker": "sticker",
}
#: Fields of an entry's item that say only whose it is.
ENVELOPE = frozenset({"sender", "recipient", "timestamp"})


def read(body: Any) -> Sequence[Event]:
    """Everything in all entries and their items, reviews of templates; standby and other changes are notices."""
    return or_unreadable((event for entry in listed(mapping(body).get("entry")) for event in _entry(entry)), body)


def _entry(entry: Mapping[str, Any]) -> Iterator[Event]:
    for item in listed(entry.get("messaging")):
        told = instant(item.get("timestamp"))
        yield from _item(item, told if told != UNTOLD else instant(entry.get("time")))
    for change in listed(entry.get("changes")):
        yield reviewed(change) or Notice(kind=words(change.get("field")) or "unreadable", raw=change)
    for item in listed(entry.get("standby")):
        yield Notice(kind="standby", raw=item)


def _item(item: Mapping[str, Any], at: datetime) -> Iterator[Event]:
    person = ident(mapping(item.get("sender")).get("id"))
    found: list[Event | None] = []
    if mapping(mapping(item.get("message"))).get("is_echo") is True:
        found.append(_echo(item, at))
    elif person is not None:
        found.extend(_told(item, person, at))
    events = [event for event in found if event is not None]
    kind = next((str(field) for field in item if field not in ENVELOPE), "unreadable")
    yield from events or [Notice(kind=kind, raw=item)]


def _told(item: Mapping[str, Any], person: str, at: datetime) -> Iterator[Event | None]:
    if isinstance(item.get("message"), dict):
        yield _message(item["message"], person, at)
    elif isinstance(item.get("postback"), dict):
        yield _postback(item["postback"], person, at)
    elif isinstance(item.get("optin"), dict):
        yield _opt_in(item["optin"], person, at)
    elif isinstance(item.get("referral"), dict):
        key, ref = f"referral/{person}/{at.isoformat()}", ident(item["referral"].get("ref"))
        yield OptIn(key=key, address=person, at=at, ref=ref)
    elif isinstance(item.get("delivery"), dict):
        yield from _receipts(item["delivery"], "delivered", person, at)
    elif isinstance(item.get("read"), dict):
        yield from _receipts(item["read"], "read", person, at)


def _message(message: Mapping[str, Any], person: str, at: datetime) -> Reply | None:
    attachments = listed(message.get("attachments"))
    first = attachments[0] if attachments else {}
    media = MEDIA.get(words(first.get("type")))
    if media == "image" and mapping(first.get("payload")).get("sticker_id"):
        media = "sticker"
    # A shared link has no words of its own.
    shared = mapping(first.get("payload")).get("url") if first.get("type") == "fallback" else None
    text, key = words(message.get("text")) or words(shared or first.get("url")), ident(message.get("mid"))
    button = ident(mapping(message.get("quick_reply")).get("payload"))
    if key is None or message.get("is_deleted") is True or not (text or media or button):
        return None
    return Reply(
        key=key,
        address=person,
        at=at,
        text=text if media is None or message.get("text") else "",
        button=button,
        media=media,
        quoted=ident(mapping(message.get("reply_to")).get("mid")),
        ref=ident(mapping(message.get("referral")).get("ref")),
    )


def _postback(postback: Mapping[str, Any], person: str, at: datetime) -> Reply | None:
    button = ident(postback.get("payload"))
    if button is None:
        return None
    return Reply(
        key=ident(postback.get("mid")) or f"postback/{person}/{at.isoformat()}/{button}",
        address=person,
        at=at,
        text=words(postback.get("title")),
        button=button,
        ref=ident(mapping(postback.get("referral")).get("ref")),
    )


def _opt_in(optin: Mapping[str, Any], person: str, at: datetime) -> Event:
    marketing = optin.get("type") == "notification_messages"
    if marketing and optin.get("notification_messages_status") == "STOP_NOTIFICATIONS":
        key = f"optout/{person}/{at.isoformat()}"
        return OptOut(key=key, address=person, at=at, scope="marketing")
    return OptIn(
        key=f"optin/{person}/{at.isoformat()}",
        address=person,
        at=at,
        ref=ident(optin.get("ref")) or ident(optin.get("payload")),
        subscribed=marketing,
        scope="marketing" if marketing else "all",
    )


def _echo(item: Mapping[str, Any], at: datetime) -> Receipt | None:
    message, person = mapping(item.get("message")), ident(mapping(item.get("recipient")).get("id"))
    key, ref = ident(message.get("mid")), ident(message.get("metadata"))
    if key is None and ref is None:
        return None
    return Receipt(id=key, state="accepted", at=at, address=person, ref=ref)


def _receipts(
    receipt: Mapping[str, Any], state: Literal["delivered", "read"], person: str, at: datetime
) -> Iterator[Event]:
    until, mids = instant(receipt.get("watermark")), receipt.get("mids")
    for mid in mids if isinstance(mids, list) else [receipt.get("mid")]:
        if (key := ident(mid)) is not None:
            when = at if at != UNTOLD else until
            yield Receipt(id=key, state=state, at=when, address=person)
    if until != UNTOLD:
        yield Watermark(address=person, state=state, until=until)
