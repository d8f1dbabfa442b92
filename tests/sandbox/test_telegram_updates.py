"""What the pretend Telegram tells the product, and how it insists."""

from __future__ import annotations

import pytest
from starlette.responses import JSONResponse, Response

from tests.sandbox.stage import Got, Stage

pytestmark = pytest.mark.anyio
YES = {"inline_keyboard": [[{"text": "Да", "callback_data": "r1:yes"}, {"text": "Нет", "callback_data": "r1:no"}]]}
OK = {"chat_id": 777, "text": "hi"}


async def test_the_press_of_a_button_is_a_callback_query(stage: Stage) -> None:
    await stage.telegram("sendMessage", chat_id=777, text="Да?", reply_markup=YES)
    answer = await stage.act("telegram", "777", "reply", button="ДА")
    assert answer.json()["delivered"] is True
    (got,) = stage.product.got
    assert got.headers["x-telegram-bot-api-secret-token"] == "knock"
    query = got.body["callback_query"]
    assert query["data"] == "r1:yes"
    assert query["from"]["id"] == 777
    assert query["message"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "r1:yes"
    ok = await stage.telegram("answerCallbackQuery", callback_query_id=query["id"], text="Спасибо")
    assert ok.json() == {"ok": True, "result": True}
    assert (await stage.act("telegram", "777", "reply", button="maybe")).status_code == 409


async def test_a_webhooks_answer_may_answer_the_press(stage: Stage) -> None:
    def answer(got: Got) -> Response:
        query = got.body["callback_query"]["id"]
        return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": query})

    stage.product.answer = answer
    await stage.telegram("sendMessage", chat_id=777, text="Да?", reply_markup=YES)
    await stage.act("telegram", "777", "reply", button="no")
    assert [(entry["method"], entry["accepted"]) for entry in await stage.log()][1:] == [("answerCallbackQuery", True)]
    await stage.advance(200)
    assert len(await stage.log()) == 2


async def test_an_unanswered_press_is_marked_after_150_seconds(stage: Stage) -> None:
    await stage.telegram("sendMessage", chat_id=777, text="Да?", reply_markup=YES)
    await stage.act("telegram", "777", "reply", button="no")
    await stage.advance(149)
    assert len(await stage.log()) == 1
    await stage.advance(2)
    last = (await stage.log())[-1]
    assert (last["method"], last["address"]) == ("unanswered_callback", "777")
    query = stage.product.bodies()[0]["callback_query"]["id"]
    assert (await stage.telegram("answerCallbackQuery", callback_query_id=query)).status_code == 400


async def test_start_text_block_and_unblock(stage: Stage) -> None:
    await stage.act("telegram", "777", "start", link="https://t.me/shop_bot?start=promo42")
    await stage.act("telegram", "777", "reply", text="привет")
    await stage.act("telegram", "777", "block")
    started, said, kicked = stage.product.take()
    assert started["message"]["text"] == "/start promo42"
    assert started["message"]["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    assert said["message"]["text"] == "привет"
    assert started["update_id"] < said["update_id"] < kicked["update_id"]
    assert kicked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert (await stage.phone("telegram", "777"))["state"] == "blocked"
    answer = await stage.telegram("sendMessage", **OK)
    assert (answer.status_code, answer.json()["description"]) == (403, "Forbidden: bot was blocked by the user")
    assert (await stage.act("telegram", "777", "reply", text="?")).status_code == 409
    await stage.act("telegram", "777", "unblock")
    (back,) = stage.product.take()
    assert back["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert (await stage.telegram("sendMessage", **OK)).status_code == 200


async def test_media_from_the_person(stage: Stage) -> None:
    await stage.act("telegram", "777", "reply", media={"kind": "image", "url": "https://x.example/a.jpg"}, text="вот")
    (got,) = stage.product.take()
    assert [size["width"] for size in got["message"]["photo"]] == [90, 800]
    assert got["message"]["caption"] == "вот"


async def test_a_failing_update_blocks_its_own_queue_only(stage: Stage) -> None:
    stage.product.answer = lambda got: Response(status_code=500 if "message" in got.body else 200)
    await stage.telegram("sendMessage", chat_id=777, text="Да?", reply_markup=YES)
    first = await stage.act("telegram", "777", "reply", text="first")
    second = await stage.act("telegram", "777", "reply", text="second")
    other = await stage.act("telegram", "778", "reply", text="other")
    press = await stage.act("telegram", "777", "reply", button="yes")
    assert [answer.json()["delivered"] for answer in (first, second, other, press)] == [False, False, False, True]
    tried = [body["message"]["text"] if "message" in body else "press" for body in stage.product.bodies()]
    assert tried == ["first", "other", "press"]
    stage.product.take()
    stage.product.answer = lambda got: Response()
    await stage.advance(1.5)
    texts = [body["message"]["text"] for body in stage.product.take()]
    assert sorted(texts) == ["first", "other", "second"]
    assert texts.index("first") < texts.index("second")


async def test_growing_delays_and_retry_after(stage: Stage) -> None:
    times: list[float] = []

    def answer(got: Got) -> Response:
        times.append(round(stage.world.now() - start, 3))
        return Response(status_code=503, headers={"Retry-After": "600"} if len(times) == 4 else None)

    start = stage.world.now()
    stage.product.answer = answer
    await stage.act("telegram", "777", "reply", text="hi")
    await stage.advance(1_000)
    assert times[:4] == [0, 1, 3, 7]
    assert times[4] == 607
    await stage.advance(90_000)
    assert times[-1] <= 86_400
    assert (await stage.get("next"))["at"] is None


async def test_webhook_settings(stage: Stage) -> None:
    ok = await stage.telegram(
        "setWebhook", url="http://127.0.0.1:1/hook", secret_token="new", allowed_updates=["message"]
    )
    assert ok.json()["result"] is True
    info = (await stage.telegram("getWebhookInfo")).json()["result"]
    assert (info["url"], info["allowed_updates"]) == ("http://127.0.0.1:1/hook", ["message"])
    assert (await stage.telegram("setWebhook", url="http://shop.example/hook")).status_code == 400
    assert (await stage.telegram("setWebhook", url="https://shop.example/", secret_token="not ok")).status_code == 400
    await stage.telegram("deleteWebhook")
    assert (await stage.telegram("getWebhookInfo")).json()["result"]["url"] == ""
