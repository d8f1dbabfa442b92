"""Telegram's updates as its webhooks carry them: https://core.telegram.org/bots/api#update"""

from __future__ import annotations

from typing import Any

from sandbox.facts import Account, Button, Message
from sandbox.network import Event, Scene
from sandbox.people import Person


def bot(account: Account) -> dict[str, Any]:
    """The bot as a User."""
    head = account.token.split(":", 1)[0]
    number = int(head) if head.isdigit() else 1
    return {
        "id": number,
        "is_bot": True,
        "first_name": account.name,
        "username": account.settings.get("username") or f"{account.name}_bot",
    }


def user(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    known = {"id": int(person.address), "is_bot": False, "first_name": first or "Person"}
    return known | ({"last_name": last} if last else {}) | {"language_code": person.language}


def private(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    known = {"id": int(person.address), "first_name": first or "Person"}
    return known | ({"last_name": last} if last else {}) | {"type": "private"}


def inline(buttons: tuple[Button, ...]) -> dict[str, Any] | None:
    """The markup that Telegram gives back; reply keyboards are not part of a message."""
    cells: list[dict[str, Any]] = []
    for button in buttons:
        if button.form == "callback":
            cells.append({"text": button.title, "callback_data": button.payload})
        elif button.form == "url":
            cells.append({"text": button.title, "url": button.url})
        elif button.form == "copy":
            cells.append({"text": button.title, "copy_text": {"text": button.title}})
    return {"inline_keyboard": [[cell] for cell in cells]} if cells else None


def message(account: Account, person: Person, sent: Message) -> dict[str, Any]:
    """One of the bot's own messages, as answers and presses show it."""
    body: dict[str, Any] = {
        "message_id": int(sent.id),
        "from": bot(account),
        "chat": private(person),
        "date": int(sent.at),
    }
    if sent.media is None:
        body["text"] = sent.text
    else:
        body |= media(sent.media["kind"], sent.id) | ({"caption": sent.text} if sent.text else {})
    markup = inline(sent.buttons)
    return body | ({"reply_markup": markup} if markup else {})


def media(kind: str, mark: str) -> dict[str, Any]:
    """The media part of a message: photos come in sizes, the largest last."""
    file: dict[str, Any] = {
        "file_id": f"AgACAgIAAxkBAAI{mark}Example",
        "file_unique_id": f"AQAD{mark}",
        "file_size": 70_000,
    }
    if kind == "image":
        small = {**file, "file_id": f"{file['file_id']}s", "file_unique_id": f"AQADs{mark}", "file_size": 1_500}
        return {"photo": [{**small, "width": 90, "height": 67}, {**file, "width": 800, "height": 600}]}
    if kind == "video":
        return {"video": {**file, "width": 1280, "height": 720, "duration": 5, "mime_type": "video/mp4"}}
    if kind == "audio":
        return {"audio": {**file, "duration": 60, "mime_type": "audio/mpeg"}}
    if kind == "voice":
        return {"voice": {**file, "duration": 3, "mime_type": "audio/ogg"}}
    return {"document": {**file, "file_name": "document.pdf", "mime_type": "application/pdf"}}


def update(number: int, kind: str, body: dict[str, Any], awaits: str = "") -> Event:
    """An update; its kind is also the queue it goes through."""
    return Event(body={"update_id": number, kind: body}, queue=kind, awaits=awaits)


def written(scene: Scene, number: int, message_id: int, what: dict[str, Any]) -> Event:
    """A person's message; commands are marked as such."""
    body: dict[str, Any] = {
        "message_id": message_id,
        "from": user(scene.person),
        "chat": private(scene.person),
        "date": int(scene.at),
    }
    if "media" in what:
        caption = what.get("text")
        body |= media(what["media"]["kind"], str(message_id)) | ({"caption": caption} if caption else {})
    else:
        text = what["text"]
        body["text"] = text
        if text.startswith("/"):
            body["entities"] = [{"offset": 0, "length": len(text.split(maxsplit=1)[0]), "type": "bot_command"}]
    return update(number, "message", body)


def pressed(scene: Scene, number: int, query: str, under: Message, button: Button) -> Event:
    """A press of an inline button."""
    body = {
        "id": query,
        "from": user(scene.person),
        "message": message(scene.account, scene.person, under),
        "chat_instance": str(-int(scene.person.address) * 7919),
        "data": button.payload,
    }
    return update(number, "callback_query", body, awaits=query)


def membership(scene: Scene, number: int, *, blocked: bool) -> Event:
    """The person blocked the bot (`kicked`) or took it back (`member`)."""
    own = bot(scene.account)
    kicked, member = {"user": own, "status": "kicked", "until_date": 0}, {"user": own, "status": "member"}
    body = {
        "chat": private(scene.person),
        "from": user(scene.person),
        "date": int(scene.at),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    return update(number, "my_chat_member", body)
