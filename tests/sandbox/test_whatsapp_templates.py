"""Templates of the pretend WhatsApp: review, parameters, marketing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.stage import TOKENS, Stage
from tests.sandbox.whatsapp_words import ANNA, TO, template, value

pytestmark = pytest.mark.anyio


async def submit(stage: Stage, **more: Any) -> httpx.Response:
    body = {
        "name": "promo",
        "language": "ru",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Привет, {{1}}! Скидка {{2}} ждёт."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Хочу"},
                    {"type": "URL", "text": "Сайт", "url": "https://shop.example/{{1}}"},
                ],
            },
        ],
        **more,
    }
    headers = {"Authorization": f"Bearer {TOKENS['whatsapp']}"}
    return await stage.http.post("/v25.0/999888777/message_templates", json=body, headers=headers)


HEADER = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.jpg"}}]}
QUICK = {
    "type": "button",
    "sub_type": "quick_reply",
    "index": "0",
    "parameters": [{"type": "payload", "payload": "r9:go"}],
}
URL = {"type": "button", "sub_type": "url", "index": 1, "parameters": [{"type": "text", "text": "spring"}]}


async def test_templates_pass_review_and_open_a_closed_window(stage: Stage) -> None:
    assert (await submit(stage)).json()["status"] == "PENDING"
    full = template("Анна", "10%", components=[HEADER, QUICK, URL])
    assert (await stage.whatsapp(**TO, **full)).json()["error"]["code"] == 132001
    await stage.advance(61)
    (told,) = stage.product.take()
    change = told["entry"][0]["changes"][0]
    assert (change["field"], change["value"]["event"]) == ("message_template_status_update", "APPROVED")
    headers = {"Authorization": f"Bearer {TOKENS['whatsapp']}"}
    listed = (await stage.http.get("/v25.0/999888777/message_templates?name=promo", headers=headers)).json()["data"]
    assert [one["status"] for one in listed] == ["APPROVED"]
    assert (await stage.whatsapp(**TO, **full)).status_code == 200
    seen = (await stage.phone("whatsapp", ANNA))["messages"][-1]
    assert seen["text"] == "Привет, Анна! Скидка 10% ждёт."
    assert seen["media"] == {"kind": "image", "url": "https://x.example/a.jpg"}
    assert seen["buttons"] == [
        {"id": "go", "title": "Хочу"},
        {"id": "", "title": "Сайт", "url": "https://shop.example/spring"},
    ]
    await stage.act("whatsapp", ANNA, "reply", button="go")
    pressed = value(stage.product.take()[-1])["messages"][0]
    assert (pressed["type"], pressed["button"]) == ("button", {"payload": "r9:go", "text": "Хочу"})


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (template("Анна", components=[HEADER, QUICK, URL]), 132000),
        (template("Анна", "10%", components=[QUICK, URL]), 132012),
        (template("Анна", "10%", components=[HEADER, QUICK]), 132000),
        (template("Анна", "10%", code="en"), 132001),
        (template("Анна", "10%", name="other"), 132001),
    ],
    ids=["few values", "no header", "no suffix", "other language", "unknown"],
)
async def test_templates_are_strict(stage: Stage, message: dict[str, Any], code: int) -> None:
    await submit(stage)
    await stage.advance(61)
    answer = await stage.whatsapp(**TO, **message)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    "part",
    [{"name": "No Spaces"}, {"category": "ADS"}, {"components": [{"type": "BODY", "text": "{{1}} at the start"}]}],
)
async def test_bad_templates_are_not_taken(stage: Stage, part: dict[str, Any]) -> None:
    assert (await submit(stage, **part)).status_code == 400


async def test_stopping_marketing_leaves_the_rest(stage: Stage) -> None:
    await submit(stage)
    await submit(stage, name="bill", category="UTILITY", components=[{"type": "BODY", "text": "Счёт готов."}])
    await stage.advance(61)
    stage.product.take()
    await stage.act("whatsapp", ANNA, "stop")
    (told,) = stage.product.take()
    change = told["entry"][0]["changes"][0]
    assert change["field"] == "user_preferences"
    assert change["value"]["user_preferences"][0]["value"] == "stop"
    await stage.whatsapp(**TO, **template("Анна", "10%", components=[HEADER, QUICK, URL]))
    await stage.whatsapp(**TO, **template(name="bill"))
    await stage.advance(5)
    statuses = [value(body)["statuses"][0] for body in stage.product.take()]
    assert [one["errors"][0]["code"] for one in statuses if one["status"] == "failed"] == [131050]
    assert [one["status"] for one in statuses if one["status"] != "failed"] == ["sent", "delivered"]


async def test_who_blocks_costs_the_number_its_quality_and_the_template_its_approval(stage: Stage) -> None:
    await submit(stage)
    await stage.advance(61)
    full = template("Анна", "10%", components=[HEADER, QUICK, URL])
    people = [str(79990000100 + one) for one in range(20)]

    async def morning(blocking: int) -> list[tuple[str, str]]:
        """Everybody gets the template, so many block: what is told of quality."""
        for place, address in enumerate(people):
            await stage.act("whatsapp", address, "unblock")
            await stage.person("whatsapp", address, blocks=float(place < blocking), read_delay=[0, 0])
            assert (await stage.whatsapp(to=address, **full)).status_code == 200
        stage.product.take()
        await stage.advance(600)
        changes = [body["entry"][0]["changes"][0] for body in stage.product.take()]
        words = ("event", "new_quality_score")
        return [
            (change["field"], next(change["value"][word] for word in words if word in change["value"]))
            for change in changes
            if change["field"] != "messages"
        ]

    async def state() -> tuple[str, str]:
        headers = {"Authorization": f"Bearer {TOKENS['whatsapp']}"}
        number = (await stage.http.get("/v25.0/111222333", headers=headers)).json()
        (listed,) = (await stage.http.get("/v25.0/999888777/message_templates", headers=headers)).json()["data"]
        return number["quality_rating"], listed["status"]

    assert await morning(blocking=4) == []
    assert await state() == ("GREEN", "APPROVED")
    told = await morning(blocking=8)
    assert sorted(told) == [
        ("message_template_quality_update", "RED"),
        ("message_template_status_update", "PAUSED"),
        ("phone_number_quality_update", "FLAGGED"),
    ]
    assert await state() == ("RED", "PAUSED")
    refused = await stage.whatsapp(to=people[-1], **full)
    assert refused.json()["error"]["code"] == 132015
    await stage.advance(3 * 3_600)
    assert await state() == ("RED", "APPROVED")
    await stage.advance(8 * 86_400)
    assert await morning(blocking=0) == [("phone_number_quality_update", "UNFLAGGED")]
    assert await state() == ("GREEN", "APPROVED")
