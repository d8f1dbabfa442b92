"""MAX, by its bot API, as an example of a messenger in one file: https://dev.max.ru/docs-api

It is not part of the product: `docs/channels.md` walks through it. Numbers without a link are careful values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from channels.base import (
    Accepted,
    Account,
    Answer,
    Blocked,
    Event,
    Limits,
    Notice,
    OptIn,
    Rejected,
    Reply,
    Request,
    RetryAfter,
    Trouble,
    Unknown,
)
from channels.message import Approved, Button, Message
from channels.reading import header, ident, instant, mapping, or_unreadable, profile, same_secret, words
from channels.writing import choices, extra, folding, payload, per_row, refusals, unfolded, with_lines

UPDATES = ("message_created", "message_callback", "bot_started", "bot_stopped")
#: What an answer's own code means; one that is not here ends this delivery only.
TROUBLES = {
    "verify.token": Trouble.ACCOUNT_AUTH,
    "access.denied": Trouble.CONTACT_BLOCKED,
    "chat.denied": Trouble.CONTACT_BLOCKED,
    "dialog.not.found": Trouble.CONTACT_INVALID,
    "user.not.found": Trouble.CONTACT_INVALID,
}
#: Seconds to wait after a 429, which does not say how long.
PATIENCE = 5.0


class Max:
    """A bot: buttons stand under the message, a picture goes in the same message as its text."""

    name = "max"
    title = "MAX"
    base_url = "https://platform-api.max.ru"
    needs = ("secrets.token",)
    makes = ("secret",)
    subscribes: tuple[str, ...] = ()
    limits = Limits(
        text=4000,
        caption=4000,
        buttons=30,
        choices=30,
        button_title=64,
        media=frozenset({"image"}),
        delivered=False,
        read=False,
        per_second=25.0,
        pair_seconds=1.0,
        source="https://dev.max.ru/docs-api/methods/POST/messages",
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        """A message each for albums and cards, with the buttons under the last."""
        requests = []
        for each in unfolded(message):
            parts: list[dict[str, Any]] = []
            if each.media:
                parts.append({"type": "image", "payload": {"url": each.media.url}})
            keys = [button for button in each.buttons if not button.copy or button.url]
            if keys:
                parts.append({"type": "inline_keyboard", "payload": {"buttons": _keyboard(keys, ref)}})
            body = {"text": with_lines(each.text, choices(each.buttons).codes), "attachments": parts}
            added = extra(message, self.name, ("attachments",))
            requests.append(self._call(account, f"messages?user_id={quote(address, safe='')}", {**body, **added}))
        return tuple(requests)

    def _call(self, account: Account, path: str, body: Mapping[str, Any]) -> Request:
        headers = {"Authorization": account.secrets.get("token", "")}
        label = f"max {path.partition('?')[0]}"
        return Request(url=f"{account.base_url}/{path}", headers=headers, json=body, label=label)

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        """The id stands in the message's body; refusals have a code of words."""
        answer = mapping(body)
        if status < 300 and answer.get("success") is not False:
            told = mapping(mapping(answer.get("message")).get("body"))
            return Accepted(id=ident(told.get("mid")) or ident(answer.get("user_id")) or "")
        code = words(answer.get("code"))
        if status == 429:
            return RetryAfter(seconds=PATIENCE, code=code or "429")
        if not code or status >= 500:
            return Unknown(text=f"HTTP {status}")
        trouble = Trouble.ACCOUNT_AUTH if status == 401 else TROUBLES.get(code, Trouble.CONTENT_INVALID)
        return Rejected(trouble=trouble, code=code, text=words(answer.get("message"))[:300])

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        """MAX repeats the secret that it was given with the address."""
        return same_secret(account.secrets.get("secret", ""), header(headers, "X-Max-Bot-Api-Secret"))

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        """There is none."""
        return None

    def read_webhook(self, body: Any) -> Sequence[Event]:
        """One update a webhook; kinds that nobody knows yet are notices."""
        update = mapping(body)
        kind = words(update.get("update_type"))
        reader = {"message_created": _message, "message_callback": _press, "bot_started": _started}.get(kind)
        event: Event | None = reader(update) if reader else None
        if kind == "bot_stopped":
            event = _stopped(update)
        if event is None and kind:
            event = Notice(kind=kind, raw=update)
        return or_unreadable((event,) if event else (), body)

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        """Nothing rides back on the response."""
        return None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        """Nothing rides back on the response."""
        return None

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """`https://max.ru/<bot>?start=<token>`; ValueError for a bot without a name."""
        bot = account.settings.get("username", "").removeprefix("@")
        if not bot:
            raise ValueError("the account has no username: MAX links need the bot's name")
        return f"https://max.ru/{quote(bot)}?start={quote(token, safe='')}"

    def problems(self, message: Message) -> Sequence[str]:
        """What is common to all messengers, and files, which MAX takes only after an upload."""
        found = [*refusals(message, self.title, self.limits), *folding(message, self.title)]
        for each in message.files():
            if each.kind not in self.limits.media:
                found.append(f"error: MAX takes only pictures by their address, not a {each.kind}.")
        for button in choices(message.buttons).codes:
            found.append(f"MAX has no button that copies: the code of «{button.title}» is written under the text.")
        return tuple(dict.fromkeys(found))

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        """MAX approves no templates."""
        return None

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        """None."""
        return (), ""

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        """Subscribe with a secret that comes back in a header."""
        body = {"url": url, "update_types": list(UPDATES), "secret": account.secrets.get("secret", "")}
        return (self._call(account, "subscriptions", body),)

    def check_account(self, account: Account) -> Request:
        """Who the bot is."""
        headers = {"Authorization": account.secrets.get("token", "")}
        return Request(method="GET", url=f"{account.base_url}/me", headers=headers, label="max me")


def _keyboard(buttons: Sequence[Button], ref: str) -> list[list[dict[str, str]]]:
    drawn = [
        {"type": "link", "text": each.title, "url": each.url}
        if each.url
        else {"type": "callback", "text": each.title, "payload": payload(ref, each.id)}
        for each in buttons
    ]
    width = per_row(buttons)
    return [drawn[start : start + width] for start in range(0, len(drawn), width)]


def _who(user: Mapping[str, Any]) -> Mapping[str, str]:
    name = words(user.get("name")) or f"{words(user.get('first_name'))} {words(user.get('last_name'))}".strip()
    return profile(name=name, username=user.get("username"))


def _message(update: Mapping[str, Any]) -> Event | None:
    message = mapping(update.get("message"))
    sender, said = mapping(message.get("sender")), mapping(message.get("body"))
    address, key = ident(sender.get("user_id")), ident(said.get("mid"))
    attachments = said.get("attachments")
    media = "document" if isinstance(attachments, list) and attachments else None
    text = words(said.get("text"))
    if address is None or key is None or not (text or media):
        return None
    at = instant(message.get("timestamp"))
    return Reply(key=key, address=address, at=at, text=text, media=media, profile=_who(sender))


def _press(update: Mapping[str, Any]) -> Event | None:
    press = mapping(update.get("callback"))
    user = mapping(press.get("user"))
    address, key, button = ident(user.get("user_id")), ident(press.get("callback_id")), words(press.get("payload"))
    if address is None or key is None or not button:
        return None
    return Reply(key=key, address=address, at=instant(press.get("timestamp")), button=button, profile=_who(user))


def _started(update: Mapping[str, Any]) -> Event | None:
    user = mapping(update.get("user"))
    address, at = ident(user.get("user_id")), instant(update.get("timestamp"))
    if address is None:
        return None
    key, ref = f"started/{address}/{at.isoformat()}", words(update.get("payload")) or None
    return OptIn(key=key, address=address, at=at, ref=ref, subscribed=True, profile=_who(user))


def _stopped(update: Mapping[str, Any]) -> Event | None:
    address, at = ident(mapping(update.get("user")).get("user_id")), instant(update.get("timestamp"))
    return Blocked(key=f"stopped/{address}/{at.isoformat()}", address=address, at=at) if address else None


channel = Max()
