"""The pretend Messenger: sending, echoes, watermarks and webhooks of a page."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Any

from sandbox import graph
from sandbox.arrival import arrive
from sandbox.exchange import Call
from sandbox.facts import DAY, Account, Button, Draft, Message, Refusal, Thread
from sandbox.messenger_checks import draft, invalid, limited, plausible
from sandbox.messenger_templates import filled
from sandbox.network import Event, Retry, Said, Scene, spoken
from sandbox.rates import Limit

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.state import World

#: https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting
PER_PAGE = Limit(per_second=300.0, burst=300.0)
ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen"})
TOP = frozenset({"recipient", "messaging_type", "message", "sender_action", "tag", "notification_type", "persona_id"})
KINDS = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"})
APP = 1_517_776_481_860_111


class Messenger(graph.Product):
    """One server for all pages."""

    name = "messenger"

    def plausible(self, address: str) -> bool:
        return plausible(address)

    def retry(self, failed: Retry) -> float | None:
        """At once, then rarer, for a day and a half."""
        wait = min(2.0 * 4.0 ** (failed.attempt - 1), 3_600.0)
        return wait if failed.age + wait <= 1.5 * DAY else None

    def said(self, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Said:
        scene.account.sequence += 1
        own = message_id(scene.account, scene.thread.address, scene.account.sequence)
        text, media = str(what.get("text") or ""), what.get("media")
        told: dict[str, Any] = {"message": {"mid": own, "text": text}}
        if pressed is not None:
            _, button = pressed
            text = button.title
            if button.form == "postback":
                told = {"postback": {"mid": own, "title": button.title, "payload": button.payload}}
            else:
                told = {"message": {"mid": own, "text": button.title, "quick_reply": {"payload": button.payload}}}
        elif media is not None:
            kind = {"document": "file"}.get(media["kind"], media["kind"])
            told = {"message": {"mid": own, "attachments": [{"type": kind, "payload": {"url": media["url"]}}]}}
            if text:
                told["message"]["text"] = text
        message = spoken(scene, own, text, media)
        return Said(message=message, event=event(scene, {"timestamp": ms(scene.at), **told}))

    def receipt(self, scene: Scene, state: str, message: dict[str, Any]) -> Event | None:
        if state == "sent":
            echo = {"is_echo": True, "app_id": APP, "mid": message["id"], "text": message.get("text") or ""}
            if message.get("ref"):
                echo["metadata"] = message["ref"]
            return event(scene, {"timestamp": ms(float(message["at"])), "message": echo}, own=True)
        if state == "delivered":
            delivery: dict[str, Any] = {"watermark": ms(scene.thread.watermark)}
            # The list of messages is not always there: only the watermark is promised.
            if zlib.crc32(message["id"].encode()) % 4:
                delivery["mids"] = [message["id"]]
            return event(scene, {"timestamp": ms(scene.at), "delivery": delivery})
        if state == "read":
            return event(scene, {"timestamp": ms(scene.at), "read": {"watermark": ms(scene.thread.watermark)}})
        return None

    def started(self, scene: Scene, ref: str, text: str) -> list[Event | Said]:
        """A new thread begins with Get Started where the page has that button, else the link is told as it is."""
        referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        button = scene.account.profile.get("get_started")
        if scene.thread.wrote_at is None and isinstance(button, dict):
            scene.account.sequence += 1
            own = message_id(scene.account, scene.thread.address, scene.account.sequence)
            begin: dict[str, Any] = {"mid": own, "title": "Get Started", "payload": str(button.get("payload") or "")}
            if ref:
                begin["referral"] = referral
            return [event(scene, {"timestamp": ms(scene.at), "postback": begin})]
        if ref:
            return [event(scene, {"timestamp": ms(scene.at), "referral": referral})]
        return [self.said(scene, {"text": text or "Hello!"}, None)]

    def blocking(self, world: World, scene: Scene, *, blocked: bool) -> list[Event]:
        return []

    def stopped(self, scene: Scene) -> list[Event | Said]:
        return [self.said(scene, {"text": "stop"}, None)]

    def answered(self, world: World, account: Account, item: Item, raw: bytes) -> None:
        return None


def ms(at: float) -> int:
    return round(at * 1000)


def message_id(account: Account, address: str, number: int) -> str:
    digest = hashlib.blake2b(f"{account.name}:{address}:{number}".encode(), digest_size=24).hexdigest()
    return f"m_{digest}"


def event(scene: Scene, told: dict[str, Any], *, own: bool = False) -> Event:
    """The envelope of every webhook; the page's own messages come from the page."""
    page, person = {"id": scene.account.settings.get("page_id", "0")}, {"id": scene.thread.address}
    talk = {"sender": page if own else person, "recipient": person if own else page, **told}
    return Event(body={"object": "page", "entry": [{"id": page["id"], "time": ms(scene.at), "messaging": [talk]}]})


def send(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Take a message or an action."""
    for key in args:
        if key not in TOP:
            raise invalid(f"Invalid parameter: {key}")
    recipient = args.get("recipient")
    address = str(recipient.get("id") or "") if isinstance(recipient, dict) else ""
    if not address:
        raise invalid("The parameter recipient is required.")
    if args.get("sender_action") is not None:
        return action(world, account, address, args, call)
    message = args.get("message")
    if isinstance(message, dict):
        call.draft = Draft(text=str(message.get("text") or ""), ref=str(message.get("metadata") or ""))
    utility = isinstance(message, dict) and "template" in message
    call.draft = filled(world, account, args) if utility else draft(message)
    thread = present(world, account, address)
    if not utility:
        allowed(world, thread, args)
    if world.admit({f"messenger {account.name}": PER_PAGE}) is not None:
        raise graph.error(613, "Calls to this api have exceeded the rate limit.")
    own = message_id(account, address, world.number(account))
    arrive(world, thread, call.draft, own)
    return {"recipient_id": address, "message_id": own}


def action(world: World, account: Account, address: str, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Typing and seen: no message."""
    call.method = "sender_action"
    if args["sender_action"] not in ACTIONS or args.get("message") is not None:
        raise invalid("Param sender_action must be one of {TYPING_ON, TYPING_OFF, MARK_SEEN}, without a message.")
    present(world, account, address)
    return {"recipient_id": address}


def present(world: World, account: Account, address: str) -> Thread:
    """The conversation with somebody whom the page may know."""
    state = world.person("messenger", address).state
    if not plausible(address) or state in {"gone", "stranger"}:
        raise graph.error(100, "No matching user found", subcode=2018001)
    thread = world.thread(account, address)
    if thread.blocked:
        raise unavailable()
    return thread


def unavailable() -> Refusal:
    return graph.error(551, "This person isn't available right now.", subcode=1545041)


def allowed(world: World, thread: Thread, args: dict[str, Any]) -> None:
    """A day after the person's last word; seven for a human agent."""
    kind = args.get("messaging_type", "RESPONSE")
    if kind not in KINDS:
        raise invalid("Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}.")
    days = 1.0
    if kind == "MESSAGE_TAG":
        if limited(args.get("tag"), "tag", 50) != "HUMAN_AGENT":
            raise invalid("Param tag must be one of {HUMAN_AGENT}.")
        days = 7.0
    if thread.wrote_at is None or world.now() >= thread.wrote_at + days * DAY:
        raise graph.error(10, "This message is sent outside of allowed window.", subcode=2018278)


def excuse(kind: str, seconds: float | None) -> Refusal | None:
    """Messenger's words for a fault."""
    if kind == "429":
        return graph.error(613, "Calls to this api have exceeded the rate limit.", seconds=seconds)
    if kind == "403_blocked":
        return unavailable()
    if kind == "500":
        return graph.error(1200, "Temporary send message failure. Please try again later.", status=500)
    return graph.excuse(kind, seconds)


network = Messenger()
