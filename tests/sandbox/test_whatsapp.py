"""The pretend WhatsApp against the facts of the Cloud API."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from tests.channels.samples import answer_names, saved
from tests.sandbox.stage import TOKENS, Stage
from tests.sandbox.whatsapp_words import ANNA, TO, buttons, link, open_window, rows, text, value

pytestmark = pytest.mark.anyio
REFUSED: list[tuple[dict[str, Any], int]] = [
    (text(""), 100),
    (text("x" * 4097), 100),
    ({"type": "text", "text": {"body": "hi", "bold": True}}, 100),
    ({"type": "poem", "poem": {}}, 100),
    ({**text("hi"), "colour": "red"}, 100),
    ({**text("hi"), "biz_opaque_callback_data": "x" * 513}, 100),
    ({"type": "image", "image": {}}, 100),
    ({"type": "image", "image": {"link": "shop"}}, 131009),
    ({"type": "image", "image": {"link": "https://x.example/a.jpg", "caption": "c" * 1025}}, 100),
    (buttons(), 131009),
    (buttons("1", "2", "3", "4"), 131009),
    (buttons("x" * 21), 131009),
    (buttons("one", "one"), 131009),
    (buttons("ok", body="x" * 1025), 131009),
    (rows(11), 131009),
    (rows(0), 131009),
    (rows(1, "x" * 24), 131009),
    (link("shop"), 131009),
    (link("https://shop.example", "x" * 21), 131009),
    ({"type": "template", "template": {"name": "promo", "language": {"code": "ru"}}}, 132001),
]


@pytest.mark.parametrize(("message", "code"), REFUSED)
async def test_refuses_with_graphs_codes(stage: Stage, message: dict[str, Any], code: int) -> None:
    await open_window(stage)
    answer = await stage.whatsapp(**TO, **message)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["error_data"]["details"]
    assert error["message"].startswith(f"(#{code})")
    last = (await stage.log())[-1]
    assert (last["accepted"], last["status"]) == (False, 400)


@pytest.mark.parametrize("message", [text("x" * 4096), buttons("1", "2", "3"), rows(10), link("https://shop.example")])
async def test_takes_what_fits(stage: Stage, message: dict[str, Any]) -> None:
    await open_window(stage)
    answer = await stage.whatsapp(**TO, **message)
    assert answer.status_code == 200
    body = answer.json()
    assert body["contacts"][0]["wa_id"] == ANNA
    assert body["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("to", ["", "maria", "0123", None])
async def test_numbers(stage: Stage, to: Any) -> None:
    answer = await stage.whatsapp(to=to, **text("hi"))
    assert answer.json()["error"]["code"] in {100, 131009}


async def test_tokens_and_ids(stage: Stage) -> None:
    body = {"messaging_product": "whatsapp", **TO, **text("hi")}
    for headers in ({}, {"Authorization": "Bearer other"}):
        answer = await stage.http.post("/v25.0/111222333/messages", json=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    headers = {"Authorization": f"Bearer {TOKENS['whatsapp']}"}
    answer = await stage.http.post("/v25.0/5/messages", json=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["error_subcode"]) == (400, 33)
    answer = await stage.http.get("/v26.0/111222333", headers=headers)
    assert answer.json()["quality_rating"] == "GREEN"


async def test_statuses_carry_our_correlation(stage: Stage) -> None:
    await stage.person("whatsapp", ANNA, reads=1, delivery_delay=[2, 2], read_delay=[10, 10])
    await open_window(stage)
    answer = await stage.whatsapp(to="+7 999 123-45-67", **text("hi"), biz_opaque_callback_data="d-1")
    own = answer.json()["messages"][0]["id"]
    await stage.advance(60)
    statuses = [value(body)["statuses"][0] for body in stage.product.take()]
    assert [(one["status"], one["biz_opaque_callback_data"], one["id"]) for one in statuses] == [
        ("sent", "d-1", own),
        ("delivered", "d-1", own),
        ("read", "d-1", own),
    ]
    assert all(one["recipient_id"] == ANNA and one["timestamp"].isdigit() for one in statuses)
    assert int(statuses[2]["timestamp"]) - int(statuses[1]["timestamp"]) == 10
    assert (await stage.phone("whatsapp", ANNA))["messages"][-1]["status"] == "read"


async def test_hidden_reads(stage: Stage) -> None:
    await stage.person("whatsapp", ANNA, reads=1, receipts=False)
    await open_window(stage)
    await stage.whatsapp(**TO, **text("hi"))
    await stage.advance(600)
    assert [value(body)["statuses"][0]["status"] for body in stage.product.take()] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("hours", "code"), [(None, 131047), (25, 131047), (23, None)], ids=["never wrote", "a day ago", "within the day"]
)
async def test_the_window_is_told_by_a_failed_status(stage: Stage, hours: float | None, code: int | None) -> None:
    if hours is not None:
        await open_window(stage)
        await stage.advance(hours * 3600)
    answer = await stage.whatsapp(**TO, **text("hi"), biz_opaque_callback_data="d-1")
    assert answer.status_code == 200
    await stage.advance(10)
    status = value(stage.product.take()[0])["statuses"][0]
    assert status["status"] == ("sent" if code is None else "failed")
    assert [one["code"] for one in status.get("errors", [])] == ([] if code is None else [code])
    assert status["biz_opaque_callback_data"] == "d-1"
    shown = [message["text"] for message in (await stage.phone("whatsapp", ANNA))["messages"]]
    assert ("hi" in shown) is (code is None)


async def test_a_block_is_told_by_nothing_but_failures(stage: Stage) -> None:
    await open_window(stage)
    assert (await stage.act("whatsapp", ANNA, "block")).json()["webhooks"] == 0
    assert (await stage.whatsapp(**TO, **text("hi"))).status_code == 200
    await stage.advance(1)
    assert value(stage.product.take()[0])["statuses"][0]["errors"][0]["code"] == 131026


async def test_presses_have_three_shapes(stage: Stage) -> None:
    await open_window(stage)
    asked = (await stage.whatsapp(**TO, **buttons("Да", "Нет"))).json()["messages"][0]["id"]
    await stage.whatsapp(**TO, **rows(4))
    await stage.act("whatsapp", ANNA, "reply", button="b0")
    await stage.act("whatsapp", ANNA, "reply", button="Row3")
    pressed, chosen = (value(body)["messages"][0] for body in stage.product.take())
    assert pressed["interactive"] == {"type": "button_reply", "button_reply": {"id": "r1:b0", "title": "Да"}}
    assert pressed["context"]["id"] == asked
    reply = {"id": "r1:row3", "title": "Row3", "description": "more"}
    assert chosen["interactive"] == {"type": "list_reply", "list_reply": reply}
    assert chosen["from"] == ANNA


async def test_the_pair_and_the_number_have_rates(stage: Stage) -> None:
    await open_window(stage)
    answers = [await stage.whatsapp(**TO, **text("hi")) for _ in range(46)]
    assert answers[-1].json()["error"]["code"] == 131056
    assert {answer.status_code for answer in answers[:-1]} == {200}
    others = [await stage.whatsapp(to=f"7999000{i:04d}", **text("hi")) for i in range(40)]
    assert others[-1].json()["error"]["code"] == 130429
    await stage.advance(6)
    assert (await stage.whatsapp(**TO, **text("hi"))).status_code == 200


async def test_links_media_and_signatures(stage: Stage) -> None:
    await stage.act(
        "whatsapp", ANNA, "start", link="https://wa.me/7495?text=%D0%A5%D0%BE%D1%87%D1%83%20(%D0%BA%D0%BE%D0%B4%20A7)"
    )
    await stage.act("whatsapp", ANNA, "start", ref="B8")
    await stage.act("whatsapp", ANNA, "reply", media={"kind": "document", "url": "https://x.example/a.pdf"})
    for got in stage.product.got:
        digest = hmac.new(b"wa-app", got.raw, hashlib.sha256).hexdigest()
        assert got.headers["x-hub-signature-256"] == f"sha256={digest}"
    first = stage.product.got[0].raw
    assert first.isascii()
    assert b"\\u0425" in first
    linked, plain, file = (value(body)["messages"][0] for body in stage.product.take())
    assert linked["text"]["body"] == "Хочу (код A7)"
    assert plain["text"]["body"] == "Hello! #B8"
    assert file["document"]["mime_type"] == "application/pdf"
    assert base64.b64decode(file["document"]["sha256"])
    assert (await stage.phone("whatsapp", ANNA))["window_until"] == "2026-03-03T12:00:00+00:00"


async def test_user_ids_stand_for_hidden_numbers(stage: Stage) -> None:
    person = "RU.13491208655302741918"
    await stage.act("whatsapp", person, "reply", text="hi")
    (body,) = stage.product.take()
    assert "from" not in value(body)["messages"][0]
    assert value(body)["messages"][0]["from_user_id"] == person
    answer = await stage.whatsapp(recipient=person, **text("hello"))
    assert "wa_id" not in answer.json()["contacts"][0]


async def test_marking_as_read(stage: Stage) -> None:
    answer = await stage.whatsapp(status="read", message_id="wamid.x", typing_indicator={"type": "text"})
    assert answer.json() == {"success": True}
    assert (await stage.whatsapp(status="read", message_id="x")).status_code == 400


async def test_the_subscription_check(stage: Stage) -> None:
    answer = await stage.http.post("/world/accounts/whatsapp/main/verify")
    assert answer.json() == {"verified": True}


SPOKEN = {"text", "image", "video", "audio", "document"}


def examples() -> list[str]:
    """Meta's own examples of the kinds of messages that we send."""

    def ours(body: dict[str, Any]) -> bool:
        inner = body.get("interactive", {}).get("type")
        return body.get("type") in SPOKEN or ("type" in body and inner in {"button", "list", "cta_url"})

    return [file for file in answer_names("whatsapp/outbound_requests") if ours(saved(file))]


@pytest.mark.parametrize("file", examples())
async def test_takes_metas_own_examples(stage: Stage, file: str) -> None:
    """What the specification shows is no fault of the sender: otherwise we would be strict in our own way only."""
    body = saved(file)
    kind = body["type"]
    await open_window(stage)
    if "link" in body.get(kind, {}):
        body[kind]["link"] = "https://shop.example/file"
    answer = await stage.whatsapp(**{**body, **TO})
    assert answer.status_code == 200, answer.text
