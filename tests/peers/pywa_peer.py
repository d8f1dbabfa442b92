"""A foreign client of WhatsApp, pywa: run by an interpreter of its own, it speaks to the pretend world and reads it.

`send URL` sends messages of several kinds and prints their ids or errors; `read` takes webhooks (JSON lines of raw
body and signature) and prints what pywa understood.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx
from pywa_async import WhatsApp, errors, types

TO = "79991112233"


class Elsewhere(httpx.AsyncHTTPTransport):
    """Sends what is meant for Meta to another address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        request.headers["host"] = f"{self.url.host}:{self.url.port}"
        return await super().handle_async_request(request)


async def send(url: str) -> dict[str, Any]:
    session = httpx.AsyncClient(transport=Elsewhere(url))
    client = WhatsApp(phone_id="111222333", token="wa-token", session=session)
    rows = [types.SectionRow(title=f"Row {n}", callback_data=f"row-{n}") for n in range(4)]
    calls = {
        "text": lambda: client.send_message(TO, "Hello", tracker="ours-1"),
        "image": lambda: client.send_image(TO, "https://shop.example/a.jpg", caption="Look"),
        "buttons": lambda: client.send_message(
            TO, "Tea?", buttons=[types.Button("Yes", callback_data="yes"), types.Button("No", callback_data="no")]
        ),
        "list": lambda: client.send_message(
            TO, "Choose", buttons=types.SectionList("Open", sections=[types.Section("Rows", rows=rows)])
        ),
        "link": lambda: client.send_message(TO, "Site", buttons=types.URLButton("Open", url="https://shop.example")),
        "too long": lambda: client.send_message(TO, "x" * 4097),
        "too many": lambda: client.send_message(
            TO, "?", buttons=[types.Button(f"B{n}", callback_data=str(n)) for n in range(4)]
        ),
    }
    told: dict[str, Any] = {}
    for name, call in calls.items():
        try:
            told[name] = str((await call()).id)
        except errors.WhatsAppError as error:
            told[name] = {"error": error.code, "class": type(error).__name__}
        await asyncio.sleep(0.01)
    await session.aclose()
    return told


async def read(lines: list[str]) -> list[Any]:
    client = WhatsApp(
        phone_id="111222333", token="wa-token", server=None, verify_token="hello", app_secret="wa-app",
        webhook_challenge_delay=0,
    )  # fmt: skip
    heard: list[Any] = []

    @client.on_message
    async def message(_: WhatsApp, one: types.Message) -> None:
        heard.append(["message", one.text])

    @client.on_callback_button
    async def pressed(_: WhatsApp, one: types.CallbackButton) -> None:
        heard.append(["button", one.data])

    @client.on_callback_selection
    async def chosen(_: WhatsApp, one: types.CallbackSelection) -> None:
        heard.append(["row", one.data])

    @client.on_message_status
    async def status(_: WhatsApp, one: types.MessageStatus) -> None:
        heard.append(["status", one.status.value, one.tracker])

    for line in lines:
        webhook = json.loads(line)
        raw = webhook["body"].encode()
        refused = await client.webhook_update_validator(raw, webhook["headers"].get("x-hub-signature-256"))
        if refused:
            heard.append(["refused", refused[1]])
        else:
            await client.webhook_update_handler(raw)
            await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    return heard


if __name__ == "__main__":
    done: Any = asyncio.run(send(sys.argv[2]) if sys.argv[1] == "send" else read(sys.stdin.read().splitlines()))
    print(json.dumps(done))
