"""Viber, by its bot API: https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from channels import viber_events
from channels.base import (
    Accepted,
    Account,
    Answer,
    Event,
    Limits,
    Rejected,
    Request,
    RetryAfter,
    Trouble,
    Unknown,
)
from channels.message import Approved, Media, Message
from channels.reading import header, ident, mapping, number, seconds, signed, words
from channels.viber_errors import STATUSES, TOO_MANY_REQUESTS
from channels.viber_keys import carousel, keyboard, start_key
from channels.writing import choices, count, cut, extra, folding, refusals, unfolded, with_lines

#: Rows of a keyboard, the careful value: the vendor's pages differ between 12 and 24.
#: https://developers.viber.com/docs/tools/keyboards/
KEYBOARD_ROWS = 12
#: https://developers.viber.com/docs/api/rest-bot-api/#send-message
REQUEST_BYTES = 30_000
SENDER_NAME = 28
FILE_NAME = 256
#: For files whose address and name have none.
EXTENSIONS = {"document": ".bin", "audio": ".mp3"}
TYPES = {"image": "picture", "video": "video", "document": "file", "audio": "file"}
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "message")
EMPTY = {"type": "text", "text": ""}
#: Seconds before the next message to the same person when Viber names none.
PATIENCE = 60.0


class Viber:
    """A bot: buttons are a keyboard under the conversation, and a press comes back as text."""

    name = "viber"
    title = "Viber"
    base_url = "https://chatapi.viber.com/pa"
    needs = ("secrets.token", "settings.sender_name")
    makes: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    limits = Limits(
        text=7000,
        caption=512,
        buttons=KEYBOARD_ROWS,
        choices=KEYBOARD_ROWS,
        button_title=250,
        media=frozenset(TYPES),
        # https://developers.viber.com/docs/api/rest-bot-api/#message-types
        megabytes={"image": 1, "video": 26, "document": 50, "audio": 50},
        per_second=40.0,
        # 100 in any hour to one who does not answer: 20 at once and 80 more.
        pair_seconds=45.0,
        pair_burst=20,
        pair_resets=True,
        source="https://developers.viber.com/docs/api/rest-bot-api/#message-types",
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        sender = account.settings.get("sender_name") or account.name
        added = extra(message, self.name, ("receiver", "tracking_data", "keyboard"))
        whose = {"receiver": address, "min_api_version": 1, "sender": {"name": cut(sender, SENDER_NAME)}}
        parts = [part for each in unfolded(replace(message, cards=())) for part in self._parts(each)]
        if message.cards:
            parts = [part for part in parts if part != EMPTY] + [carousel(message.cards, ref)]
        keys = [button for button in message.buttons if not button.copy or button.url]
        if keys:
            # The phone shows the last keyboard that came.
            parts[-1] = parts[-1] | {"keyboard": keyboard(keys, ref)}
        bodies = [whose | {"tracking_data": ref, **part, **added} for part in parts]
        return tuple(self._call(account, "send_message", body) for body in bodies)

    def _parts(self, message: Message) -> Iterator[dict[str, Any]]:
        text = with_lines(message.text, choices(message.buttons).codes)
        if message.media is None:
            yield {"type": "text", "text": text}
            return
        alone = _media(message.media)
        if message.media.kind == "image" and count(text, self.limits) <= self.limits.caption:
            yield alone | {"text": text}
            return
        yield alone | ({"text": ""} if message.media.kind == "image" else {})
        if text:
            yield {"type": "text", "text": text}

    def _call(self, account: Account, method: str, body: Mapping[str, Any]) -> Request:
        headers = {"X-Viber-Auth-Token": account.secrets.get("token", "")}
        return Request(url=f"{account.base_url}/{method}", headers=headers, json=body, label=f"viber {method}")

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        answer = mapping(body)
        code = number(answer.get("status"))
        asked = seconds(header(headers, "Retry-After"))
        if code == TOO_MANY_REQUESTS:
            return RetryAfter(seconds=asked or PATIENCE, scope="either", code="12", told=bool(asked))
        if status == 429:
            return RetryAfter(seconds=asked or PATIENCE, code="429", told=bool(asked))
        if code is None or status >= 500 or (code == 0 and status >= 300):
            return Unknown(text=f"HTTP {status}")
        if code == 0:
            return Accepted(id=ident(answer.get("message_token")) or ident(answer.get("id")) or "")
        text = cut(words(answer.get("status_message")), 300)
        return Rejected(trouble=STATUSES.get(code, Trouble.RETRY_BACKOFF), code=str(code), text=text)

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        return signed(account.secrets.get("token", ""), raw, header(headers, "X-Viber-Content-Signature"))

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        return None

    def read_webhook(self, body: Any) -> Sequence[Event]:
        return viber_events.read(body)

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        return None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        # Opening is no subscription: a pressed button is. https://developers.viber.com/docs/api/rest-bot-api/#sending-a-welcome-message
        sender = account.settings.get("sender_name") or account.name
        whose = {"min_api_version": 1, "sender": {"name": cut(sender, SENDER_NAME)}}
        return {**whose, **next(self._parts(message)), "keyboard": start_key(account.settings.get("start_button", "▶"))}

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """A `viber://` link; ValueError for an account without a URI."""
        uri = account.settings.get("uri") or account.settings.get("username", "")
        if not uri:
            raise ValueError("the account has no URI: Viber links need the bot's name")
        query = {"chatURI": uri, "context": token} | ({"text": text} if text else {})
        return f"viber://pa?{urlencode(query, quote_via=quote)}"

    def problems(self, message: Message) -> Sequence[str]:
        found = list(refusals(message, self.title, self.limits))
        split = choices(message.buttons)
        keys = len(split.replies) + len(split.links)
        if len(split.replies) <= self.limits.choices < keys:
            found.append(f"error: Viber shows at most {self.limits.choices} buttons; this message has {keys}.")
        for button in split.codes:
            found.append(f"Viber has no button that copies: the code of «{button.title}» is written under the text.")
        found.extend(folding(message, self.title, carousels=True))
        for each in unfolded(replace(message, cards=())):
            if each.media:
                found.extend(self._media_problems(each, each.media))
        for button in message.offers():
            if len(button.title) > self.limits.button_title and not button.copy:
                found.append(f"error: Viber takes at most {self.limits.button_title} characters on a button.")
        words_of = (message.text, *(card.title + card.text + (card.image or "") for card in message.cards))
        keys_of = message.offers()
        size = sum(len(each.encode()) for each in (*words_of, *(b.title + (b.url or "") for b in keys_of)))
        if size + 400 * (len(keys_of) + 2 * len(message.cards)) + 1000 > REQUEST_BYTES:
            found.append("error: Viber takes at most 30 KB a message: shorten the text or the buttons.")
        if message.template and (message.text or message.media):
            found.append("Viber has no approved templates and sends the text instead.")
        elif message.template:
            found.append("error: Viber has no approved templates: write a text as well.")
        return tuple(dict.fromkeys(found))

    def _media_problems(self, message: Message, media: Media) -> Iterator[str]:
        if media.kind == "audio":
            yield "Viber sends a sound as a file."
        if media.kind != "image" and media.size is None:
            yield "error: Viber needs the size of a video or file in bytes."
        length = count(with_lines(message.text, choices(message.buttons).codes), self.limits)
        if media.kind != "image" and length:
            yield f"Viber shows no text on a {media.kind}: the text follows on its own."
        elif length > self.limits.caption:
            yield f"Viber takes up to {self.limits.caption} characters on a picture: the text follows on its own."

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        return None

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        return (), ""

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        body = {"url": url, "event_types": list(EVENTS), "send_name": True, "send_photo": False}
        return (self._call(account, "set_webhook", body),)

    def check_account(self, account: Account) -> Request:
        return self._call(account, "get_account_info", {})


def _media(media: Media) -> dict[str, Any]:
    body: dict[str, Any] = {"type": TYPES[media.kind], "media": media.url}
    if media.kind != "image" and media.size is not None:
        body["size"] = media.size
    if body["type"] == "file":
        body["file_name"] = _file_name(media)
    return body


def _file_name(media: Media) -> str:
    """The name that is shown, from its end when it is long: without an extension Viber takes no file."""
    own = unquote(urlsplit(media.url).path.rpartition("/")[2])
    name = media.filename or own or "file"
    extension = PurePosixPath(own).suffix or EXTENSIONS[media.kind]
    return (name if PurePosixPath(name).suffix else name + extension)[-FILE_NAME:]


channel = Viber()
