"""The pretend Telegram: Bot API methods, updates and their retries. https://core.telegram.org/bots/api"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import telegram_updates as updates
from sandbox.exchange import Call, attempt, exchange
from sandbox.facts import Account, Button, Message, Refusal
from sandbox.network import Event, Retry, Said, Scene, spoken
from sandbox.telegram_checks import bad, plausible, refusal
from sandbox.telegram_methods import FORBIDDEN_IN_ANSWER, METHODS, Deed

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.state import World

#: Updates live a day, presses 150 s.
LIFE = {"callback_query": 150.0}
DAY = 86_400.0


class Telegram:
    """One server for all bots; the token in the path says which."""

    name = "telegram"
    fifo = True
    timeout = 30.0
    receipts = False

    def routes(self, world: World) -> list[BaseRoute]:
        async def door(request: Request) -> Response:
            return await call_method(world, request)

        return [Route("/bot{token}/{method}", door, methods=["GET", "POST"])]

    def plausible(self, address: str) -> bool:
        return plausible(address)

    def sign(self, account: Account, raw: bytes, *, forged: bool = False) -> dict[str, str]:
        secret = account.secrets.get("secret_token", "")
        if forged:
            return {"x-telegram-bot-api-secret-token": "forged"}
        return {"x-telegram-bot-api-secret-token": secret} if secret else {}

    def retry(self, failed: Retry) -> float | None:
        """1, 2, 4 … up to a random 60-120 s; the receiver's Retry-After counts up to an hour."""
        wait = min(2.0 ** (failed.attempt - 1), 60.0 + 60.0 * failed.luck)
        if failed.asked is not None:
            wait = min(max(failed.asked, 1.0), 3_600.0)
        return wait if failed.age + wait <= LIFE.get(failed.queue, DAY) else None

    def said(self, scene: Scene, what: dict[str, Any], pressed: tuple[Message, Button] | None) -> Said:
        account = scene.account
        account.sequence += 2
        own, number = account.sequence - 1, account.sequence
        text, media = str(what.get("text") or ""), what.get("media")
        if pressed is not None:
            under, button = pressed
            text = button.title
            if button.form == "callback":
                event = updates.pressed(scene, number, query_id(scene, number), under, button)
                return Said(message=spoken(scene, str(own), text, None), event=event)
            what = {"text": text}
        event = updates.written(scene, number, own, what)
        return Said(message=spoken(scene, str(own), text, media), event=event)

    def receipt(self, scene: Scene, state: str, message: dict[str, Any]) -> Event | None:
        return None

    def started(self, scene: Scene, ref: str, text: str) -> list[Event | Said]:
        return [self.said(scene, {"text": f"/start {ref}".strip()}, None)]

    def blocking(self, world: World, scene: Scene, *, blocked: bool) -> list[Event]:
        scene.account.sequence += 1
        return [updates.membership(scene, scene.account.sequence, blocked=blocked)]

    def stopped(self, scene: Scene) -> list[Event | Said]:
        return [self.said(scene, {"text": "/stop"}, None)]

    def answered(self, world: World, account: Account, item: Item, raw: bytes) -> None:
        """A webhook's answer may carry one method call."""
        try:
            args = json.loads(raw)
        except ValueError:
            return
        name = str(args.pop("method", "")) if isinstance(args, dict) else ""
        deed = METHODS.get(name.lower())
        if deed is None or name.lower() in FORBIDDEN_IN_ANSWER:
            return
        call = Call(channel="telegram", account=account.name, method=name, address=recipient(args), sends=deed.sends)
        attempt(world, call, lambda: {"ok": True, "result": deed.run(world, account, args, call)}, excuse)


async def call_method(world: World, request: Request) -> Response:
    """One HTTP request of a bot."""
    name, token = request.path_params["method"], request.path_params["token"]
    account = next((one for one in world.tokens.get(token, ()) if one.channel == "telegram"), None)
    call = Call(channel="telegram", account=account.name if account else "", method=name)
    act: Callable[[], dict[str, Any]]
    try:
        args = await arguments(request)
        deed = METHODS.get(name.lower())
    except ValueError:
        args, deed = {}, Deed(run=unreadable)
    if account is None:
        act = unauthorized
    elif deed is None:
        act = unknown
    else:
        call.address, call.sends = recipient(args), deed.sends
        known, does = account, deed

        def act() -> dict[str, Any]:
            return {"ok": True, "result": does.run(world, known, args, call)}

    return await exchange(world, call, act, excuse)


def unauthorized() -> dict[str, Any]:
    raise refusal(401, "Unauthorized")


def unknown() -> dict[str, Any]:
    raise refusal(404, "Not Found: method not found")


def unreadable(*_: Any) -> Any:
    raise bad("can't parse request: body is not valid JSON")


def recipient(args: dict[str, Any]) -> str:
    """Whom the request is about, as the log shows it."""
    return str(args.get("chat_id", "")).strip()


async def arguments(request: Request) -> dict[str, Any]:
    """Arguments of a call from the query, JSON, or a form; uploaded files become their names."""
    args: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        raw = await request.body()
        body = json.loads(raw) if raw.strip() else {}
        if not isinstance(body, dict):
            raise ValueError("object expected")
        args |= body
    elif "form" in kind:
        async with request.form() as form:
            for name, value in form.multi_items():
                args[name] = f"upload:{value.filename}" if isinstance(value, UploadFile) else value
    return args


def query_id(scene: Scene, number: int) -> str:
    """The id of a callback query."""
    return str((int(scene.person.address) << 32) + number)


def excuse(kind: str, seconds: float | None) -> Refusal | None:
    """Telegram's words for a fault."""
    if kind == "429":
        wait = max(1, round(seconds or 5))
        return refusal(429, f"Too Many Requests: retry after {wait}", wait)
    if kind == "401":
        return refusal(401, "Unauthorized")
    if kind == "403_blocked":
        return refusal(403, "Forbidden: bot was blocked by the user")
    return refusal(500, "Internal Server Error")


network = Telegram()
