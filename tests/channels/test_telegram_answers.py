"""Telegram: what each answer of the Bot API means."""

from __future__ import annotations

from typing import Any

import pytest

from channels.base import Accepted, Answer, Rejected, RetryAfter, Trouble, Unknown
from channels.telegram import channel
from tests.channels.samples import saved


def refused(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {})


@pytest.mark.parametrize(
    ("code", "description", "trouble"),
    [
        (403, "Forbidden: bot was blocked by the user", Trouble.CONTACT_BLOCKED),
        (403, "Forbidden: bot was kicked from the group chat", Trouble.CONTACT_BLOCKED),
        (403, "Forbidden: bot is not a member of the channel chat", Trouble.CONTACT_BLOCKED),
        (400, "Bad Request: not enough rights to send text messages to the chat", Trouble.CONTACT_BLOCKED),
        (403, "Forbidden: user is deactivated", Trouble.CONTACT_INVALID),
        (403, "Forbidden: bot can't initiate conversation with a user", Trouble.CONTACT_INVALID),
        (403, "Forbidden: bot can't send messages to bots", Trouble.CONTACT_INVALID),
        (400, "Bad Request: chat not found", Trouble.CONTACT_INVALID),
        (400, "Bad Request: message is too long", Trouble.CONTENT_INVALID),
        (400, "Bad Request: can't parse entities: unclosed tag", Trouble.CONTENT_INVALID),
        (400, "Bad Request: BUTTON_DATA_INVALID", Trouble.CONTENT_INVALID),
        (400, "Bad Request: wrong HTTP URL specified", Trouble.CONTENT_INVALID),
        (400, "Bad Request: failed to get HTTP URL content", Trouble.CONTENT_INVALID),
        (418, "I'm a teapot", Trouble.CONTENT_INVALID),
        (401, "Unauthorized", Trouble.ACCOUNT_AUTH),
        (404, "Not Found", Trouble.ACCOUNT_AUTH),
        (409, "Conflict: terminated by other getUpdates request", Trouble.ACCOUNT_AUTH),
    ],
)
def test_a_refusal_has_its_class(code: int, description: str, trouble: Trouble) -> None:
    answer = channel.read_answer(code, {}, refused(code, description))
    assert answer == Rejected(trouble=trouble, code=str(code), text=description)


def test_a_chat_that_moved_tells_where() -> None:
    body = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100777)
    assert channel.read_answer(400, {}, body) == Rejected(
        trouble=Trouble.CONTACT_INVALID,
        code="400",
        text="Bad Request: group chat was upgraded to a supergroup chat; its new address is -100777",
    )


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (429, {}, refused(429, "Too Many Requests: retry after 7", retry_after=7), 7.0),
        (200, {}, refused(429, "Too Many Requests: retry after 7", retry_after=7), 7.0),
        (429, {"retry-after": "9"}, refused(429, "Too Many Requests"), 9.0),
        (429, {}, None, 5.0),
        (429, {}, refused(429, "x", retry_after="soon"), 5.0),
        (429, {}, refused(429, "x", retry_after=10**9), 86_400.0),
    ],
)
def test_too_many_requests_pause_the_whole_bot(status: int, headers: dict[str, str], body: Any, wait: float) -> None:
    assert channel.read_answer(status, headers, body) == RetryAfter(seconds=wait, scope="account", code="429")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, None),
        (200, None),
        (200, []),
        (403, None),
        (400, {"error": "proxy"}),
        (500, refused(500, "Internal Server Error: restart")),
        (200, {"ok": "yes"}),
        (504, {"ok": True, "result": {"message_id": 1}}),
    ],
)
def test_what_telegram_did_not_say_is_unknown(status: int, body: Any) -> None:
    assert isinstance(channel.read_answer(status, {}, body), Unknown)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"ok": True, "result": {"message_id": 42}}, Accepted(id="42")),
        ({"ok": True, "result": {"id": 1, "is_bot": True}}, Accepted(id="1")),
        ({"ok": True, "result": True}, Accepted(id="")),
    ],
)
def test_success_gives_the_id(body: Any, answer: Answer) -> None:
    assert channel.read_answer(200, {}, body) == answer


@pytest.mark.parametrize("description", ["Bad Request: message is not modified", "Bad Request: query is too old and"])
def test_a_refusal_that_leaves_nothing_to_do_is_accepted(description: str) -> None:
    assert channel.read_answer(400, {}, refused(400, description)) == Accepted(id="")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ok_message", Accepted(id="42")),
        ("err_403_blocked", Trouble.CONTACT_BLOCKED),
        ("err_403_deactivated", Trouble.CONTACT_INVALID),
        ("err_400_chat_not_found", Trouble.CONTACT_INVALID),
        ("err_400_parse", Trouble.CONTENT_INVALID),
        ("err_400_too_long", Trouble.CONTENT_INVALID),
        ("err_400_query_old", Accepted(id="")),
        ("err_401", Trouble.ACCOUNT_AUTH),
        ("err_429", RetryAfter(seconds=7.0, code="429")),
    ],
)
def test_saved_answers(name: str, expected: Answer | Trouble) -> None:
    response = saved(f"telegram/api_responses/{name}.json")
    answer = channel.read_answer(response["http_status"], {}, response["body"])
    assert (answer.trouble if isinstance(answer, Rejected) else answer) == expected
