"""WhatsApp's messages and webhooks in short, for tests."""

from __future__ import annotations

from typing import Any

from tests.sandbox.stage import Stage

ANNA = "79991234567"
TO = {"to": ANNA}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": words}}


def buttons(*titles: str, body: str = "Да?") -> dict[str, Any]:
    cells = [{"type": "reply", "reply": {"id": f"r1:b{i}", "title": title}} for i, title in enumerate(titles)]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": cells}},
    }


def rows(count: int, title: str = "Row") -> dict[str, Any]:
    cells = [{"id": f"r1:row{i}", "title": f"{title}{i}", "description": "more"} for i in range(count)]
    action = {"button": "Choose", "sections": [{"title": "All", "rows": cells}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": "Which?"}, "action": action}}


def link(url: str, title: str = "Shop") -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": title, "url": url}}
    return {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": "Go"}, "action": action}}


def template(*values: str, name: str = "promo", code: str = "ru", **more: Any) -> dict[str, Any]:
    body = {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}
    components = ([body] if values else []) + more.get("components", [])
    return {"type": "template", "template": {"name": name, "language": {"code": code}, "components": components}}


async def open_window(stage: Stage, address: str = ANNA) -> None:
    await stage.act("whatsapp", address, "reply", text="привет")
    stage.product.take()


def value(body: Any) -> dict[str, Any]:
    assert body["object"] == "whatsapp_business_account"
    (entry,) = body["entry"]
    (change,) = entry["changes"]
    assert entry["id"] == "999888777"
    assert change["value"]["metadata"]["phone_number_id"] == "111222333"
    return dict(change["value"])
