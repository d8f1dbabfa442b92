"""What Viber's callbacks tell: https://developers.viber.com/docs/api/rest-bot-api/#callbacks"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from channels.base import Blocked, Event, Notice, OptIn, Receipt, Reply, Trouble
from channels.reading import PAYLOAD, REF, ident, instant, mapping, or_unreadable, profile, words

MEDIA = {
    "picture": "image",
    "video": "video",
    "file": "document",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
}
STATES: Mapping[str, Literal["delivered", "read", "failed"]] = {
    "delivered": "delivered",
    "seen": "read",
    "failed": "failed",
}


def read(body: Any) -> Sequence[Event]:
    """The events of one callback; kinds that nobody knows yet are notices."""
    callback = mapping(body)
    kind = words(callback.get("event"))
    reader = READERS.get(kind)
    events: list[Event] = list(reader(callback)) if reader else []
    if not events and kind:
        events.append(Notice(kind=kind, raw=callback))
    return or_unreadable(events, body)


def _key(callback: Mapping[str, Any], address: str) -> str:
    """Viber repeats a slow callback with the same token; a token is shared by the receipts of one message."""
    token = ident(callback.get("message_token"))
    return f"{token or instant(callback.get('timestamp')).isoformat()}/{words(callback.get('event'))}/{address}"


def _message(callback: Mapping[str, Any]) -> Iterator[Event]:
    sender, message = mapping(callback.get("sender")), mapping(callback.get("message"))
    address, kind, text = ident(sender.get("id")), words(message.get("type")), words(message.get("text"))
    text = text or (words(message.get("media")) if kind == "url" else "")
    if address is None or not (text or kind in MEDIA):
        return
    at, tracking = instant(callback.get("timestamp")), words(message.get("tracking_data"))
    if REF.fullmatch(tracking):
        # The phone gives back the tracking data of the last message that it received.
        yield Receipt(id=None, state="accepted", at=at, address=address, ref=tracking)
    pressed = kind in ("", "text") and PAYLOAD.fullmatch(text) is not None
    yield Reply(
        key=_key(callback, address),
        address=address,
        at=at,
        text="" if pressed else text,
        button=text if pressed else None,
        media=MEDIA.get(kind),
        profile=_profile(sender),
    )


def _opt_in(callback: Mapping[str, Any]) -> Iterator[Event]:
    user = mapping(callback.get("user"))
    address = ident(user.get("id"))
    if address is not None:
        yield OptIn(
            key=_key(callback, address),
            address=address,
            at=instant(callback.get("timestamp")),
            ref=words(callback.get("context")) or None,
            subscribed=callback.get("event") == "subscribed" or callback.get("subscribed") is True,
            profile=_profile(user),
        )


def _left(callback: Mapping[str, Any]) -> Iterator[Event]:
    address = ident(callback.get("user_id"))
    if address is not None:
        yield Blocked(key=_key(callback, address), address=address, at=instant(callback.get("timestamp")))


def _receipt(callback: Mapping[str, Any]) -> Iterator[Event]:
    token, state = ident(callback.get("message_token")), STATES[words(callback.get("event"))]
    if token is None:
        return
    failed = state == "failed"
    yield Receipt(
        id=token,
        state=state,
        at=instant(callback.get("timestamp")),
        address=ident(callback.get("user_id")),
        # Viber took the message and the phone refused it: https://developers.viber.com/docs/api/rest-bot-api/#failed-callback
        trouble=Trouble.CONTENT_INVALID if failed else None,
        code=words(callback.get("desc"))[:100] if failed else "",
    )


def _profile(user: Mapping[str, Any]) -> Mapping[str, str]:
    return profile(name=user.get("name"), language=user.get("language"))


READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Event]]] = {
    "message": _message,
    "subscribed": _opt_in,
    "conversation_started": _opt_in,
    "unsubscribed": _left,
    "delivered": _receipt,
    "seen": _receipt,
    "failed": _receipt,
}
