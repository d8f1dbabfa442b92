"""Messenger: what each answer and each webhook means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import (
    Accepted,
    Event,
    Notice,
    OptIn,
    OptOut,
    Receipt,
    Rejected,
    Reply,
    RetryAfter,
    Reviewed,
    Trouble,
    Unknown,
    Watermark,
)
from channels.messenger import channel
from tests.channels.samples import REF, saved

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def item(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": "42"}, "recipient": {"id": "555"}, "timestamp": 1700000000000} | content


def read(*items: dict[str, Any]) -> tuple[Event, ...]:
    return tuple(channel.read_webhook({"object": "page", "entry": [{"id": "555", "messaging": list(items)}]}))


def reply(**facts: Any) -> Reply:
    told: dict[str, Any] = {"key": "m_1", "address": "42", "at": AT}
    return Reply(**told | facts)


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ({"text": "Hi", "reply_to": {"mid": "m_0"}}, {"text": "Hi", "quoted": "m_0"}),
        ({"text": "Yes", "quick_reply": {"payload": f"{REF}:yes"}}, {"text": "Yes", "button": f"{REF}:yes"}),
        ({"attachments": [{"type": "image", "payload": {"url": "https://a"}}]}, {"media": "image"}),
        ({"attachments": [{"type": "image", "payload": {"sticker_id": 1}}]}, {"media": "sticker"}),
        ({"attachments": [{"type": "sticker"}]}, {"media": "sticker"}),
        ({"attachments": [{"type": "file"}], "text": "mine"}, {"media": "document", "text": "mine"}),
        ({"attachments": [{"type": "fallback", "url": "https://a"}]}, {"text": "https://a"}),
        ({"text": "Hi", "referral": {"ref": "promo42"}}, {"text": "Hi", "ref": "promo42"}),
    ],
)
def test_a_message_has_its_facts(message: dict[str, Any], facts: dict[str, Any]) -> None:
    assert read(item(message={"mid": "m_1", **message})) == (reply(**facts),)


def test_a_postback_is_a_press() -> None:
    postback = {"mid": "m_1", "title": "Yes", "payload": f"{REF}:yes", "referral": {"ref": "promo42"}}
    assert read(item(postback=postback)) == (reply(text="Yes", button=f"{REF}:yes", ref="promo42"),)


def test_an_echo_is_evidence() -> None:
    body = {"sender": {"id": "555"}, "recipient": {"id": "42"}, "timestamp": 1700000000}
    message = {"is_echo": True, "mid": "m_1", "metadata": REF, "text": "Hi"}
    assert read(body | {"message": message}) == (Receipt(id="m_1", state="accepted", at=AT, address="42", ref=REF),)


def test_receipts_come_by_id_and_by_watermark() -> None:
    delivery = {"mids": ["m_1", "m_2"], "watermark": 1700000000000}
    assert read(item(delivery=delivery), item(read={"watermark": 1700000000000})) == (
        Receipt(id="m_1", state="delivered", at=AT, address="42"),
        Receipt(id="m_2", state="delivered", at=AT, address="42"),
        Watermark(address="42", state="delivered", until=AT),
        Watermark(address="42", state="read", until=AT),
    )


@pytest.mark.parametrize(
    ("optin", "expected"),
    [
        (
            {"type": "notification_messages", "notification_messages_status": "STOP_NOTIFICATIONS"},
            OptOut(key=f"optout/42/{AT.isoformat()}", address="42", at=AT, scope="marketing"),
        ),
        (
            {"type": "notification_messages", "notification_messages_status": "RESUME_NOTIFICATIONS"},
            OptIn(key=f"optin/42/{AT.isoformat()}", address="42", at=AT, subscribed=True, scope="marketing"),
        ),
        ({"ref": "promo42"}, OptIn(key=f"optin/42/{AT.isoformat()}", address="42", at=AT, ref="promo42")),
    ],
)
def test_opt_ins_and_outs(optin: dict[str, Any], expected: Event) -> None:
    assert read(item(optin=optin)) == (expected,)


def test_what_is_no_reply_is_a_notice() -> None:
    for body in (
        item(reaction={"emoji": "x"}),
        item(message={"mid": "m_1", "is_deleted": True, "text": "x"}),
        {"message": {"mid": "m_1", "text": "from nobody"}},
    ):
        kind = "reaction" if "reaction" in body else "message"
        assert read(body) == (Notice(kind=kind, raw=body),)
    whole = {"entry": [{"changes": [{"field": "feed"}], "standby": [{"message": {}}]}]}
    kinds = [event.kind for event in channel.read_webhook(whole) if isinstance(event, Notice)]
    assert kinds == ["feed", "standby"]


def test_nothing_of_a_batch_is_lost() -> None:
    entries = [
        {"id": "555", "messaging": [item(message={"mid": f"m_{place}_{each}", "text": "x"}) for each in range(3)]}
        for place in range(2)
    ]
    events = channel.read_webhook({"object": "page", "entry": entries})
    assert [event.key for event in events if isinstance(event, Reply)] == [
        f"m_{place}_{each}" for place in range(2) for each in range(3)
    ]


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


MARK = datetime(2016, 3, 22, 17, 47, 36, 253000, tzinfo=UTC)
ENTRY = datetime(2016, 3, 23, 0, 25, 52, 478000, tzinfo=UTC)
STOPPED = datetime(2016, 4, 7, 1, 11, 27, 970000, tzinfo=UTC)
PSID = "<PSID>"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("in_text", [Reply(key="mid.1457764197618:41d102a3e1ae206a38", address=PSID, at=ENTRY, text="hello, world!")]),
        ("in_image", [Reply(key="mid.1458696618141:b4ef9d19ec21086067", address=PSID, at=ENTRY, media="image")]),
        (
            "in_quick_reply",
            [
                Reply(
                    key="mid.1457764197618:41d102a3e1ae206a38",
                    address=PSID,
                    at=ENTRY,
                    text="hello, world!",
                    button="<DEVELOPER_DEFINED_PAYLOAD>",
                )
            ],
        ),
        (
            "button_postback",
            [
                Reply(
                    key="m_MESSAGE-ID",
                    address=PSID,
                    at=moment(1527459824000),
                    text="TITLE-FOR-THE-CTA",
                    button="USER-DEFINED-PAYLOAD",
                    ref="USER-DEFINED-REFERRAL-PARAM",
                )
            ],
        ),
        (
            "echo",
            [
                Receipt(
                    id="mid.1458696618141:b4ef9d19ec21086067",
                    state="accepted",
                    at=datetime(2016, 3, 23, 1, 30, 18, 268000, tzinfo=UTC),
                    address=PSID,
                    ref="job:1",
                )
            ],
        ),
        (
            "optin_notification_messages",
            [
                OptIn(
                    key=f"optin/{PSID}/{STOPPED.isoformat()}",
                    address=PSID,
                    at=STOPPED,
                    ref="ADDITIONAL-INFORMATION",
                    subscribed=True,
                    scope="marketing",
                )
            ],
        ),
        (
            "optout_notification_messages_stop",
            [OptOut(key=f"optout/{PSID}/{STOPPED.isoformat()}", address=PSID, at=STOPPED)],
        ),
        (
            "optin_referral_mme",
            [OptIn(key=f"referral/{PSID}/{ENTRY.isoformat()}", address=PSID, at=ENTRY, ref="promo42")],
        ),
        (
            "status_delivered",
            [
                Receipt(id="mid.1458668856218:ed81099e15d3f4f233", state="delivered", at=ENTRY, address=PSID),
                Watermark(address=PSID, state="delivered", until=MARK),
            ],
        ),
        ("status_delivered_watermark_only", [Watermark(address=PSID, state="delivered", until=MARK)]),
        ("status_read", [Watermark(address=PSID, state="read", until=MARK)]),
    ],
)
def test_saved_webhooks(name: str, expected: list[Event]) -> None:
    assert list(channel.read_webhook(saved(f"messenger/{name}.json"))) == expected


def error(code: int, subcode: int = 0, text: str = "No") -> dict[str, Any]:
    return {"error": {"message": text, "code": code} | ({"error_subcode": subcode} if subcode else {})}


@pytest.mark.parametrize(
    ("code", "subcode", "trouble"),
    [
        (10, 2018278, Trouble.OUTSIDE_WINDOW),
        (10, 2018065, Trouble.OUTSIDE_WINDOW),
        (10, 1893063, Trouble.ACCOUNT_RESTRICTED),
        (10, 0, Trouble.ACCOUNT_AUTH),
        (551, 1545041, Trouble.CONTACT_BLOCKED),
        (551, 0, Trouble.CONTACT_BLOCKED),
        (200, 1545041, Trouble.CONTACT_BLOCKED),
        (10903, 0, Trouble.CONTACT_BLOCKED),
        (100, 2018001, Trouble.CONTACT_INVALID),
        (100, 33, Trouble.CONTACT_INVALID),
        (100, 0, Trouble.CONTENT_INVALID),
        (555555, 0, Trouble.CONTENT_INVALID),
        (1, 0, Trouble.RETRY_BACKOFF),
        (2, 0, Trouble.RETRY_BACKOFF),
        (1200, 0, Trouble.RETRY_BACKOFF),
        (3, 0, Trouble.ACCOUNT_AUTH),
        (102, 0, Trouble.ACCOUNT_AUTH),
        (190, 1234567, Trouble.ACCOUNT_AUTH),
        (200, 0, Trouble.ACCOUNT_AUTH),
        (230, 0, Trouble.ACCOUNT_AUTH),
        (368, 0, Trouble.ACCOUNT_RESTRICTED),
        (2022, 0, Trouble.ACCOUNT_RESTRICTED),
        (10904, 0, Trouble.ACCOUNT_RESTRICTED),
    ],
)
def test_a_code_has_its_class(code: int, subcode: int, trouble: Trouble) -> None:
    shown = f"{code}/{subcode}" if subcode else str(code)
    answer = channel.read_answer(400, {}, error(code, subcode))
    assert answer == Rejected(trouble=trouble, code=shown, text="No")


def test_a_permission_is_told_from_a_person_by_its_words() -> None:
    text = "(#200) This person isn't receiving messages from you right now."
    answer = channel.read_answer(400, {}, error(200, text=text))
    assert answer == Rejected(trouble=Trouble.CONTACT_BLOCKED, code="200", text=text)


@pytest.mark.parametrize(
    ("code", "subcode", "wait"),
    [
        (4, 0, RetryAfter(seconds=60.0, code="4", told=False)),
        (32, 0, RetryAfter(seconds=60.0, code="32", told=False)),
        (613, 0, RetryAfter(seconds=60.0, code="613", told=False)),
        (80006, 0, RetryAfter(seconds=60.0, code="80006", told=False)),
        (4, 2018354, RetryAfter(seconds=86_400.0, scope="pair", code="4/2018354")),
        (9, 2018352, RetryAfter(seconds=86_400.0, scope="pair", code="9/2018352")),
    ],
)
def test_rate_limits(code: int, subcode: int, wait: RetryAfter) -> None:
    assert channel.read_answer(400, {}, error(code, subcode)) == wait


@pytest.mark.parametrize(
    ("status", "body"), [(200, None), (200, {}), (502, None), (500, error(555555)), (400, {"x": 1})]
)
def test_what_meta_did_not_say_is_unknown(status: int, body: Any) -> None:
    assert isinstance(channel.read_answer(status, {}, body), Unknown)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("err_100_2018001_no_user", Trouble.CONTACT_INVALID),
        ("err_10_2018278_window", Trouble.OUTSIDE_WINDOW),
        ("err_1200_temporary", Trouble.RETRY_BACKOFF),
        ("err_190", Trouble.ACCOUNT_AUTH),
        ("err_4_rate", RetryAfter(seconds=60.0, code="4", told=False)),
        ("err_551_unavailable", Trouble.CONTACT_BLOCKED),
        ("err_613_rate", RetryAfter(seconds=60.0, code="613", told=False)),
        ("ok", Accepted(id="AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P")),
    ],
)
def test_saved_answers(name: str, expected: Any) -> None:
    response = saved(f"messenger/api_responses/{name}.json")
    answer = channel.read_answer(response["http_status"], {}, response["body"])
    assert (answer.trouble if isinstance(answer, Rejected) else answer) == expected


def test_a_review_of_a_template_is_told() -> None:
    value = {"event": "REJECTED", "message_template_name": "late", "message_template_language": "en", "reason": "ADS"}
    change = {"field": "message_template_status_update", "value": value}
    events = channel.read_webhook({"object": "page", "entry": [{"id": "1", "time": 0, "changes": [change]}]})
    assert events == (Reviewed(name="late", language="en", status="REJECTED", reason="ADS"),)
