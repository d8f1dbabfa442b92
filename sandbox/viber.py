"""The pretend Viber: callbacks, their signature and retries. https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.facts import Account, Button, Message
from sandbox.network import Event, Retry, Said, Scene, spoken
from sandbox.viber_checks import plausible
from sandbox.viber_methods import call_method, welcome
from sandbox.viber_updates import base, subscribed, token_of, user

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.state import World

HOUR = 3_600.0


class Viber:
    """One server for all bots; the header says which."""

    name = "viber"
    fifo = False
    timeout = 5.0
    receipts = True

    def routes(self, world: World) -> list[BaseRoute]:
        async def door(request: Request) -> Response:
            return await call_method(world, request)

        return [Route("/pa/{method}", door, methods=["POST"])]

    def plausible(self, address: str) -> bool:
        return plausible(address)

    def sign(self, account: Account, raw: bytes, *, forged: bool = False) -> dict[str, str]:
        key = "forged" if forged else account.token
        return {"x-viber-content-signature": hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()}

    def retry(self, failed: Retry) -> float | None:
        """Several times within an hour."""
        wait = min(30.0 * 2.0 ** (failed.attempt - 1), 900.0)
        return wait if failed.age + wait <= HOUR else None

    def said(self, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Said:
        scene.account.sequence += 1
        token = token_of(scene.account, scene.account.sequence)
        text, media, silent = str(what.get("text") or ""), what.get("media"), False
        message: dict[str, Any] = {"type": "text", "text": text}
        tracking = scene.thread.tracking
        if pressed is not None:
            under, button = pressed
            text, silent, tracking = button.title, button.silent, under.tracking
            message = {"type": "text", "text": button.payload}
        elif media is not None:
            kind = {"image": "picture", "document": "file"}.get(media["kind"], media["kind"])
            message = {"type": kind, "text": text, "media": media["url"]}
        if tracking:
            message["tracking_data"] = tracking
        body = {**base("message", scene, token), "sender": user(scene), "message": message, "silent": silent}
        own = spoken(scene, str(token), text, media)
        return Said(message=own, event=Event(body=body, queue="message"))

    def receipt(self, scene: Scene, state: str, message: dict[str, Any]) -> Event | None:
        name = {"delivered": "delivered", "read": "seen", "failed": "failed"}.get(state)
        if name is None:
            return None
        body = {**base(name, scene, int(message["id"])), "user_id": scene.thread.address}
        if name == "failed":
            body["desc"] = str(message.get("desc") or "failure desc")
        return Event(body=body, queue=name)

    def started(self, scene: Scene, ref: str, text: str) -> list[Event | Said]:
        """Opening the chat is not a subscription yet: that follows when the person agrees."""
        scene.account.sequence += 2
        opened = {
            **base("conversation_started", scene, token_of(scene.account, scene.account.sequence - 1)),
            "type": "open",
            "context": ref,
            "user": user(scene),
            "subscribed": False,
        }
        events: list[Event | Said] = [Event(body=opened, queue="conversation_started"), subscribed(scene)]
        return [*events, self.said(scene, {"text": text}, None)] if text else events

    def blocking(self, world: World, scene: Scene, *, blocked: bool) -> list[Event]:
        scene.account.sequence += 1
        if not blocked:
            return [subscribed(scene)]
        token = token_of(scene.account, scene.account.sequence)
        body = {**base("unsubscribed", scene, token), "user_id": scene.thread.address}
        return [Event(body=body, queue="unsubscribed")]

    def stopped(self, scene: Scene) -> list[Event | Said]:
        return [self.said(scene, {"text": "stop"}, None)]

    def answered(self, world: World, account: Account, item: Item, raw: bytes) -> None:
        """The answer to `conversation_started` may carry one welcome message without a receiver."""
        if item.queue == "conversation_started" and raw.strip():
            try:
                body = json.loads(raw)
            except ValueError:
                return
            if isinstance(body, dict) and "type" in body:
                welcome(world, account, item.address, body)


network = Viber()
