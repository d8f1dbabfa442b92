"""Viber: what each answer and each callback means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import (
    Accepted,
    Blocked,
    Event,
    Notice,
    OptIn,
    Receipt,
    Rejected,
    Reply,
    RetryAfter,
    Trouble,
    Unknown,
)
from channels.viber import channel
from tests.channels.samples import REF, saved

AT = datetime(2016, 3, 12, 6, 29, 57, 627000, tzinfo=UTC)
TOKEN = 4912661846655238145


def message(**content: Any) -> dict[str, Any]:
    sender = {"id": "A=", "name": "Ann", "language": "en", "country": "UK"}
    return {
        "event": "message",
        "timestamp": 1457764197627,
        "message_token": TOKEN,
        "sender": sender,
        "message": content,
    }


def reply(**facts: Any) -> Reply:
    profile = {"name": "Ann", "language": "en"}
    told: dict[str, Any] = {"key": f"{TOKEN}/message/A=", "address": "A=", "at": AT, "profile": profile}
    return Reply(**told | facts)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        ({"type": "text", "text": "Hi"}, {"text": "Hi"}),
        ({"type": "text", "text": f"{REF}:yes"}, {"button": f"{REF}:yes"}),
        ({"type": "text", "text": f"{REF}:yes "}, {"text": f"{REF}:yes "}),
        ({"type": "text", "text": "short:yes"}, {"text": "short:yes"}),
        ({"type": "picture", "text": "mine", "media": "http://a"}, {"text": "mine", "media": "image"}),
        ({"type": "video", "media": "http://a"}, {"media": "video"}),
        ({"type": "file", "media": "http://a"}, {"media": "document"}),
        ({"type": "sticker", "sticker_id": 1}, {"media": "sticker"}),
        ({"type": "location", "location": {}}, {"media": "location"}),
        ({"type": "contact", "contact": {}}, {"media": "contact"}),
        ({"type": "url", "media": "http://a"}, {"text": "http://a"}),
    ],
)
def test_a_message_has_its_facts(content: dict[str, Any], facts: dict[str, Any]) -> None:
    assert channel.read_webhook(message(**content)) == (reply(**facts),)


def test_our_tracking_data_is_evidence_of_the_message_before() -> None:
    body = message(type="text", text=f"{REF}:yes", tracking_data=REF)
    evidence = Receipt(id=None, state="accepted", at=AT, address="A=", ref=REF)
    assert channel.read_webhook(body) == (evidence, reply(button=f"{REF}:yes"))


def test_what_nobody_can_hear_is_a_notice() -> None:
    body = message(type="rich_media")
    assert channel.read_webhook(body) == (Notice(kind="message", raw=body),)
    webhook = {"event": "webhook", "timestamp": 1457764197627}
    assert channel.read_webhook(webhook) == (Notice(kind="webhook", raw=webhook),)
    assert channel.read_webhook({}) == (Notice(kind="unreadable", raw={}),)


KEY = "912661846655238145"
NAMED = {"name": "viberUser", "language": "en"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "in_text",
            Reply(
                key=f"{KEY}/message/01234567890A=",
                address="01234567890A=",
                at=AT,
                text="HI!",
                profile={"name": "viberUser"},
            ),
        ),
        (
            "in_text_doc",
            Reply(
                key="4912661846655238145/message/01234567890A=",
                address="01234567890A=",
                at=AT,
                text="a message to the service",
                profile={"name": "John McClane", "language": "en"},
            ),
        ),
        (
            "in_picture",
            Reply(
                key="4912661846655238146/message/01234567890A=",
                address="01234567890A=",
                at=AT,
                media="image",
                profile={"name": "John McClane", "language": "en"},
            ),
        ),
        (
            "button_reply_pressed",
            Reply(
                key="4912661846655238147/message/01234567890A=",
                address="01234567890A=",
                at=AT,
                text="yes",
                profile={"name": "John McClane", "language": "en"},
            ),
        ),
        (
            "optin_conversation_started",
            OptIn(
                key=f"{KEY}/conversation_started/01234567890A=",
                address="01234567890A=",
                at=AT,
                ref="context info",
                subscribed=True,
                profile=NAMED,
            ),
        ),
        (
            "optin_subscribed",
            OptIn(
                key=f"{AT.isoformat()}/subscribed/01234567890A=",
                address="01234567890A=",
                at=AT,
                subscribed=True,
                profile=NAMED,
            ),
        ),
        (
            "blocked_unsubscribed",
            Blocked(key=f"{AT.isoformat()}/unsubscribed/01234567890A=", address="01234567890A=", at=AT),
        ),
        ("status_delivered", Receipt(id=KEY, state="delivered", at=AT, address="01234567890A=")),
        ("status_seen", Receipt(id=KEY, state="read", at=AT, address="01234567890A=")),
        (
            "status_failed",
            Receipt(
                id=KEY,
                state="failed",
                at=AT,
                address="01234567890A=",
                trouble=Trouble.CONTENT_INVALID,
                code="failure desc",
            ),
        ),
    ],
)
def test_saved_callbacks(name: str, expected: Event) -> None:
    assert channel.read_webhook(saved(f"viber/{name}.json")) == (expected,)


def test_opening_a_conversation_is_no_subscription() -> None:
    body = {"event": "conversation_started", "timestamp": 1, "user": {"id": "A="}, "context": "c", "subscribed": False}
    (event,) = channel.read_webhook(body)
    assert isinstance(event, OptIn)
    assert (event.subscribed, event.ref) == (False, "c")


@pytest.mark.parametrize(
    ("trouble", "codes"),
    [
        (Trouble.ACCOUNT_AUTH, [1, 2, 8, 10, 15]),
        (Trouble.CONTENT_INVALID, [3, 4, 13, 14, 16, 17, 18, 22]),
        (Trouble.CONTACT_INVALID, [5, 11, 21]),
        (Trouble.CONTACT_BLOCKED, [6]),
        (Trouble.ACCOUNT_RESTRICTED, [7, 9, 19, 20]),
        (Trouble.QUOTA, [23, 24]),
        (Trouble.RETRY_BACKOFF, [25, 99]),
    ],
)
def test_a_status_has_its_class(trouble: Trouble, codes: list[int]) -> None:
    for code in codes:
        answer = channel.read_answer(200, {}, {"status": code, "status_message": "no"})
        assert answer == Rejected(trouble=trouble, code=str(code), text="no")


@pytest.mark.parametrize(
    ("status", "headers", "body", "answer"),
    [
        (200, {}, {"status": 12}, RetryAfter(seconds=60.0, scope="either", code="12", told=False)),
        (200, {"Retry-After": "5"}, {"status": 12}, RetryAfter(seconds=5.0, scope="either", code="12")),
        (429, {}, None, RetryAfter(seconds=60.0, code="429", told=False)),
        (200, {}, {"status": 0, "message_token": 5741311803571721087}, Accepted(id="5741311803571721087")),
        (200, {}, {"status": 0, "id": "pa:75346594275468546724"}, Accepted(id="pa:75346594275468546724")),
        (200, {}, {"status": 0}, Accepted(id="")),
    ],
)
def test_answers(status: int, headers: dict[str, str], body: Any, answer: Any) -> None:
    assert channel.read_answer(status, headers, body) == answer


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, None), (502, None), (500, {"status": 3}), (200, {}), (404, {"x": 1}), (404, {"status": 0})],
)
def test_what_viber_did_not_say_is_unknown(status: int, body: Any) -> None:
    assert isinstance(channel.read_answer(status, {}, body), Unknown)


def test_saved_answers() -> None:
    accepted = channel.read_answer(200, {}, saved("viber/api_responses/ok_send.json"))
    assert accepted == Accepted(id="5741311803571721087")
    statuses = saved("viber/api_responses/all_status_codes.json")
    kinds = {code: type(channel.read_answer(200, {}, body)) for code, body in statuses.items()}
    assert kinds.pop("0") is Accepted
    assert kinds.pop("12") is RetryAfter
    assert set(kinds.values()) == {Rejected}
