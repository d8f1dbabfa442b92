"""The Bot API methods that the pretend Telegram knows, each with its checks and its result."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import telegram_updates as updates
from sandbox.arrival import arrive
from sandbox.exchange import Call
from sandbox.facts import Account, Draft, Message, Thread
from sandbox.rates import Limit
from sandbox.telegram_checks import (
    MAX_CALLBACK_ANSWER,
    bad,
    caption,
    chat,
    file,
    keyboard,
    message_text,
    refusal,
    structure,
    web_address,
)
from sandbox.telegram_text import units

if TYPE_CHECKING:
    from sandbox.state import World

#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PER_BOT = Limit(per_second=30.0, burst=30.0)
PER_CHAT = Limit(per_second=1.0, burst=5.0)
OLD = "query is too old and response timeout expired or query ID is invalid"
Run = Callable[["World", Account, dict[str, Any], Call], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One method; `sends` tells that it sends a message."""

    run: Run
    sends: bool = False


def ready(world: World, account: Account, args: dict[str, Any]) -> Thread:
    """The conversation that a message goes to, when the person still takes messages."""
    address = chat(args.get("chat_id"))
    person = world.person("telegram", address)
    if person.state == "gone":
        raise refusal(403, "Forbidden: user is deactivated")
    thread = world.thread(account, address)
    if not thread.subscribed:
        raise bad("chat not found")
    if thread.blocked:
        raise refusal(403, "Forbidden: bot was blocked by the user")
    return thread


def send(world: World, account: Account, args: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Count the message against the rates, put it on the phone, answer it as Telegram does."""
    thread = ready(world, account, args)
    wanted = {f"telegram {account.name}": PER_BOT, f"telegram {account.name} {thread.address}": PER_CHAT}
    full = world.admit(wanted)
    if full is not None:
        wait = max(1, math.ceil(full[1]))
        raise refusal(429, f"Too Many Requests: retry after {wait}", wait)
    sent = arrive(world, thread, draft, str(world.number(account)))
    return updates.message(account, world.person("telegram", thread.address), sent)


def send_message(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    chat(args.get("chat_id"))
    call.draft = Draft(text=str(args.get("text") or ""))
    call.draft = Draft(text=message_text(args), buttons=keyboard(args.get("reply_markup")))
    return send(world, account, args, call.draft)


def sender(field: str, kind: str) -> Run:
    """A method that sends one file with a caption."""

    def run(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
        chat(args.get("chat_id"))
        call.draft = Draft(text=str(args.get("caption") or ""))
        media = {"kind": kind, "url": file(args, field)}
        call.draft = Draft(text=caption(args), buttons=keyboard(args.get("reply_markup")), media=media)
        return send(world, account, args, call.draft)

    return run


def send_media_group(world: World, account: Account, args: dict[str, Any], call: Call) -> list[dict[str, Any]]:
    """An album: 2 to 10 items, no buttons."""
    kinds = {"photo": "image", "video": "video", "document": "document", "audio": "audio"}
    items = structure(args.get("media"), "media")
    if not isinstance(items, list) or not items:
        raise bad("there are no messages to send")
    if not 2 <= len(items) <= 10:
        raise bad("wrong number of messages in an album")
    drafts = []
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in kinds:
            raise bad('can\'t parse InputMedia: field "type" is invalid')
        media = {"kind": kinds[item["type"]], "url": file(item, "media")}
        drafts.append(Draft(text=caption(item), media=media))
    call.draft = drafts[0]
    return [send(world, account, args, draft) for draft in drafts]


def answer_callback_query(world: World, account: Account, args: dict[str, Any], call: Call) -> bool:
    """Stop the spinner on a pressed button, within 150 s."""
    query, text = str(args.get("callback_query_id") or ""), str(args.get("text") or "")
    call.draft = Draft(text=text)
    if units(text) > MAX_CALLBACK_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    item = world.presses.pop(query, None)
    if item is None:
        raise bad(OLD)
    world.agenda.over(item)
    return True


def edit_message_reply_markup(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Change or remove the buttons under a sent message."""
    thread = ready(world, account, args)
    message = find(world, thread, str(args.get("message_id") or ""))
    buttons = keyboard(args.get("reply_markup"))
    if buttons == message.buttons:
        why = "specified new message content and reply markup are exactly the same as a current content"
        raise bad(f"message is not modified: {why} and reply markup of the message")
    message.buttons = buttons
    world.store.set_buttons(thread.key, message.id, buttons)
    call.draft = Draft(buttons=buttons)
    edited = updates.message(account, world.person("telegram", thread.address), message)
    return {**edited, "edit_date": int(world.now())}


def find(world: World, thread: Thread, message_id: str) -> Message:
    world.flush()
    where, values = "id = ? AND channel = ? AND account = ? AND address = ?", (message_id, *thread.key)
    for message in world.store.messages(where, values, 1):
        if message.author == "bot":
            return message
        raise bad("message can't be edited")
    raise bad("message to edit not found")


def get_me(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return updates.bot(account) | can


def set_webhook(world: World, account: Account, args: dict[str, Any], call: Call) -> bool:
    """Where updates go; unlike Telegram, plain HTTP is taken for an address of this machine."""
    url, secret = str(args.get("url") or ""), str(args.get("secret_token") or "")
    if url and not web_address(url):
        raise bad("bad webhook: invalid webhook URL specified")
    if url.startswith("http://") and not re.match(r"http://(127\.|localhost|\[::1\]|testserver|product)", url):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    kinds = structure(args.get("allowed_updates"), "allowed_updates")
    account.webhook_url = url
    account.secrets["secret_token"] = secret
    if isinstance(kinds, list):
        account.events = [str(kind) for kind in kinds] or None
    world.touch_account(account)
    return True


def delete_webhook(world: World, account: Account, args: dict[str, Any], call: Call) -> bool:
    account.webhook_url = ""
    world.touch_account(account)
    return True


def get_webhook_info(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    pending = world.agenda.count("webhook", account.key)
    told: dict[str, Any] = {
        "url": account.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": pending,
        "max_connections": 40,
    }
    return told | ({"allowed_updates": account.events} if account.events else {})


METHODS = {
    "sendmessage": Deed(run=send_message, sends=True),
    "sendphoto": Deed(run=sender("photo", "image"), sends=True),
    "sendvideo": Deed(run=sender("video", "video"), sends=True),
    "senddocument": Deed(run=sender("document", "document"), sends=True),
    "sendaudio": Deed(run=sender("audio", "audio"), sends=True),
    "sendmediagroup": Deed(run=send_media_group, sends=True),
    "answercallbackquery": Deed(run=answer_callback_query),
    "editmessagereplymarkup": Deed(run=edit_message_reply_markup),
    "getme": Deed(run=get_me),
    "setwebhook": Deed(run=set_webhook),
    "deletewebhook": Deed(run=delete_webhook),
    "getwebhookinfo": Deed(run=get_webhook_info),
}
#: A webhook's answer may carry any method but these.
FORBIDDEN_IN_ANSWER = frozenset({"getme", "setwebhook", "deletewebhook", "getwebhookinfo"})
