"""The pretend Telegram against the facts of the Bot API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.stage import Stage

pytestmark = pytest.mark.anyio
YES = {"inline_keyboard": [[{"text": "Да", "callback_data": "r1:yes"}, {"text": "Нет", "callback_data": "r1:no"}]]}
OK = {"chat_id": 777, "text": "hi"}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": 777}, "Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": 777, "text": "  "}, "Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": 777, "text": "😀" * 2049}, "Bad Request: message is too long"),
    ("sendMessage", {"text": "hi"}, "Bad Request: chat_id is empty"),
    ("sendMessage", {"chat_id": "maria", "text": "hi"}, "Bad Request: chat not found"),
    ("sendMessage", {"chat_id": -5, "text": "hi"}, "Bad Request: chat not found"),
    (
        "sendMessage",
        {**OK, "text": "<b>hi", "parse_mode": "HTML"},
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "sendMessage",
        {**OK, "text": "1 < 2", "parse_mode": "HTML"},
        'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2',
    ),
    (
        "sendMessage",
        {**OK, "text": "a.b", "parse_mode": "MarkdownV2"},
        "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ),
    (
        "sendMessage",
        {**OK, "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "я" * 33}]]}},
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {**OK, "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "shop"}]]}},
        "Bad Request: inline keyboard button URL 'shop' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        {**OK, "reply_markup": {"inline_keyboard": [[{"text": "a", "copy_text": {"text": ""}}]]}},
        "Bad Request: BUTTON_COPY_TEXT_INVALID",
    ),
    ("sendPhoto", {"chat_id": 777}, "Bad Request: there is no photo in the request"),
    ("sendPhoto", {"chat_id": 777, "photo": "ftp://x/y.jpg"}, "Bad Request: wrong HTTP URL specified"),
    (
        "sendPhoto",
        {"chat_id": 777, "photo": "https://x.example/y.jpg", "caption": "c" * 1025},
        "Bad Request: message caption is too long",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    ("editMessageReplyMarkup", {"chat_id": 777, "message_id": 99}, "Bad Request: message to edit not found"),
]


@pytest.mark.parametrize(("method", "args", "words"), REFUSED)
async def test_refuses_in_telegrams_words(stage: Stage, method: str, args: dict[str, Any], words: str) -> None:
    answer = await stage.telegram(method, **args)
    assert answer.status_code == 400
    assert answer.json() == {"ok": False, "error_code": 400, "description": words}
    assert [(entry["accepted"], entry["status"]) for entry in await stage.log()] == [(False, 400)]
    assert (await stage.phone("telegram", "777"))["messages"] == []


async def test_a_message_reaches_the_phone_and_the_log(stage: Stage) -> None:
    answer = await stage.telegram(
        "sendMessage", chat_id=777, text="<b>Да</b> или нет?", parse_mode="HTML", reply_markup=YES
    )
    result = answer.json()["result"]
    assert answer.json()["ok"] is True
    assert result["text"] == "Да или нет?"
    assert result["chat"] == {"id": 777, "first_name": "Person", "last_name": "777", "type": "private"}
    assert result["from"] == {"id": 1001, "is_bot": True, "first_name": "main", "username": "shop_bot"}
    assert isinstance(result["message_id"], int)
    (seen,) = (await stage.phone("telegram", "777"))["messages"]
    assert seen["text"] == "Да или нет?"
    assert seen["buttons"] == [{"id": "yes", "title": "Да"}, {"id": "no", "title": "Нет"}]
    (entry,) = await stage.log()
    assert entry["n"] == 1
    assert (entry["method"], entry["address"], entry["accepted"], entry["status"]) == ("sendMessage", "777", True, 200)
    assert (entry["ref"], entry["buttons"]) == ("r1", ["yes", "no"])


@pytest.mark.parametrize("length", [4096])
async def test_the_longest_text_is_taken(stage: Stage, length: int) -> None:
    assert (await stage.telegram("sendMessage", chat_id=777, text="я" * length)).status_code == 200
    assert (await stage.telegram("sendMessage", chat_id=777, text="я" * (length + 1))).status_code == 400


async def test_forms_and_queries_are_taken_too(stage: Stage) -> None:
    url = "/bot1001:secret/sendMessage"
    form = await stage.http.post(url, data={"chat_id": "5", "text": "form", "reply_markup": json.dumps(YES)})
    query = await stage.http.get(url, params={"chat_id": "5", "text": "query"})
    files = {"photo": ("a.jpg", b"123", "image/jpeg")}
    multipart = await stage.http.post("/bot1001:secret/sendPhoto", data={"chat_id": "5"}, files=files)
    assert [answer.status_code for answer in (form, query, multipart)] == [200, 200, 200]
    seen = (await stage.phone("telegram", "5"))["messages"]
    assert [message["text"] for message in seen] == ["form", "query", ""]
    assert seen[0]["buttons"][0]["id"] == "yes"
    assert seen[2]["media"]["kind"] == "image"


async def test_tokens_and_methods(stage: Stage) -> None:
    answer = await stage.http.post("/bot2:other/sendMessage", json=OK)
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
    answer = await stage.telegram("sendMagic")
    assert (answer.status_code, answer.json()["error_code"]) == (404, 404)
    assert (await stage.telegram("getMe")).json()["result"]["is_bot"] is True


async def test_rates_on_the_virtual_clock(stage: Stage) -> None:
    answers = [await stage.telegram("sendMessage", **OK) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert answers[-1].headers["retry-after"] == "1"
    others = [(await stage.telegram("sendMessage", chat_id=i, text="hi")).status_code for i in range(1, 30)]
    assert others.count(429) == 4
    await stage.advance(1)
    assert (await stage.telegram("sendMessage", **OK)).status_code == 200
    await stage.put("settings", {"rates": False})
    assert {(await stage.telegram("sendMessage", **OK)).status_code for _ in range(40)} == {200}


async def test_removing_the_buttons(stage: Stage) -> None:
    sent = (await stage.telegram("sendMessage", chat_id=777, text="Да?", reply_markup=YES)).json()["result"]
    where = {"chat_id": 777, "message_id": sent["message_id"]}
    assert "reply_markup" not in (await stage.telegram("editMessageReplyMarkup", **where)).json()["result"]
    again = await stage.telegram("editMessageReplyMarkup", **where)
    assert again.json()["description"].startswith("Bad Request: message is not modified")
    assert (await stage.act("telegram", "777", "reply", button="yes")).status_code == 409


async def test_albums(stage: Stage) -> None:
    items = [{"type": "photo", "media": f"https://x.example/{i}.jpg"} for i in range(3)]
    answer = await stage.telegram("sendMediaGroup", chat_id=777, media=items)
    assert len(answer.json()["result"]) == 3
    assert (await stage.telegram("sendMediaGroup", chat_id=777, media=items[:1])).status_code == 400
