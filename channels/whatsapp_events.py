"""What WhatsApp's webhooks tell: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from channels.base import Event, Named, Notice, OptIn, OptOut, Receipt, Reply
from channels.graph_templates import reviewed
from channels.reading import ident, instant, listed, mapping, number, or_unreadable, phone, profile, words
from channels.whatsapp_errors import trouble_of
from channels.whatsapp_standing import standing

MEDIA = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
}
STATES: Mapping[str, Literal["accepted", "delivered", "read", "failed"]] = {
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
#: The token of an opt-in link: the last word of the text that the link wrote for the person.
TOKEN = re.compile(r"#([A-Za-z0-9_-]{4,64})")


def read(body: Any) -> Sequence[Event]:
    """Everything in all entries, changes, messages and statuses."""
    changes = [change for entry in listed(mapping(body).get("entry")) for change in listed(entry.get("changes"))]
    return or_unreadable((event for change in changes for event in _change(change)), body)


def _change(change: Mapping[str, Any]) -> Iterator[Event]:
    field, value = words(change.get("field")), mapping(change.get("value"))
    found: list[Event] = []
    if field == "user_preferences":
        found.extend(_preference(each) for each in listed(value.get("user_preferences")))
    elif review := reviewed(change):
        found.append(review)
    elif told := tuple(standing(field, value)):
        found.extend(told)
    elif field in ("messages", ""):
        contacts = listed(value.get("contacts"))
        found.extend(_message(each, contacts) for each in listed(value.get("messages")))
        found.extend(_status(each) for each in listed(value.get("statuses")))
        found.extend(Notice(kind="errors", raw=each) for each in listed(value.get("errors")))
    yield from _named(value)
    yield from found or [Notice(kind=field or "unreadable", raw=value)]


def _named(value: Mapping[str, Any]) -> Iterator[Named]:
    """Number and id of a person, wherever both are told: once the number is hidden, only the id is."""
    told = [
        *((each.get("wa_id"), each.get("user_id")) for each in listed(value.get("contacts"))),
        *((each.get("from"), each.get("from_user_id")) for each in listed(value.get("messages"))),
        *((each.get("wa_id"), each.get("user_id")) for each in listed(value.get("user_preferences"))),
        *(
            (each.get("recipient_id"), each.get("recipient_user_id"))
            for each in listed(value.get("statuses"))
            if each.get("recipient_type") != "group"
        ),
    ]
    pairs = dict.fromkeys((ident(one), ident(other)) for one, other in told)
    yield from (Named(names=(one, other)) for one, other in pairs if one and other and one != other)


def _message(message: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> Event:
    kind = words(message.get("type"))
    address = ident(message.get("from")) or ident(message.get("from_user_id"))
    key = ident(message.get("id"))
    heard = _heard(kind, message)
    if address is None or key is None or heard is None or message.get("group_id"):
        return Notice(kind=kind or "message", raw=message)
    text, button = heard
    token = TOKEN.fullmatch((text.split() or [""])[-1])
    return Reply(
        key=key,
        address=address,
        at=instant(message.get("timestamp")),
        text=text,
        button=button,
        media=MEDIA.get(kind),
        quoted=ident(mapping(message.get("context")).get("id")),
        ref=token[1] if token else ident(mapping(message.get("referral")).get("source_id")),
        profile=_profile(message, contacts),
    )


def _heard(kind: str, message: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """(text, button payload), or None for what is no reply: edits, reactions, orders, system messages."""
    content = mapping(message.get(kind))
    if kind == "text":
        return words(content.get("body")), None
    if kind == "button":
        return words(content.get("text")), ident(content.get("payload"))
    if kind == "interactive":
        chosen = mapping(content.get("button_reply")) or mapping(content.get("list_reply"))
        return (words(chosen.get("title")), ident(chosen.get("id"))) if chosen else None
    return (words(content.get("caption")), None) if kind in MEDIA else None


def _profile(message: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    names = {each for each in (ident(message.get("from")), ident(message.get("from_user_id"))) if each}
    matching = [each for each in contacts if names & {ident(each.get("wa_id")), ident(each.get("user_id"))}]
    contact = next(iter(matching), contacts[0] if len(contacts) == 1 else {})
    told = mapping(contact.get("profile"))
    return profile(name=told.get("name"), username=told.get("username"), phone=phone(message.get("from")))


def _status(status: Mapping[str, Any]) -> Event:
    state, key = STATES.get(words(status.get("status"))), ident(status.get("id"))
    ref = ident(status.get("biz_opaque_callback_data"))
    if state is None or (key is None and ref is None):
        return Notice(kind="status", raw=status)
    error = next(iter(listed(status.get("errors"))), {})
    code = number(error.get("code"))
    return Receipt(
        id=key,
        state=state,
        at=instant(status.get("timestamp")),
        address=ident(status.get("recipient_id")) or ident(status.get("recipient_user_id")),
        ref=ref,
        trouble=trouble_of(code) if state == "failed" else None,
        code=ident(code) or "" if state == "failed" else "",
    )


def _preference(preference: Mapping[str, Any]) -> Event:
    value = words(preference.get("value"))
    address = ident(preference.get("wa_id")) or ident(preference.get("user_id"))
    if address is None or value not in ("stop", "resume", "signup"):
        return Notice(kind="user_preferences", raw=preference)
    at = instant(preference.get("timestamp"))
    key = f"{address}/{value}/{at.isoformat()}"
    if value == "stop":
        return OptOut(key=key, address=address, at=at, scope="marketing")
    return OptIn(key=key, address=address, at=at, subscribed=True, scope="marketing")
