"""A stage for tests: the world, a product that receives its webhooks, and short words for both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.clock import instant, iso
from sandbox.state import World
from sandbox.world import create_app

NOON = "2026-03-02T12:00:00+00:00"
TOKENS = {"telegram": "1001:secret", "whatsapp": "wa-token", "viber": "viber-token", "messenger": "page-token"}
SECRETS: dict[str, dict[str, str]] = {
    "telegram": {"secret_token": "knock"},
    "whatsapp": {"app_secret": "wa-app", "verify_token": "hello"},
    "viber": {},
    "messenger": {"app_secret": "fb-app", "verify_token": "hello"},
}
SETTINGS = {
    "telegram": {"username": "shop_bot"},
    "whatsapp": {"phone_number_id": "111222333", "waba_id": "999888777"},
    "viber": {"sender_name": "Shop"},
    "messenger": {"page_id": "444555666"},
}


@dataclass
class Got:
    """One webhook as it arrived."""

    account: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Product:
    """The receiver: keeps what came, and answers what the test wants."""

    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Response] = field(default=lambda got: Response(status_code=200))

    def app(self) -> Starlette:
        async def receive(request: Request) -> Response:
            if request.method == "GET":
                return PlainTextResponse(request.query_params["hub.challenge"])
            account = f"{request.path_params['channel']}/{request.path_params['account']}"
            got = Got(account, dict(request.headers), await request.body())
            self.got.append(got)
            return self.answer(got)

        return Starlette(routes=[Route("/webhooks/{channel}/{account}", receive, methods=["GET", "POST"])])

    def bodies(self) -> list[Any]:
        return [got.body for got in self.got]

    def take(self) -> list[Any]:
        """What came since the last take."""
        bodies = self.bodies()
        self.got.clear()
        return bodies


@dataclass
class Stage:
    """The world with its clock stopped at noon, four accounts, and the product."""

    world: World
    http: httpx.AsyncClient
    product: Product

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.http.put(f"/world/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.http.get(f"/world/{path}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def person(self, channel: str, address: str, **behaviour: Any) -> None:
        extra: dict[str, Any] = {key: behaviour.pop(key) for key in ("name", "language", "state") if key in behaviour}
        one: dict[str, Any] = {"channel": channel, "address": address, "behaviour": behaviour, **extra}
        await self.put("people", {"people": [one]})

    async def fault(self, **fault: Any) -> None:
        await self.put("faults", {"faults": [fault] if fault else []})

    async def act(self, channel: str, address: str, deed: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/world/phones/{channel}/{address}/{deed}", json=body)

    async def phone(self, channel: str, address: str) -> dict[str, Any]:
        return await self.get(f"phones/{channel}/{address}")

    async def log(self) -> list[dict[str, Any]]:
        return list((await self.get("log"))["items"])

    async def settle(self) -> dict[str, Any]:
        return dict((await self.http.post("/world/settle")).json())

    async def advance(self, seconds: float) -> None:
        """Move on as the product does: from due instant to due instant."""
        target = self.world.now() + seconds
        while True:
            due = (await self.get("next"))["at"]
            if due is None or instant(due) > target:
                break
            await self.put("clock", {"now": max(due, iso(self.world.now()))})
            await self.settle()
        await self.put("clock", {"now": iso(target)})

    async def telegram(self, method: str, **args: Any) -> httpx.Response:
        return await self.http.post(f"/bot{TOKENS['telegram']}/{method}", json=args)

    async def viber(self, method: str, **args: Any) -> dict[str, Any]:
        headers = {"X-Viber-Auth-Token": TOKENS["viber"]}
        return dict((await self.http.post(f"/pa/{method}", json=args, headers=headers)).json())

    async def whatsapp(self, **args: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKENS['whatsapp']}"}
        body = {"messaging_product": "whatsapp", **args}
        return await self.http.post("/v25.0/111222333/messages", json=body, headers=headers)

    async def messenger(self, address: str, **args: Any) -> httpx.Response:
        query, body = {"access_token": TOKENS["messenger"]}, {"recipient": {"id": address}, **args}
        return await self.http.post("/v25.0/444555666/messages", params=query, json=body)


@asynccontextmanager
async def playing(data: str | Path = ":memory:", *, accounts: bool = True) -> AsyncIterator[Stage]:
    """A stage, closed at the end."""
    product = Product()
    carrier = httpx.AsyncClient(transport=httpx.ASGITransport(product.app()))
    app = create_app(data, key="open sesame", client=carrier)
    transport, headers = httpx.ASGITransport(app), {"X-World-Key": "open sesame"}
    async with carrier, httpx.AsyncClient(transport=transport, base_url="http://world", headers=headers) as http:
        stage = Stage(app.state.world, http, product)
        if accounts:
            await stage.put("clock", {"now": NOON, "running": False})
            await stage.put("accounts", {"accounts": [account(channel) for channel in TOKENS]})
        yield stage
        await stage.world.close()


def account(channel: str, name: str = "main") -> dict[str, Any]:
    url = f"http://product/webhooks/{channel}/{name}"
    own = {"token": TOKENS[channel], "secrets": SECRETS[channel], "settings": SETTINGS[channel]}
    return {"channel": channel, "account": name, "webhook_url": url, **own}
