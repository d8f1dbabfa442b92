"""The pretend Messenger against the facts of the Send API."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.sandbox.stage import TOKENS, Stage

pytestmark = pytest.mark.anyio
ANNA = "1254477777772919"


def quick(*titles: str) -> list[dict[str, str]]:
    return [{"content_type": "text", "title": title, "payload": f"r1:{title}"} for title in titles]


def template(text: str, *buttons: dict[str, Any]) -> dict[str, Any]:
    return {
        "attachment": {"type": "template", "payload": {"template_type": "button", "text": text, "buttons": buttons}}
    }


def postback(title: str) -> dict[str, Any]:
    return {"type": "postback", "title": title, "payload": f"r1:{title}"}


def file(kind: str, url: str) -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": {"url": url}}}


REFUSED: list[dict[str, Any]] = [
    {},
    {"text": ""},
    {"text": "x" * 2001},
    {"text": "hi", "colour": "red"},
    {"text": "hi", "metadata": "x" * 1001},
    {"text": "hi", "quick_replies": quick(*map(str, range(14)))},
    {"text": "hi", "quick_replies": quick("x" * 21)},
    {"text": "hi", **file("image", "https://x.example/a.jpg")},
    file("image", "shop"),
    file("poem", "https://x.example"),
    template("x" * 641, postback("a")),
    template("hi"),
    template("hi", *[postback(str(i)) for i in range(4)]),
    template("hi", postback("x" * 21)),
    template("hi", {"type": "web_url", "title": "a", "url": "shop"}),
]


async def open_window(stage: Stage) -> None:
    await stage.act("messenger", ANNA, "reply", text="hi")
    stage.product.take()


def talk(body: Any) -> dict[str, Any]:
    assert body["object"] == "page"
    (entry,) = body["entry"]
    (one,) = entry["messaging"]
    assert entry["id"] == "444555666"
    return dict(one)


@pytest.mark.parametrize("message", REFUSED)
async def test_refuses_with_code_100(stage: Stage, message: dict[str, Any]) -> None:
    await open_window(stage)
    answer = await stage.messenger(ANNA, messaging_type="RESPONSE", message=message)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (100, "OAuthException")
    assert error["fbtrace_id"]


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x" * 2000},
        {"text": "hi", "quick_replies": quick(*map(str, range(13)))},
        template("x" * 640, *[postback(str(i)) for i in range(3)]),
        file("video", "https://x.example/a.mp4"),
    ],
)
async def test_takes_what_fits(stage: Stage, message: dict[str, Any]) -> None:
    await open_window(stage)
    answer = await stage.messenger(ANNA, messaging_type="RESPONSE", message=message)
    assert answer.json()["recipient_id"] == ANNA
    assert answer.json()["message_id"].startswith("m_")


async def test_who_may_be_written_to(stage: Stage) -> None:
    async def error(address: str, **more: Any) -> tuple[int, int | None]:
        body = {"messaging_type": "RESPONSE", "message": {"text": "hi"}, **more}
        found = (await stage.messenger(address, **body)).json()["error"]
        return found["code"], found.get("error_subcode")

    assert await error(ANNA) == (10, 2018278)
    assert await error("maria") == (100, 2018001)
    await open_window(stage)
    assert await error(ANNA, messaging_type="SHOUT") == (100, None)
    assert await error(ANNA, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE") == (100, None)
    await stage.advance(86_400)
    assert await error(ANNA) == (10, 2018278)
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": {"text": "hi"}}
    assert (await stage.messenger(ANNA, **human)).status_code == 200
    await stage.act("messenger", ANNA, "block")
    assert await error(ANNA) == (551, 1545041)


async def test_tokens_and_paths(stage: Stage) -> None:
    body = {"recipient": {"id": ANNA}, "message": {"text": "hi"}}
    answer = await stage.http.post("/v25.0/444555666/messages?access_token=other", json=body)
    assert answer.json()["error"]["code"] == 190
    await open_window(stage)
    me = await stage.http.post(f"/v6.0/me/messages?access_token={TOKENS['messenger']}", json=body)
    form = {"recipient": json.dumps({"id": ANNA}), "message": json.dumps({"text": "form"})}
    posted = await stage.http.post(f"/v25.0/444555666/messages?access_token={TOKENS['messenger']}", data=form)
    assert (me.status_code, posted.status_code) == (200, 200)
    proof = hmac.new(b"fb-app", TOKENS["messenger"].encode(), hashlib.sha256).hexdigest()
    url = f"/v25.0/me/messages?access_token={TOKENS['messenger']}&appsecret_proof="
    assert (await stage.http.post(url + proof, json=body)).status_code == 200
    assert (await stage.http.post(url + "bad", json=body)).status_code == 400


async def test_echo_and_watermarks(stage: Stage) -> None:
    await stage.person("messenger", ANNA, reads=1, delivery_delay=[2, 2], read_delay=[10, 10])
    await open_window(stage)
    sent_at = stage.world.now()
    answer = await stage.messenger(ANNA, message={"text": "hi", "metadata": "d-1"})
    await stage.advance(60)
    for got in stage.product.got:
        digest = hmac.new(b"fb-app", got.raw, hashlib.sha256).hexdigest()
        assert got.headers["x-hub-signature-256"] == f"sha256={digest}"
    echo, delivered, read = (talk(body) for body in stage.product.take())
    assert (echo["sender"]["id"], echo["recipient"]["id"]) == ("444555666", ANNA)
    assert (echo["message"]["is_echo"], echo["message"]["metadata"]) == (True, "d-1")
    assert echo["message"]["mid"] == answer.json()["message_id"]
    assert (delivered["sender"]["id"], delivered["recipient"]["id"]) == (ANNA, "444555666")
    assert delivered["delivery"]["watermark"] == round((sent_at + 2) * 1000)
    assert read["read"]["watermark"] == delivered["delivery"]["watermark"]
    assert read["timestamp"] > read["read"]["watermark"]


async def test_presses_have_two_shapes(stage: Stage) -> None:
    await open_window(stage)
    await stage.messenger(ANNA, message=template("Which?", postback("Tea"), postback("Coffee")))
    await stage.messenger(ANNA, message={"text": "Sure?", "quick_replies": quick("yes", "no")})
    await stage.act("messenger", ANNA, "reply", button="tea")
    await stage.act("messenger", ANNA, "reply", button="yes")
    pressed, quickly = (talk(body) for body in stage.product.take())
    assert pressed["postback"]["payload"] == "r1:Tea"
    assert pressed["postback"]["mid"]
    assert quickly["message"]["quick_reply"] == {"payload": "r1:yes"}
    assert quickly["message"]["text"] == "yes"


async def test_links_bring_their_ref(stage: Stage) -> None:
    referral = {"ref": "promo42", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    url = f"/v25.0/me/messenger_profile?access_token={TOKENS['messenger']}"
    await stage.act("messenger", "2000", "start", link="https://m.me/shop?ref=promo42")
    assert (await stage.http.post(url, json={"get_started": {"payload": "START"}})).json() == {"result": "success"}
    await stage.act("messenger", "3000", "start", ref="promo42")
    await stage.act("messenger", "3000", "start", ref="promo42")
    bare, begun, again = (talk(body) for body in stage.product.take())
    assert bare["referral"] == referral
    assert (begun["postback"]["payload"], begun["postback"]["referral"]) == ("START", referral)
    assert again["referral"] == referral
    assert (await stage.http.post(url, json={"magic": 1})).status_code == 400


async def test_actions_are_no_messages(stage: Stage) -> None:
    assert (await stage.messenger(ANNA, sender_action="typing_on")).json() == {"recipient_id": ANNA}
    assert (await stage.messenger(ANNA, sender_action="dance")).status_code == 400
    assert (await stage.phone("messenger", ANNA))["messages"] == []


async def test_generic_templates(stage: Stage) -> None:
    await open_window(stage)
    card = {"title": "Tea", "subtitle": "Green", "image_url": "https://x.example/t.jpg", "buttons": [postback("Buy")]}
    payload = {"template_type": "generic", "elements": [card]}
    sent = await stage.messenger(ANNA, message={"attachment": {"type": "template", "payload": payload}})
    assert sent.status_code == 200
    seen = (await stage.phone("messenger", ANNA))["messages"][-1]
    assert (seen["text"], seen["buttons"]) == ("Tea\nGreen", [{"id": "Buy", "title": "Buy"}])
    payload["elements"] = [card] * 11
    refused = await stage.messenger(ANNA, message={"attachment": {"type": "template", "payload": payload}})
    assert refused.status_code == 400
