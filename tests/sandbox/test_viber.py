"""The pretend Viber against the facts of the REST Bot API."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from tests.sandbox.stage import Got, Stage

pytestmark = pytest.mark.anyio
ANNA = "pttm25kSGUo1919sBORWyA=="
SENDER = {"name": "Shop"}
TEXT = {"receiver": ANNA, "sender": SENDER, "type": "text", "text": "hi"}


def board(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "keyboard", "Buttons": list(buttons)}


def picture(**more: Any) -> dict[str, Any]:
    return {**TEXT, "type": "picture", "media": "https://x.example/a.jpg", **more}


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({**TEXT, "receiver": None}, 4),
    ({**TEXT, "sender": None}, 4),
    ({**TEXT, "sender": {"name": "x" * 29}}, 3),
    ({**TEXT, "type": None}, 4),
    ({**TEXT, "type": "poem"}, 3),
    ({**TEXT, "text": ""}, 4),
    ({**TEXT, "text": "x" * 7001}, 3),
    ({**TEXT, "tracking_data": "x" * 4001}, 3),
    ({**TEXT, "text": "hi", "keyboard": board({"ActionBody": "x" * 31_000})}, 3),
    ({**TEXT, "min_api_version": "7"}, 3),
    ({**TEXT, "min_api_version": 99}, 13),
    (picture(media=None), 4),
    (picture(media="a.jpg"), 3),
    (picture(text="x" * 769), 3),
    ({**TEXT, "type": "video", "media": "https://x.example/a.mp4"}, 4),
    ({**TEXT, "type": "file", "media": "https://x.example/a", "size": 5, "file_name": "a"}, 3),
    ({**TEXT, "keyboard": board()}, 4),
    ({**TEXT, "keyboard": {"Type": "menu", "Buttons": [{"ActionBody": "a"}]}}, 3),
    ({**TEXT, "keyboard": board({"Text": "a"})}, 4),
    ({**TEXT, "keyboard": board({"ActionBody": "a", "Columns": 7})}, 3),
    ({**TEXT, "keyboard": board({"ActionBody": "a", "ActionType": "dance"})}, 3),
    ({**TEXT, "keyboard": board({"ActionBody": "a", "ActionType": "share-phone"})}, 14),
    ({**TEXT, "type": "rich_media", "rich_media": {"Type": "rich_media", "Buttons": [{"ActionBody": "a"}]}}, 14),
    ({**TEXT, "receiver": "not an id!"}, 5),
]


@pytest.mark.parametrize(("message", "status"), REFUSED)
async def test_refuses_with_a_status_in_a_good_answer(stage: Stage, message: dict[str, Any], status: int) -> None:
    body = {key: value for key, value in message.items() if value is not None}
    answer = await stage.viber("send_message", **body)
    assert answer["status"] == status
    assert answer["status_message"]
    (entry,) = await stage.log()
    assert (entry["accepted"], entry["status"]) == (False, 200)


@pytest.mark.parametrize(
    "message",
    [
        {**TEXT, "text": "x" * 7000},
        picture(),
        {**TEXT, "type": "video", "media": "https://x.example/a.mp4", "size": 1000},
        {**TEXT, "type": "file", "media": "https://x.example/a", "size": 5, "file_name": "a.pdf"},
        {**TEXT, "type": "url", "media": "https://x.example"},
    ],
)
async def test_takes_what_fits(stage: Stage, message: dict[str, Any]) -> None:
    answer = await stage.viber("send_message", **message)
    assert answer["status"] == 0
    assert 2**53 < answer["message_token"] < 2**63
    assert len((await stage.phone("viber", ANNA))["messages"]) == 1


async def test_tokens(stage: Stage) -> None:
    for headers in ({}, {"X-Viber-Auth-Token": "other"}):
        answer = await stage.http.post("/pa/send_message", json=TEXT, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (200, 2)
    assert (await stage.viber("get_account_info"))["status"] == 0


async def test_delivered_and_seen_by_token(stage: Stage) -> None:
    await stage.person("viber", ANNA, reads=1)
    token = (await stage.viber("send_message", **TEXT))["message_token"]
    await stage.advance(120)
    for got in stage.product.got:
        digest = hmac.new(b"viber-token", got.raw, hashlib.sha256).hexdigest()
        assert got.headers["x-viber-content-signature"] == digest
    bodies = stage.product.take()
    assert [(body["event"], body["message_token"], body["user_id"]) for body in bodies] == [
        ("delivered", token, ANNA),
        ("seen", token, ANNA),
    ]


async def test_a_press_is_a_text_equal_to_the_action(stage: Stage) -> None:
    yes = {"ActionType": "reply", "ActionBody": "r1:yes", "Text": "<b>Да</b>", "Silent": True}
    site = {"ActionType": "open-url", "ActionBody": "https://shop.example", "Text": "Сайт"}
    await stage.viber("send_message", **TEXT, tracking_data="d-1", keyboard=board(yes, site))
    (seen,) = (await stage.phone("viber", ANNA))["messages"]
    assert seen["buttons"][0] == {"id": "yes", "title": "Да"}
    await stage.act("viber", ANNA, "reply", button="да")
    await stage.act("viber", ANNA, "reply", text="и ещё")
    pressed, said = stage.product.take()
    assert pressed["message"] == {"type": "text", "text": "r1:yes", "tracking_data": "d-1"}
    assert pressed["silent"] is True
    assert pressed["sender"]["id"] == ANNA
    assert said["message"] == {"type": "text", "text": "и ещё", "tracking_data": "d-1"}
    assert (await stage.act("viber", ANNA, "reply", button="Сайт")).status_code == 409
    assert (await stage.log())[0]["ref"] == "d-1"


async def test_subscription(stage: Stage) -> None:
    await stage.act("viber", ANNA, "start", link="viber://pa?chatURI=shop&context=promo42")
    opened, subscribed = stage.product.take()
    assert (opened["event"], opened["context"], opened["subscribed"]) == ("conversation_started", "promo42", False)
    assert (subscribed["event"], subscribed["user"]["id"]) == ("subscribed", ANNA)
    await stage.act("viber", ANNA, "block")
    (left,) = stage.product.take()
    assert (left["event"], left["user_id"]) == ("unsubscribed", ANNA)
    assert (await stage.viber("send_message", **TEXT))["status"] == 6
    await stage.person("viber", "gone==", state="gone")
    assert (await stage.viber("send_message", **{**TEXT, "receiver": "gone=="}))["status"] == 5


async def test_the_answer_to_an_opened_conversation_is_a_welcome(stage: Stage) -> None:
    def answer(got: Got) -> Response:
        welcome = {"sender": SENDER, "type": "text", "text": "Добро пожаловать"}
        return JSONResponse(welcome if got.body["event"] == "conversation_started" else {})

    stage.product.answer = answer
    await stage.act("viber", ANNA, "start", ref="x")
    assert [one["text"] for one in (await stage.phone("viber", ANNA))["messages"]] == ["Добро пожаловать"]


async def test_a_hundred_messages_without_an_answer(stage: Stage) -> None:
    statuses = []
    for _ in range(3):
        statuses += [(await stage.viber("send_message", **TEXT))["status"] for _ in range(34)]
        await stage.advance(1)
    assert statuses == [0] * 100 + [12] * 2
    await stage.act("viber", ANNA, "reply", text="stop it")
    assert (await stage.viber("send_message", **TEXT))["status"] == 0


async def test_fifty_messages_a_second_for_the_whole_account(stage: Stage) -> None:
    body = {"sender": SENDER, "type": "text", "text": "hi"}

    async def many(first: int) -> list[int]:
        people = [f"p{first + each}==" for each in range(60)]
        return [(await stage.viber("send_message", **body, receiver=each))["status"] for each in people]

    assert await many(0) == [0] * 50 + [12] * 10
    await stage.advance(1)
    assert await many(100) == [0] * 50 + [12] * 10


async def test_broadcasts_tell_who_failed(stage: Stage) -> None:
    await stage.person("viber", "left==", state="blocked")
    await stage.person("viber", "anna==", name="Анна")
    body = {"sender": SENDER, "type": "text", "text": "replace_me_with_user_name!"}
    answer = await stage.viber("broadcast_message", **body, broadcast_list=["anna==", "left=="])
    assert answer["failed_list"] == [{"receiver": "left==", "status": 6, "status_message": "receiverNotSubscribed"}]
    assert (await stage.phone("viber", "anna=="))["messages"][0]["text"] == "Анна!"
    too_many = await stage.viber("broadcast_message", **body, broadcast_list=[f"{i}==" for i in range(301)])
    assert too_many["status"] == 3
    assert next(entry["address"] for entry in await stage.log() if entry["accepted"]) == "anna=="


async def test_set_webhook_tries_the_address(stage: Stage) -> None:
    url = "http://product/webhooks/viber/main"
    answer = await stage.viber("set_webhook", url=url, event_types=["delivered"])
    assert answer["status"] == 0
    (hello,) = stage.product.take()
    assert hello["event"] == "webhook"
    await stage.person("viber", ANNA, reads=1)
    await stage.viber("send_message", **TEXT)
    await stage.advance(120)
    assert [body["event"] for body in stage.product.take()] == ["delivered"]
    stage.product.answer = lambda got: Response(status_code=500)
    assert (await stage.viber("set_webhook", url=url))["status"] == 1
    await stage.viber("set_webhook", url="")
    assert (await stage.viber("send_message", **TEXT))["status"] == 10


async def test_profiles(stage: Stage) -> None:
    await stage.person("viber", ANNA, name="Анна", language="ru")
    details = await stage.viber("get_user_details", id=ANNA)
    assert (details["user"]["name"], details["user"]["language"]) == ("Анна", "ru")
    assert (await stage.viber("get_online", ids=[ANNA]))["users"][0]["id"] == ANNA
