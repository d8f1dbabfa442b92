"""The pretend WhatsApp: sending, statuses and webhooks of the Cloud API."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from sandbox import graph
from sandbox.arrival import arrive
from sandbox.exchange import Call
from sandbox.facts import DAY, Account, Button, Draft, Message, Refusal, Thread
from sandbox.network import Event, Retry, Said, Scene, spoken
from sandbox.quality import blocks, reached
from sandbox.rates import Limit
from sandbox.whatsapp_checks import draft, head, plausible, receiver
from sandbox.whatsapp_templates import filled, named

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.state import World

#: https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput
PER_NUMBER = Limit(per_second=80.0, burst=80.0)
#: One message in six seconds to the same person, after a burst.
PER_PAIR = Limit(per_second=1.0 / 6.0, burst=45.0)
FAILURES = {
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131050: "User has stopped marketing messages",
}
MIMES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/ogg; codecs=opus", "document": "application/pdf"}


class WhatsApp(graph.Product):
    """One server for all numbers."""

    name = "whatsapp"

    def plausible(self, address: str) -> bool:
        return plausible(address)

    def retry(self, failed: Retry) -> float | None:
        """With decreasing frequency, for seven days."""
        wait = min(5.0 * 2.0 ** (failed.attempt - 1), 3_600.0 * 4)
        return wait if failed.age + wait <= 7 * DAY else None

    def said(self, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Said:
        scene.account.sequence += 1
        own = message_id(scene.account, scene.thread.address, scene.account.sequence)
        text, media = str(what.get("text") or ""), what.get("media")
        told: dict[str, Any] = {**sender(scene), "id": own, "timestamp": str(int(scene.at))}
        if pressed is not None:
            under, button = pressed
            text = button.title
            told |= {"context": {"from": display(scene.account), "id": under.id}, **press(button)}
        elif media is not None:
            kind = media["kind"] if media["kind"] in MIMES else "image"
            digest = hashlib.sha256(media["url"].encode()).digest()
            file = {"id": str(scene.account.sequence), "mime_type": MIMES[kind]}
            file["sha256"] = base64.b64encode(digest).decode()
            told |= {"type": kind, kind: file | ({"caption": text} if text else {})}
        else:
            told |= {"type": "text", "text": {"body": text}}
        message = spoken(scene, own, text, media)
        return Said(message=message, event=event(scene, "messages", {"messages": [told]}))

    def receipt(self, scene: Scene, state: str, message: dict[str, Any]) -> Event | None:
        status: dict[str, Any] = {
            "id": message["id"],
            "status": state,
            "timestamp": str(int(scene.at)),
            "recipient_id": scene.thread.address,
        }
        if message.get("ref"):
            status["biz_opaque_callback_data"] = message["ref"]
        if state == "failed":
            status["errors"] = [failure(int(message["code"]))]
        else:
            origin = "marketing" if message.get("marketing") else "service"
            digest = hashlib.blake2b(f"{scene.thread.key}".encode(), digest_size=15).hexdigest()
            status["conversation"] = {"id": digest, "origin": {"type": origin}}
            status["pricing"] = {"billable": origin != "service", "pricing_model": "PMP", "category": origin}
        return event(scene, "messages", {"statuses": [status]})

    def started(self, scene: Scene, ref: str, text: str) -> list[Event | Said]:
        """A link brings its text into the input field, and the person sends it."""
        russian = scene.person.language.startswith("ru")
        hello = f"Здравствуйте! #{ref}" if russian else f"Hello! #{ref}"
        plain = "Здравствуйте!" if russian else "Hello!"
        return [self.said(scene, {"text": text or (hello if ref else plain)}, None)]

    def blocking(self, world: World, scene: Scene, *, blocked: bool) -> list[Event]:
        """The block itself is never told, only what it does to the number's quality."""
        return blocks(world, scene.account, scene.thread) if blocked else []

    def stopped(self, scene: Scene) -> list[Event | Said]:
        told = {
            "wa_id": scene.thread.address,
            "detail": "User requested to stop marketing messages",
            "category": "marketing_messages",
            "value": "stop",
            "timestamp": int(scene.at),
        }
        return [event(scene, "user_preferences", {"user_preferences": [told]})]

    def answered(self, world: World, account: Account, item: Item, raw: bytes) -> None:
        return None


def message_id(account: Account, address: str, number: int) -> str:
    """A wamid."""
    mark = base64.b64encode(f"{address}:{account.name}:{number:08d}".encode()).decode()
    return f"wamid.{mark}"


def display(account: Account) -> str:
    return account.settings.get("display_phone_number") or account.settings.get("phone_number_id", "15550000000")


def user_id(address: str) -> str:
    """The business-scoped id of a person with a phone number."""
    if "." in address:
        return address
    return f"US.{int.from_bytes(hashlib.blake2b(address.encode(), digest_size=8).digest(), 'big')}"


def sender(scene: Scene) -> dict[str, str]:
    """Who wrote: the number, unless the person hides it behind a user name."""
    address = scene.thread.address
    own = {"from_user_id": user_id(address)}
    return own if "." in address else {"from": address, **own}


def event(scene: Scene, field: str, told: dict[str, Any]) -> Event:
    """The envelope of every webhook."""
    address = scene.thread.address
    contact = {"profile": {"name": scene.person.name}, "user_id": user_id(address)}
    if "." not in address:
        contact["wa_id"] = address
    metadata = {
        "display_phone_number": display(scene.account),
        "phone_number_id": scene.account.settings.get("phone_number_id", ""),
    }
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], **told}
    entry = {"id": scene.account.settings.get("waba_id") or "0", "changes": [{"value": value, "field": field}]}
    return Event(body={"object": "whatsapp_business_account", "entry": [entry]})


def press(button: Button) -> dict[str, Any]:
    """A pressed button; those of templates come in another shape."""
    if button.form == "template":
        return {"type": "button", "button": {"payload": button.payload, "text": button.title}}
    kind = "list_reply" if button.form == "row" else "button_reply"
    answer = {"id": button.payload, "title": button.title}
    if button.description:
        answer["description"] = button.description
    return {"type": "interactive", "interactive": {"type": kind, kind: answer}}


def failure(code: int) -> dict[str, Any]:
    title = FAILURES[code]
    page = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
    return {"code": code, "title": title, "message": title, "error_data": {"details": title}, "href": page}


def send(world: World, account: Account, args: dict[str, Any], call: Call) -> dict[str, Any]:
    """Take a message, or mark one of the person's as read."""
    if args.get("status") == "read":
        call.method, call.sends = "read", False
        if not str(args.get("message_id") or "").startswith("wamid."):
            raise graph.error(100, "Invalid parameter", details="message_id is not a message of this number")
        return {"success": True}
    text = args.get("text")
    said = text.get("body") if isinstance(text, dict) else ""
    call.draft = Draft(text=str(said or ""), ref=str(args.get("biz_opaque_callback_data") or ""))
    kind = head(args)
    address = receiver(args)
    call.draft = filled(world, account, args) if kind == "template" else draft(args, kind)
    thread = world.thread(account, address)
    limit_rate(world, account, address)
    own = message_id(account, address, world.number(account))
    code = undeliverable(world, thread, call, kind)
    if code is None:
        arrive(world, thread, call.draft, own)
        reached(world, account, thread, "\n".join(named(account, args)) if kind == "template" else "")
    else:
        call.reason = f"{code} {FAILURES[code]}"
        told = {"id": own, "ref": call.draft.ref, "code": code}
        world.later("failed", world.now() + 0.5, thread.key, told)
    contact = {"input": str(args.get("to") or address), "user_id": user_id(address)}
    if "." not in address:
        contact["wa_id"] = address
    messages = [{"id": own, "message_status": "accepted"}] if kind == "template" else [{"id": own}]
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": messages}


def limit_rate(world: World, account: Account, address: str) -> None:
    """80 a second for the number, one in six seconds for the pair."""
    pair = f"whatsapp {account.name} {address}"
    full = world.admit({f"whatsapp {account.name}": PER_NUMBER, pair: PER_PAIR})
    if full is not None and full[0] == pair:
        details = "Too many messages sent from this phone number to the same phone number in a short period of time"
        raise graph.error(
            131056, "(Business Account, Consumer Account) pair rate limit hit", details=details, status=429
        )
    if full is not None:
        raise graph.error(130429, "Rate limit hit", details="Cloud API message throughput has been reached", status=429)


def undeliverable(world: World, thread: Thread, call: Call, kind: str) -> int | None:
    """Why an accepted message will be reported as failed, if it will."""
    blocked = call.fault is not None and call.fault.kind == "403_blocked"
    if blocked or thread.blocked or world.person("whatsapp", thread.address).state == "gone":
        return 131026
    if kind == "template":
        return 131050 if call.draft.marketing and thread.no_marketing else None
    until = thread.window_until
    return 131047 if until is None or world.now() >= until else None


def excuse(kind: str, seconds: float | None) -> Refusal | None:
    """WhatsApp's words for a fault; a block is never told in the answer."""
    if kind == "429":
        details = "Cloud API message throughput has been reached"
        return graph.error(130429, "Rate limit hit", details=details, status=429, seconds=seconds)
    if kind == "500":
        return graph.error(131000, "Something went wrong", status=500, details="Message failed to send")
    return graph.excuse(kind, seconds)


network = WhatsApp()
