"""The pretend API's doors for links, kept messages and the health of accounts."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response

from api.message_templates import MessageIn, preview
from tests.ui import pretend_data as data
from tests.ui.pretend_world import paged

Json = dict[str, Any]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
OUTCOMES = [
    {"state": "accepted", "reason": None, "count": 40},
    {"state": "rejected", "reason": "blocked", "count": 2},
]

LAW = {
    "name": "ru-banks", "country": "RU", "industry": "bank", "channel": "whatsapp", "category": "*",
    "law": "41-FZ", "since": "2025-06-01T00:00:00Z", "active": True,
}  # fmt: skip


def doors(app: FastAPI) -> None:
    """Links, templates, health."""
    links: list[Json] = []
    kept: dict[str, Json] = {}

    rules: dict[str, Json] = {"ru-banks": LAW}

    @app.get("/v1/policies")
    def policies() -> Json:
        return {"items": list(rules.values()), "business": {"country": "", "industry": ""}}

    @app.put("/v1/policies/{name}")
    def rule(name: str, body: Json) -> Json:
        rules[name] = {"name": name, **body}
        return rules[name]

    @app.get("/v1/opt-in-links")
    def listed(limit: int = 100, after: str | None = None) -> Json:
        return paged(links, limit, after)

    @app.post("/v1/opt-in-links", status_code=201)
    def make(body: Json) -> Json:
        place = {
            "channel": "telegram",
            "account": "shop",
            "link": "https://t.me/shop_bot?start=abc",
            "qr": "/v1/qr.svg",
        }
        token = f"abc{len(links)}" if links else "abc"
        links.append({**body, "token": token, "arrived": 7, "created_at": data.at(hours=1), "links": [place]})
        return links[-1]

    @app.get("/v1/qr.svg")
    def code() -> Response:
        return Response(SVG, media_type="image/svg+xml")

    @app.delete("/v1/opt-in-links/{token}")
    def close(token: str) -> Json:
        links[0]["closed_at"] = data.at(hours=0)
        return {"closed": True}

    @app.get("/v1/templates")
    def templates() -> Json:
        return {"items": list(kept.values()), "next": None}

    @app.get("/v1/templates/approved")
    def approved() -> Json:
        one = {"channel": "whatsapp", "account": "main", "name": "promo", "language": "ru", "status": "REJECTED"}
        return {"items": [{**one, "category": "MARKETING", "reason": "INVALID_FORMAT", "synced_at": data.at(hours=2)}]}

    @app.post("/v1/templates/approved/{channel}/{account}/sync")
    def sync(channel: str, account: str) -> Json:
        return {"templates": 2}

    @app.post("/v1/templates/preview")
    def shown(body: MessageIn) -> Json:
        return preview(body, data.CALLER)

    @app.put("/v1/templates/{name}")
    def keep(name: str, body: Json) -> Json:
        kept[name] = {"id": name, **body}
        return kept[name]

    @app.put("/v1/channels/{channel}/{account}")
    def connect(channel: str, account: str, body: Json) -> Json:
        return {"channel": channel, "account": account, "webhook_url": "https://a.example/hook", "verify_token": "word"}

    @app.get("/v1/channels/{channel}/{account}/health")
    def health(channel: str, account: str) -> Json:
        hook = {"at": data.at(hours=1), "error": None}
        return {
            "per_second": 25.0,
            "sent_last_minute": 3,
            "last_webhook": hook,
            "outcomes": OUTCOMES,
            "standing": [{"about": "quality", "value": "YELLOW", "before": "GREEN", "at": data.at(days=1)}],
            "paused_until": None,
        }

    @app.post("/v1/channels/{channel}/{account}/check")
    def check(channel: str, account: str) -> Json:
        return {"ok": True, "facts": {"username": "shop_bot"}}

    @app.post("/v1/channels/{channel}/{account}/test")
    def try_out(channel: str, account: str, body: Json) -> Json:
        return {"sent": True, "ids": ["1"]}
