"""Telegram, by its Bot API: https://core.telegram.org/bots/api"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from channels import telegram_updates
from channels.base import Accepted, Account, Answer, Event, Limits, Request, RetryAfter, Unknown
from channels.message import Approved, Button, Media, Message
from channels.reading import header, ident, listed, mapping, number, same_secret, seconds, words
from channels.telegram_errors import refusal
from channels.writing import ALBUM, TEMPLATE, choices, count, cut, extra, folding, payload, per_row, refusals, unfolded

#: Method and field of each kind of media.
MEDIA = {
    "image": ("sendPhoto", "photo"),
    "video": ("sendVideo", "video"),
    "document": ("sendDocument", "document"),
    "audio": ("sendAudio", "audio"),
}
#: Kinds of media that an album mixes: https://core.telegram.org/bots/api#sendmediagroup
FAMILIES = {"image": "seen", "video": "seen"}
#: Parameters of a message that an album has in its items, or not at all.
NOT_OF_ALBUMS = frozenset({"parse_mode", "link_preview_options", "show_caption_above_media"})
#: https://core.telegram.org/bots/api#copytextbutton
COPY_TEXT = 256
#: https://core.telegram.org/bots/features#deep-linking
START_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: Files other than these are not fetched by a link: https://core.telegram.org/bots/api#sending-files
FETCHED_DOCUMENTS = (".pdf", ".zip", ".gif")
UPDATES = ("message", "callback_query", "my_chat_member", "edited_message")
#: Seconds to wait after a 429 that does not say how long.
PATIENCE = 5.0


class Telegram:
    """A bot: every message is one method call, a caption that is too long becomes a message of its own."""

    name = "telegram"
    title = "Telegram"
    base_url = "https://api.telegram.org"
    needs = ("secrets.token",)
    makes = ("secret_token",)
    subscribes: tuple[str, ...] = ()
    limits = Limits(
        text=4096,
        caption=1024,
        buttons=100,
        choices=100,
        button_title=64,
        media=frozenset(MEDIA),
        # https://core.telegram.org/bots/api#sending-files
        megabytes={"image": 5, "video": 20, "document": 20, "audio": 20},
        counted_in="utf16",
        delivered=False,
        read=False,
        per_second=25.0,
        pair_seconds=1.0,
        pair_burst=3,
        source="https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this",
    )

    def compose(self, message: Message, address: str, account: Account, ref: str) -> Sequence[Request]:
        chat: str | int = int(address) if re.fullmatch(r"-?[0-9]{1,19}", address) else address
        added = extra(message, self.name, ("chat_id", "reply_markup"))
        rest, requests = message, []
        if _is_album(message.files()):
            captioned = not message.buttons and self._caption_fits(message)
            group = _media_group(message.files(), message.text if captioned else "", added.get("parse_mode"))
            kept = {name: value for name, value in added.items() if name not in NOT_OF_ALBUMS}
            requests.append(self._call(account, "sendMediaGroup", {"chat_id": chat, "media": group, **kept}))
            rest = replace(message, text="" if captioned else message.text, media=None, album=())
            if not (rest.text or rest.buttons or rest.cards):
                return tuple(requests)
        for each in unfolded(rest):
            bodies = list(self._bodies(each))
            for place, (method, body) in enumerate(bodies, 1):
                whole = {"chat_id": chat, **body, **added}
                if each.buttons and place == len(bodies):
                    whole["reply_markup"] = {"inline_keyboard": _keyboard(each.buttons, ref)}
                requests.append(self._call(account, method, whole))
        return tuple(requests)

    def _bodies(self, message: Message) -> Iterator[tuple[str, dict[str, Any]]]:
        if message.media is None:
            yield "sendMessage", {"text": message.text}
            return
        method, field = MEDIA[message.media.kind]
        body = {field: message.media.url}
        if self._caption_fits(message):
            yield method, body | ({"caption": message.text} if message.text else {})
        else:
            yield method, body
            yield "sendMessage", {"text": message.text}

    def _caption_fits(self, message: Message) -> bool:
        return count(_shown(message).text, self.limits) <= self.limits.caption

    def _call(self, account: Account, method: str, body: Mapping[str, Any]) -> Request:
        url = f"{account.base_url}/bot{account.secrets.get('token', '')}/{method}"
        return Request(url=url, json=body, label=f"telegram {method}")

    def read_answer(self, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        answer = mapping(body)
        if answer.get("ok") is True and status < 300:
            told = answer.get("result")
            # An album is answered with its messages.
            result = next(iter(listed(told)), {}) or mapping(told)
            return Accepted(id=ident(result.get("message_id")) or ident(result.get("id")) or "")
        refused = answer.get("ok") is False
        code = number(answer.get("error_code")) if refused else None
        if 429 in (status, code):
            asked = mapping(answer.get("parameters")).get("retry_after")
            wait = next((told for told in (seconds(asked), seconds(header(headers, "Retry-After"))) if told), PATIENCE)
            return RetryAfter(seconds=wait, code="429")
        code = code or status
        if not refused or not 400 <= code < 500:
            return Unknown(text=f"HTTP {status}: {cut(words(answer.get('description')), 300)}".rstrip(": "))
        return refusal(code, words(answer.get("description")), mapping(answer.get("parameters")))

    def verify(self, headers: Mapping[str, str], raw: bytes, account: Account) -> bool:
        given = header(headers, "X-Telegram-Bot-Api-Secret-Token")
        return same_secret(account.secrets.get("secret_token", ""), given)

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        return None

    def read_webhook(self, body: Any) -> Sequence[Event]:
        return telegram_updates.read(body)

    def webhook_answer(self, body: Any) -> Mapping[str, Any] | None:
        # The button keeps spinning until its press is answered; an answer rides back on the webhook's response:
        # https://core.telegram.org/bots/api#making-requests-when-getting-updates
        press = ident(mapping(mapping(body).get("callback_query")).get("id"))
        return {"method": "answerCallbackQuery", "callback_query_id": press} if press else None

    def welcome(self, message: Message, account: Account) -> Mapping[str, Any] | None:
        return None

    def opt_in_link(self, account: Account, token: str, text: str = "") -> str:
        """`https://t.me/<bot>?start=<token>`; ValueError for a bot without a username or a token Telegram refuses."""
        bot = account.settings.get("username", "").removeprefix("@")
        if not bot:
            raise ValueError("the account has no username: Telegram links need the bot's name")
        if not START_TOKEN.fullmatch(token):
            raise ValueError("a Telegram link carries 1 to 64 of A-Z a-z 0-9 _ -")
        return f"https://t.me/{quote(bot)}?start={token}"

    def problems(self, message: Message) -> Sequence[str]:
        found = list(refusals(_shown(message), self.title, self.limits, ("tg://",)))
        if len(message.buttons) > self.limits.buttons >= len(choices(message.buttons).replies):
            found.append(f"error: Telegram takes at most {self.limits.buttons} buttons.")
        found.extend(self._button_problems(message))
        found.extend(folding(message, self.title, albums=_is_album(message.files())))
        if _is_album(message.files()) and message.buttons:
            found.append("Telegram has no buttons under an album: the text with the buttons follows on its own.")
        elif message.media:
            found.extend(self._media_problems(message, message.media))
        if message.template and (message.text or message.media):
            found.append("Telegram has no approved templates and sends the text instead.")
        elif message.template:
            found.append("error: Telegram has no approved templates: write a text as well.")
        return tuple(found)

    def _button_problems(self, message: Message) -> Iterator[str]:
        for button in message.offers():
            if len(button.title) > self.limits.button_title:
                yield f"Telegram may not show all of the button «{button.title}»: keep it within 64 characters."
        for button in choices(message.offers()).codes:
            if len(button.copy or "") > COPY_TEXT and TEMPLATE not in (button.copy or ""):
                yield f"error: Telegram copies at most {COPY_TEXT} characters by the button «{button.title}»."

    def _media_problems(self, message: Message, media: Media) -> Iterator[str]:
        if not self._caption_fits(message):
            yield f"Telegram takes captions up to {self.limits.caption} characters: the text follows on its own."
        if media.kind != "document" or TEMPLATE in media.url:
            return
        if not urlsplit(media.url).path.lower().endswith(FETCHED_DOCUMENTS):
            yield "Telegram fetches only PDF, ZIP and GIF files by a link and may refuse this document."
        if media.filename and media.filename != urlsplit(media.url).path.rpartition("/")[2]:
            yield "Telegram names a document after its link and not as set here."

    def list_templates(self, account: Account, after: str = "") -> Request | None:
        return None

    def read_templates(self, body: Any) -> tuple[Sequence[Approved], str]:
        return (), ""

    def register_webhook(self, account: Account, url: str) -> Sequence[Request]:
        body: dict[str, Any] = {"url": url, "allowed_updates": list(UPDATES)}
        if secret := account.secrets.get("secret_token"):
            body["secret_token"] = secret
        return (self._call(account, "setWebhook", body),)

    def check_account(self, account: Account) -> Request:
        return self._call(account, "getMe", {})


def _keyboard(buttons: Sequence[Button], ref: str) -> list[list[dict[str, Any]]]:
    width = per_row(buttons)
    drawn = [_button(button, ref) for button in buttons]
    return [drawn[start : start + width] for start in range(0, len(drawn), width)]


def _is_album(files: Sequence[Media]) -> bool:
    """Whether the files go as one album: documents and sounds only among their own kind."""
    families = {FAMILIES.get(each.kind, each.kind) for each in files}
    return 2 <= len(files) <= ALBUM and len(families) == 1


def _media_group(files: Sequence[Media], caption: str, mode: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [{"type": MEDIA[each.kind][1], "media": each.url} for each in files]
    if caption:
        items[0] |= {"caption": caption} | ({"parse_mode": mode} if mode else {})
    return items


def _button(button: Button, ref: str) -> dict[str, Any]:
    if button.url:
        return {"text": button.title, "url": button.url}
    if button.copy:
        return {"text": button.title, "copy_text": {"text": button.copy}}
    return {"text": button.title, "callback_data": payload(ref, button.id)}


def _shown(message: Message) -> Message:
    """The message as Telegram counts it: marks of formatting are not part of the text."""
    mode = mapping(message.extra.get("telegram")).get("parse_mode")
    if mode != "HTML":
        return message
    text = html.unescape(re.sub(r"<[^>]*>", "", message.text))
    return replace(message, text=text)


channel = Telegram()
