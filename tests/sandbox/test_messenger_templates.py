"""Utility templates of a pretend page: review, parameters, and the closed window that they pass."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.stage import TOKENS, Stage
from tests.sandbox.test_messenger import talk

pytestmark = pytest.mark.anyio
ANNA = "1254477777772919"
HEAD = {"type": "HEADER", "parameters": [{"type": "image", "url": "https://x.example/a.jpg"}]}
BODY = {"type": "BODY", "parameters": [{"type": "text", "text": "Anna"}, {"type": "text", "text": "17"}]}
KEYS = {"type": "BUTTONS", "parameters": [{"type": "payload", "payload": "r1:when"}, {"type": "url", "url": "17"}]}


async def submit(stage: Stage, **more: Any) -> httpx.Response:
    body = {
        "name": "on_its_way",
        "language": "en",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Good news, {{1}}! Your order {{2}} is on its way."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "POSTBACK", "text": "When?", "payload": "WHEN"},
                    {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"},
                    {"type": "URL", "text": "Shop", "url": "https://shop.example"},
                ],
            },
        ],
        **more,
    }
    return await stage.http.post(f"/v25.0/444555666/message_templates?access_token={TOKENS['messenger']}", json=body)


def utility(*components: Any, name: str = "on_its_way", code: str = "en", **more: Any) -> dict[str, Any]:
    template = {"name": name, "language": {"code": code}, "components": list(components)}
    return {"messaging_type": "UTILITY", "message": {"template": template, "metadata": "d-1"}, **more}


async def test_a_template_passes_review_and_the_closed_window(stage: Stage) -> None:
    assert (await submit(stage)).json()["status"] == "PENDING"
    full = utility(HEAD, BODY, KEYS)
    assert (await stage.messenger(ANNA, **full)).json()["error"]["code"] == 100
    await stage.advance(61)
    (told,) = stage.product.take()
    assert told["object"] == "page"
    (change,) = told["entry"][0]["changes"]
    assert (change["field"], change["value"]["event"]) == ("message_template_status_update", "APPROVED")
    sent = await stage.messenger(ANNA, **full)
    assert sent.json()["recipient_id"] == ANNA
    free = await stage.messenger(ANNA, messaging_type="UTILITY", message={"text": "hi"})
    assert free.json()["error"]["error_subcode"] == 2018278
    seen = (await stage.phone("messenger", ANNA))["messages"][-1]
    assert seen["text"] == "Good news, Anna! Your order 17 is on its way."
    assert seen["media"] == {"kind": "image", "url": "https://x.example/a.jpg"}
    assert seen["buttons"] == [
        {"id": "when", "title": "When?"},
        {"id": "", "title": "Track", "url": "https://shop.example/17"},
        {"id": "", "title": "Shop", "url": "https://shop.example"},
    ]
    await stage.advance(1)
    stage.product.take()
    await stage.act("messenger", ANNA, "reply", button="when")
    assert talk(stage.product.take()[-1])["postback"]["payload"] == "r1:when"


@pytest.mark.parametrize(
    "sent",
    [
        utility(HEAD, BODY, KEYS, name="other"),
        utility(HEAD, BODY, KEYS, code="ru"),
        utility(HEAD, BODY, KEYS, messaging_type="RESPONSE"),
        utility(HEAD, KEYS),
        utility(BODY, KEYS),
        utility(HEAD, BODY),
        utility(HEAD, BODY, KEYS, {"type": "TITLE", "parameters": [{"type": "text", "text": "x"}]}),
        utility(HEAD, BODY, KEYS | {"parameters": [*KEYS["parameters"], {"type": "payload", "payload": "x"}]}),
        utility(HEAD, BODY, KEYS, {"type": "FOOT", "parameters": []}),
    ],
    ids=["unknown", "language", "type", "no body", "no header", "no suffix", "no title", "too many", "no such part"],
)
async def test_what_does_not_fit_the_template_is_refused(stage: Stage, sent: dict[str, Any]) -> None:
    await submit(stage)
    await stage.advance(61)
    answer = await stage.messenger(ANNA, **sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_a_page_has_no_marketing_templates(stage: Stage) -> None:
    assert (await submit(stage, category="MARKETING")).json()["error"]["code"] == 100


async def test_a_refused_template_is_refused_in_the_pages_own_words(stage: Stage) -> None:
    body = [{"type": "BODY", "text": "{{1}}, good news"}]
    refused = (await submit(stage, name="starts_with_a_value", components=body)).json()["error"]
    assert refused["error_user_msg"] == "Variables can't be at the start or end"
    assert "whatsapp" not in str(refused).lower()
