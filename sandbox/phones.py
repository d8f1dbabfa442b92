"""Phones in people's hands: what they show, and what their owners do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.agenda import Item
from sandbox.clock import iso
from sandbox.facts import Account, Button, Message, Thread
from sandbox.network import Event, Said, Scene
from sandbox.quality import unpause

if TYPE_CHECKING:
    from sandbox.state import World


class Impossible(Exception):
    """The person cannot do that: there is no such button, account, or they have blocked it."""


def account_of(world: World, channel: str, address: str, name: str | None) -> Account:
    """The account a person means: the named one, else the one talked with last, else the channel's first."""
    own = [account for account in world.accounts.values() if account.channel == channel]
    if name is not None:
        own = [account for account in own if account.name == name]
    if not own:
        raise Impossible(f"no account {name or ''} on {channel}".replace("  ", " "))
    if len(own) > 1:
        world.flush()
        latest = world.store.messages("channel = ? AND address = ?", (channel, address), 1)
        if latest and (channel, latest[0].account) in world.accounts:
            return world.accounts[(channel, latest[0].account)]
    return own[0]


def find_button(world: World, channel: str, address: str, name: str | None, wanted: str) -> tuple[Message, Button]:
    """The newest message with that button."""
    world.flush()
    where, values = "channel = ? AND address = ? AND author = 'bot' AND buttons <> ''", (channel, address)
    for message in world.store.messages(where, values):
        if name in {None, message.account}:
            for button in message.buttons:
                if button.matches(wanted):
                    return message, button
    raise Impossible(f"no message on this phone has a button {wanted!r}")


def speak(world: World, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Item:
    """The person writes, sends or presses; answers the webhook, not yet on its way."""
    if scene.thread.blocked:
        raise Impossible("the person has blocked this account")
    said = world.networks[scene.account.channel].said(scene, what, pressed)
    return heard(world, scene, said)


def heard(world: World, scene: Scene, said: Said | Event) -> Item:
    """Record what the person did; answers the webhook, not yet on its way."""
    thread, event = scene.thread, said.event if isinstance(said, Said) else said
    if isinstance(said, Said):
        world.store.add_message(said.message)
        thread.wrote_at = max(thread.wrote_at or 0.0, scene.at)
        thread.subscribed = True
        thread.unanswered.clear()
        world.touch(thread)
    world.touch_account(scene.account)
    item = world.agenda.item("webhook", scene.at, thread.key, event.body, event.queue)
    if event.awaits:
        late = world.later("unanswered", scene.at + 150.0, thread.key, {"query": event.awaits})
        world.presses[event.awaits] = late.id
    world.wake()
    return item


def block(world: World, scene: Scene, *, blocked: bool) -> list[Item]:
    """Block the account or take it back; answers the webhooks, if the messenger tells of it."""
    changed = scene.thread.blocked is not blocked
    scene.thread.blocked = blocked
    world.touch(scene.thread)
    events = world.networks[scene.account.channel].blocking(world, scene, blocked=blocked) if changed else []
    return [heard(world, scene, event) for event in events]


def start(world: World, scene: Scene, ref: str, text: str) -> list[Item]:
    """Open the conversation, unblocking it when it was blocked; it counts as a word of the person."""
    items = block(world, scene, blocked=False)
    events = world.networks[scene.account.channel].started(scene, ref, text)
    scene.thread.subscribed = True
    scene.thread.wrote_at = max(scene.thread.wrote_at or 0.0, scene.at)
    world.touch(scene.thread)
    return items + [heard(world, scene, event) for event in events]


def stop(world: World, scene: Scene) -> list[Item]:
    """Stop marketing by the messenger's own means, or by a word."""
    if scene.thread.blocked:
        raise Impossible("the person has blocked this account")
    events = world.networks[scene.account.channel].stopped(scene)
    scene.thread.no_marketing = True
    world.touch(scene.thread)
    return [heard(world, scene, event) for event in events]


def perform(world: World, item: Item) -> None:
    """An act of the agenda whose time has come."""
    account = world.accounts.get((item.channel, item.account))
    if account is None:
        return
    if item.kind in OFFICE:
        OFFICE[item.kind](world, account, item)
        return
    scene = world.scene(account, item.address, item.due)
    if scene.thread.blocked and item.kind != "failed":
        return
    if item.kind in {"sent", "delivered", "read", "failed"}:
        report(world, scene, item)
    elif item.kind == "block":
        send_off(world, block(world, scene, blocked=True))
    elif item.kind == "reply":
        answer(world, scene, item.body)


def report(world: World, scene: Scene, item: Item) -> None:
    """The messenger tells what became of a message."""
    if item.kind != "sent":
        world.store.set_status(scene.thread.key, item.body["id"], item.kind)
    if item.kind == "delivered":
        scene.thread.watermark = max(scene.thread.watermark, scene.at)
        world.touch(scene.thread)
    if item.kind == "read":
        # A reading that overtakes the delivery still covers its own message.
        scene.thread.watermark = max(scene.thread.watermark, float(item.body["at"]))
    event = world.networks[item.channel].receipt(scene, item.kind, item.body)
    if event is not None:
        world.tell(event, scene.thread.key, scene.at)


def answer(world: World, scene: Scene, body: dict[str, Any]) -> None:
    """A virtual person answers a message."""
    pressed = None
    if "button" in body:
        world.flush()
        where, values = "id = ? AND channel = ? AND account = ? AND address = ?", (body["id"], *scene.thread.key)
        for message in world.store.messages(where, values, 1):
            pressed = next(((message, one) for one in message.buttons if one.matches(body["button"])), None)
        if pressed is None:
            return
    what: dict[str, Any] = {key: body[key] for key in ("text", "media") if key in body} if pressed is None else {}
    send_off(world, [speak(world, scene, what, pressed)])


def send_off(world: World, items: list[Item]) -> None:
    """Let webhooks leave at their due time."""
    for item in items:
        world.agenda.put(item)
    world.wake()


def unanswered(world: World, account: Account, item: Item) -> None:
    """Nobody answered a press in time: Telegram has forgotten it."""
    if world.presses.pop(item.body["query"], None) is not None:
        entry = {"method": "unanswered_callback", "address": item.address, "accepted": False, "status": 0}
        world.log_of(item.channel, account.name, {**entry, "reason": "nobody answered the press within 150 s"})


def approve(world: World, account: Account, item: Item) -> None:
    """A template passes review."""
    business, name, language = item.body["key"]
    template = world.templates.get((business, name, language))
    if template is not None and template.get("status") == "PENDING":
        template["status"] = "APPROVED"
        world.keep_template((business, name, language), template)
        world.tell(Event(body=item.body["webhook"]), (item.channel, account.name, ""), item.due)


OFFICE = {"unanswered": unanswered, "approve": approve, "unpause": unpause}


def shown(world: World, channel: str, address: str, name: str | None, limit: int) -> dict[str, Any]:
    """What a phone shows, oldest message first; a conversation's state is that of the account in question."""
    world.flush()
    messages = world.store.messages("channel = ? AND address = ? AND status <> 'failed'", (channel, address), limit)
    try:
        account = account_of(world, channel, address, name)
        thread = world.threads.get((channel, account.name, address))
    except Impossible:
        thread = None
    person = world.person(channel, address)
    thread = thread or Thread(channel=channel, account="", address=address, blocked=person.state == "blocked")
    until = thread.window_until
    return {
        "name": person.name,
        "messages": [picture(message) for message in reversed(messages) if name in {None, message.account}],
        "state": "blocked" if thread.blocked else "active",
        "window_until": None if until is None else iso(until),
    }


def picture(message: Message) -> dict[str, Any]:
    """One message as the phone shows it."""
    buttons = [{"id": one.id, "title": one.title} | ({"url": one.url} if one.url else {}) for one in message.buttons]
    seen: dict[str, Any] = {
        "from": message.author,
        "text": message.text,
        "buttons": buttons,
        "at": iso(message.at),
        "id": message.id,
        "account": message.account,
    }
    if message.media:
        seen["media"] = message.media
    if message.status:
        seen["status"] = message.status
    return seen
