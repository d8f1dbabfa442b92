"""Telegram: what each update tells, and which updates are believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import Blocked, Event, Notice, Reply
from channels.reading import UNTOLD
from channels.telegram import channel
from tests.channels.samples import REF, TELEGRAM, saved

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
PERSON = {"id": 777, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "username": "ann", "language_code": "en"}
CHAT = {"id": 777, "type": "private"}
PROFILE = {"name": "Ann Lee", "username": "ann", "language": "en"}


def update(**message: Any) -> dict[str, Any]:
    base = {"message_id": 5, "from": PERSON, "chat": CHAT, "date": 1700000000}
    return {"update_id": 9, "message": base | message}


def reply(**facts: Any) -> Reply:
    told: dict[str, Any] = {"key": "9", "address": "777", "at": AT, "profile": PROFILE}
    return Reply(**told | facts)


def test_text_and_a_quoted_message() -> None:
    body = update(text="Tea", reply_to_message={"message_id": 4})
    assert channel.read_webhook(body) == (reply(text="Tea", quoted="4"),)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("/start promo42", "promo42"),
        ("/start@shop_bot promo42 ", "promo42"),
        ("/start", None),
        ("/start a b", None),
        ("/started x", None),
        ("hello /start x", None),
    ],
)
def test_a_deep_link_brings_its_token(text: str, ref: str | None) -> None:
    assert channel.read_webhook(update(text=text)) == (reply(text=text, ref=ref),)


@pytest.mark.parametrize(
    ("fields", "media"),
    [
        ({"photo": [{"file_id": "a"}]}, "image"),
        ({"video": {"file_id": "a"}}, "video"),
        ({"video_note": {"file_id": "a"}}, "video"),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, "video"),
        ({"document": {"file_id": "a"}}, "document"),
        ({"voice": {"file_id": "a"}}, "audio"),
        ({"audio": {"file_id": "a"}}, "audio"),
        ({"sticker": {"file_id": "a"}}, "sticker"),
        ({"location": {"latitude": 1.0}}, "location"),
        ({"venue": {"title": "a"}, "location": {"latitude": 1.0}}, "location"),
    ],
)
def test_media_has_its_kind_and_its_caption(fields: dict[str, Any], media: str) -> None:
    assert channel.read_webhook(update(**fields, caption="mine")) == (reply(text="mine", media=media),)


@pytest.mark.parametrize(
    ("owner", "told"), [(777, {"phone": "+79991234567"}), (778, {}), (None, {}), ("777", {"phone": "+79991234567"})]
)
def test_a_phone_is_believed_only_from_its_owner(owner: Any, told: dict[str, str]) -> None:
    card = {"phone_number": "79991234567", "user_id": owner}
    assert channel.read_webhook(update(contact=card)) == (reply(media="contact", profile=PROFILE | told),)


def press(**message: Any) -> dict[str, Any]:
    body = {"id": "88", "from": PERSON, "data": f"{REF}:yes", "message": {"message_id": 42, "chat": CHAT} | message}
    return {"update_id": 9, "callback_query": body}


def test_a_press_brings_its_payload_and_its_title() -> None:
    rows = [[{"text": "No", "callback_data": f"{REF}:no"}], [{"text": "Yes", "callback_data": f"{REF}:yes"}]]
    body = press(date=1700000000, reply_markup={"inline_keyboard": rows})
    assert channel.read_webhook(body) == (reply(at=UNTOLD, text="Yes", button=f"{REF}:yes", quoted="42"),)
    assert channel.webhook_answer(body) == {"method": "answerCallbackQuery", "callback_query_id": "88"}


def test_a_press_under_a_message_that_is_gone_still_counts() -> None:
    assert channel.read_webhook(press(date=0)) == (reply(at=UNTOLD, button=f"{REF}:yes", quoted="42"),)
    without = {"update_id": 9, "callback_query": {"id": "88", "from": PERSON, "data": "yes"}}
    assert channel.read_webhook(without) == (reply(at=UNTOLD, button="yes"),)


def test_only_presses_are_answered() -> None:
    assert channel.webhook_answer(update(text="x")) is None
    assert channel.webhook_answer(["x"]) is None


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking_and_coming_back(status: str, blocked: bool) -> None:
    change = {"chat": CHAT, "from": PERSON, "date": 1700000000, "new_chat_member": {"status": status}}
    (event,) = channel.read_webhook({"update_id": 9, "my_chat_member": change})
    assert event == Blocked(key="9", address="777", at=AT, blocked=blocked)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (update(text="hi", chat={"id": -5, "type": "group"}), "message"),
        (update(pinned_message={"message_id": 1}), "message"),
        (press(chat={"id": -5, "type": "supergroup"}), "callback_query"),
        ({"update_id": 1, "edited_message": {"text": "x"}}, "edited_message"),
        ({"update_id": 1, "my_chat_member": {"chat": CHAT, "new_chat_member": {"status": "left"}}}, "my_chat_member"),
        ({"update_id": 1, "poll_answer": {}}, "poll_answer"),
        ({"update_id": 1}, "unreadable"),
    ],
)
def test_the_rest_are_notices(body: dict[str, Any], kind: str) -> None:
    assert channel.read_webhook(body) == (Notice(kind=kind, raw=body),)


def test_a_body_that_is_no_update_is_kept() -> None:
    assert channel.read_webhook([1]) == (Notice(kind="unreadable", raw={"body": [1]}),)


def stamp(*figures: int) -> datetime:
    return datetime(*figures, tzinfo=UTC)  # type: ignore[misc,arg-type]


SOJAN = {"name": "Sojan Jose", "username": "sojan", "language": "en"}
PLAIN = {"name": "T", "language": "ru"}
SENT = stamp(2021, 9, 8, 20, 14, 37)


def sojan(**facts: Any) -> Reply:
    return Reply(key="2342342343242", address="23", at=SENT, profile=SOJAN, **facts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "in_text",
            Reply(
                key="892252934",
                address="218485655",
                at=stamp(2019, 9, 26, 17, 19, 2),
                text="hello there",
                profile={"name": "Waffle", "username": "WaffleLapkin", "language": "en"},
            ),
        ),
        ("in_text_chatwoot", sojan(text="test")),
        ("in_photo", sojan(media="image")),
        ("in_video", sojan(media="video")),
        ("in_document", sojan(media="document")),
        ("in_voice", sojan(media="audio")),
        (
            "in_contact_shared",
            Reply(
                key="10005",
                address="777",
                at=stamp(2023, 11, 14, 22, 16, 40),
                media="contact",
                profile=PLAIN | {"phone": "+79991234567"},
            ),
        ),
        (
            "start_deeplink",
            Reply(key="10001", address="777", at=AT, text="/start promo42", ref="promo42", profile=PLAIN),
        ),
        (
            "button_callback_query",
            Reply(key="10002", address="777", at=UNTOLD, text="Да", button="yes", quoted="42", profile=PLAIN),
        ),
        (
            "button_callback_query_inaccessible",
            Reply(key="10003", address="777", at=UNTOLD, button="yes", quoted="42", profile=PLAIN),
        ),
        ("blocked_my_chat_member_kicked", Blocked(key="0", address="0", at=stamp(2022, 2, 12, 14, 55, 26))),
        (
            "unblocked_my_chat_member_member",
            Blocked(key="10004", address="777", at=stamp(2023, 11, 14, 22, 15), blocked=False),
        ),
    ],
)
def test_saved_updates(name: str, expected: Event) -> None:
    assert channel.read_webhook(saved(f"telegram/{name}.json")) == (expected,)


@pytest.mark.parametrize(
    ("headers", "secret", "believed"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": "hook-secret"}, "hook-secret", True),
        ({"x-telegram-bot-api-secret-token": "hook-secret"}, "hook-secret", True),
        ({"X-Telegram-Bot-Api-Secret-Token": "hook-secre"}, "hook-secret", False),
        ({"X-Telegram-Bot-Api-Secret-Token": "секрет"}, "hook-secret", False),
        ({"X-Telegram-Bot-Api-Secret-Token": "\ud800"}, "hook-secret", False),
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, "", False),
        ({}, "hook-secret", False),
        ({}, "", False),
    ],
)
def test_only_the_secret_of_set_webhook_is_believed(headers: dict[str, str], secret: str, believed: bool) -> None:
    account = type(TELEGRAM)(channel="telegram", name="s", base_url="", secrets={"secret_token": secret})
    assert channel.verify(headers, b"{}", account) is believed


def test_telegram_has_no_subscription_check() -> None:
    assert channel.challenge({"hub.challenge": "1"}, TELEGRAM) is None
