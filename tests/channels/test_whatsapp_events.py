"""WhatsApp: what each webhook tells, all of its entries and messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import Event, Named, Notice, OptIn, OptOut, Receipt, Reply, Reviewed, Standing, Trouble
from channels.reading import UNTOLD
from channels.whatsapp import channel
from tests.channels.samples import REF, WHATSAPP, saved

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def body(*values: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    entries = [{"id": "1", "changes": [{"field": field, "value": value}]} for value in values]
    return {"object": "whatsapp_business_account", "entry": entries}


def message(kind: str, **fields: Any) -> dict[str, Any]:
    return {"from": "79991234567", "id": "wamid.1", "timestamp": "1700000000", "type": kind} | fields


def reply(**facts: Any) -> Reply:
    told: dict[str, Any] = {"key": "wamid.1", "address": "79991234567", "at": AT, "profile": {"phone": "+79991234567"}}
    return Reply(**told | facts)


def read(one: dict[str, Any]) -> Event:
    (event,) = channel.read_webhook(body({"messages": [one]}))
    return event


@pytest.mark.parametrize(
    ("one", "facts"),
    [
        (message("text", text={"body": "Tea"}, context={"id": "wamid.0"}), {"text": "Tea", "quoted": "wamid.0"}),
        (
            message(
                "interactive", interactive={"type": "button_reply", "button_reply": {"id": f"{REF}:a", "title": "A"}}
            ),
            {"text": "A", "button": f"{REF}:a"},
        ),
        (
            message("interactive", interactive={"type": "list_reply", "list_reply": {"id": f"{REF}:a", "title": "A"}}),
            {"text": "A", "button": f"{REF}:a"},
        ),
        (message("button", button={"payload": f"{REF}:a", "text": "A"}), {"text": "A", "button": f"{REF}:a"}),
        (message("image", image={"caption": "mine"}), {"text": "mine", "media": "image"}),
        (message("document", document={}), {"media": "document"}),
        (message("contacts", contacts=[]), {"media": "contact"}),
        (message("text", text={"body": "Hi"}, referral={"source_id": "ad7"}), {"text": "Hi", "ref": "ad7"}),
        (message("text", text={"body": "Скидка #A7K2"}), {"text": "Скидка #A7K2", "ref": "A7K2"}),
        (message("text", text={"body": "#A7K2 please"}), {"text": "#A7K2 please"}),
        (message("text", text={"body": "x"}, timestamp=1700000000000), {"text": "x"}),
        (message("text", text={"body": "x"}, timestamp="soon"), {"text": "x", "at": UNTOLD}),
    ],
)
def test_a_message_has_its_facts(one: dict[str, Any], facts: dict[str, Any]) -> None:
    assert read(one) == reply(**facts)


def test_a_person_who_hides_the_number_is_known_by_id() -> None:
    one = message("text", text={"body": "x"}, from_user_id="RU.134")
    del one["from"]
    contacts = [
        {"wa_id": "1", "profile": {"name": "B"}},
        {"user_id": "RU.134", "profile": {"name": "A", "username": "a"}},
    ]
    (event,) = channel.read_webhook(body({"messages": [one], "contacts": contacts}))
    assert event == reply(address="RU.134", text="x", profile={"name": "A", "username": "a"})


def heard(payload: dict[str, Any]) -> tuple[Event, ...]:
    """What a saved webhook tells besides by which names its one person goes; those are told where both are there."""
    value = payload["entry"][0]["changes"][0]["value"]
    pairs = [(each["wa_id"], each["user_id"]) for each in value.get("contacts", ()) if each.get("user_id")]
    events = channel.read_webhook(payload)
    assert [each.names for each in events if isinstance(each, Named)] == pairs
    return tuple(each for each in events if not isinstance(each, Named))


@pytest.mark.parametrize(
    "value",
    [
        {"contacts": [{"wa_id": "7", "user_id": "RU.1"}], "messages": [message("text", text={"body": "x"})]},
        {"messages": [message("text", **{"from": "7"}, from_user_id="RU.1", text={"body": "x"})]},
        {"statuses": [{"id": "w", "status": "sent", "recipient_id": "7", "recipient_user_id": "RU.1"}]},
        {"user_preferences": [{"wa_id": "7", "user_id": "RU.1", "value": "stop", "timestamp": 1}]},
    ],
)
def test_who_is_told_by_number_and_id_is_one_person(value: dict[str, Any]) -> None:
    field = "user_preferences" if "user_preferences" in value else "messages"
    first, event = channel.read_webhook(body(value, field=field))
    assert first == Named(names=("7", "RU.1"))
    assert not isinstance(event, Named | Notice)


def test_a_group_is_no_persons_name() -> None:
    of_group = {
        "id": "w",
        "status": "sent",
        "recipient_type": "group",
        "recipient_id": "g",
        "recipient_user_id": "RU.1",
    }
    assert [type(each) for each in channel.read_webhook(body({"statuses": [of_group]}))] == [Receipt]


@pytest.mark.parametrize("kind", ["edit", "revoke", "system", "unsupported", "reaction", "order", "nobody_knows"])
def test_what_is_no_reply_is_a_notice(kind: str) -> None:
    one = message(kind, **{kind: {"body": "x", "caption": "x"}})
    assert read(one) == Notice(kind=kind, raw=one)


def test_messages_in_groups_are_notices() -> None:
    one = message("text", text={"body": "x"}, group_id="g")
    assert read(one) == Notice(kind="text", raw=one)


def test_nothing_of_a_batch_is_lost() -> None:
    values = [
        {"messages": [message("text", text={"body": str(each)}, id=f"wamid.{each}.{place}") for each in range(3)]}
        for place in range(2)
    ]
    statuses = {"statuses": [{"id": f"s{each}", "status": "read", "timestamp": "1700000000"} for each in range(3)]}
    whole = body(*values, statuses)
    whole["entry"][0]["changes"].append({"field": "new_thing", "value": {"event": "X"}})
    events = channel.read_webhook(whole)
    assert [event.key for event in events if isinstance(event, Reply)] == [
        f"wamid.{each}.{place}" for place in range(2) for each in range(3)
    ]
    assert [event.id for event in events if isinstance(event, Receipt)] == ["s0", "s1", "s2"]
    assert [event for event in events if isinstance(event, Notice)] == [Notice(kind="new_thing", raw={"event": "X"})]
    assert len(events) == 10


def status(state: str, *codes: Any, **more: Any) -> Event:
    errors = {"errors": [{"code": code} for code in codes]} if codes else {}
    one = {"id": "wamid.1", "status": state, "timestamp": "1700000000", "recipient_id": "7", **errors, **more}
    (event,) = channel.read_webhook(body({"statuses": [one]}))
    return event


@pytest.mark.parametrize(
    ("told", "state"), [("sent", "accepted"), ("delivered", "delivered"), ("read", "read"), ("played", "read")]
)
def test_a_status_is_a_receipt_with_our_reference(told: str, state: Any) -> None:
    event = status(told, biz_opaque_callback_data=REF)
    assert event == Receipt(id="wamid.1", state=state, at=AT, address="7", ref=REF)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (131026, Trouble.CONTACT_DOUBTFUL),
        (131047, Trouble.OUTSIDE_WINDOW),
        (131049, Trouble.CONTENT_INVALID),
        (131050, Trouble.OPTED_OUT),
        (130472, Trouble.CONTENT_INVALID),
        (130429, Trouble.RETRY_BACKOFF),
        (131056, Trouble.RETRY_BACKOFF),
        (132015, Trouble.TEMPLATE_PROBLEM),
        (888888, Trouble.CONTENT_INVALID),
    ],
)
def test_a_failure_tells_its_cause(code: int, trouble: Trouble) -> None:
    failed = Receipt(id="wamid.1", state="failed", at=AT, address="7", trouble=trouble, code=str(code))
    assert status("failed", code, 1) == failed
    assert status("failed", str(code)) == failed


def test_a_failure_without_a_cause_ends_this_delivery_only() -> None:
    failed = Receipt(id="wamid.1", state="failed", at=AT, address="7", trouble=Trouble.CONTENT_INVALID)
    assert status("failed") == failed


def test_a_status_nobody_knows_is_a_notice() -> None:
    assert isinstance(status("warmed"), Notice)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("preferences_stop", OptOut),
        ("preferences_resume", OptIn),
        ("preferences_signup", OptIn),
    ],
)
def test_saved_preferences_are_about_marketing(name: str, expected: type[OptIn] | type[OptOut]) -> None:
    (event,) = heard(saved(f"whatsapp/{name}.json"))
    at = datetime(2024, 11, 15, 21, 22, 1, tzinfo=UTC)
    key = f"16505551234/{name.removeprefix('preferences_')}/{at.isoformat()}"
    more: dict[str, Any] = {"subscribed": True} if expected is OptIn else {}
    assert event == expected(key=key, address="16505551234", at=at, scope="marketing", **more)


TEST = {"name": "Test Name", "phone": "+972987654321"}
SHEENA = {"name": "Sheena Nelson", "phone": "+16505551234"}


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("in_text", {"text": "Body Text", "profile": TEST}),
        ("in_reply", {"text": "replied text", "quoted": "wamid.xyzxyz==", "profile": TEST}),
        ("in_image", {"media": "image", "profile": TEST}),
        ("in_video", {"media": "video", "text": "caption", "profile": TEST}),
        ("in_voice", {"media": "audio", "profile": TEST}),
        ("in_document", {"media": "document", "text": "caption", "profile": TEST}),
        ("in_contacts", {"media": "contact", "profile": TEST}),
        ("in_current_location", {"media": "location", "profile": TEST}),
        ("in_referral", {"text": "BODY", "ref": "ADID", "profile": TEST}),
        ("button_button", {"text": "title", "button": "callback_data", "quoted": "wamid.xyzxyz", "profile": TEST}),
        (
            "button_quick_reply",
            {"text": "title", "button": "callback_data", "quoted": "wamid.xyzxyz==", "profile": TEST},
        ),
        ("button_quick_reply_without_context", {"text": "title", "button": "callback_data", "profile": TEST}),
        ("list_callback", {"text": "title", "button": "callback_data", "quoted": "wamid.xyzxyz", "profile": TEST}),
        ("list_description", {"text": "title", "button": "callback_data", "quoted": "wamid.xyzxyz", "profile": TEST}),
        ("openapi_image_message", {"media": "image", "text": "Taj Mahal", "profile": SHEENA}),
        ("openapi_location_message", {"media": "location", "profile": SHEENA}),
        ("openapi_contact_sharing_message", {"media": "contact", "profile": SHEENA}),
        (
            "openapi_text_message_from_click_to_whatsapp_ad",
            {"text": "Hello! Can I get more info on this?", "ref": "120226305854810726", "profile": SHEENA},
        ),
    ],
)
def test_saved_messages(name: str, facts: dict[str, Any]) -> None:
    payload = saved(f"whatsapp/{name}.json")
    (event,) = heard(payload)
    assert isinstance(event, Reply)
    told = payload["entry"][0]["changes"][0]["value"]["messages"][0]
    at = datetime.fromtimestamp(int(told["timestamp"]), UTC)
    assert event == Reply(key=told["id"], address=told["from"], at=at, **facts)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("edited_message_image", "edit"),
        ("deleted_message_revoke", "revoke"),
        ("in_unsupported", "unsupported"),
        ("openapi_unsupported_message", "unsupported"),
        ("in_reaction", "reaction"),
        ("openapi_reaction_message", "reaction"),
        ("openapi_order_message", "order"),
        ("system_identity_change", "system"),
        ("system_phone_number_change", "system"),
        ("openapi_system_message", "system"),
        ("openapi_group_create_message", "group_lifecycle_update"),
        ("openapi_group_remove_participants", "group_participants_update"),
    ],
)
def test_saved_notices(name: str, kind: str) -> None:
    (event,) = heard(saved(f"whatsapp/{name}.json"))
    assert isinstance(event, Notice)
    assert event.kind == kind
    assert event.raw


@pytest.mark.parametrize(
    ("name", "state", "code", "trouble", "ref"),
    [
        ("status_sent", "accepted", "", None, None),
        ("status_with_tracker", "accepted", "", None, "some data"),
        ("status_delivered", "delivered", "", None, None),
        ("status_read", "read", "", None, None),
        ("status_failed", "failed", "130472", Trouble.CONTENT_INVALID, None),
        ("status_failed_131026", "failed", "131026", Trouble.CONTACT_DOUBTFUL, None),
        ("status_failed_131047", "failed", "131047", Trouble.OUTSIDE_WINDOW, None),
        ("status_failed_131049", "failed", "131049", Trouble.CONTENT_INVALID, None),
        ("status_failed_131050", "failed", "131050", Trouble.OPTED_OUT, None),
    ],
)
def test_saved_statuses(name: str, state: Any, code: str, trouble: Trouble | None, ref: str | None) -> None:
    payload = saved(f"whatsapp/{name}.json")
    told = payload["entry"][0]["changes"][0]["value"]["statuses"][0]
    at = datetime.fromtimestamp(int(told["timestamp"]), UTC)
    address = "972987654321"
    assert heard(payload) == (
        Receipt(id="wamid.xyzxyz", state=state, at=at, address=address, ref=ref, trouble=trouble, code=code),
    )


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "other", "hub.challenge": "1"}, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "verify-me", "hub.challenge": "1"}, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me"}, None),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, None),
        ({}, None),
    ],
)
def test_a_subscription_is_confirmed_by_its_token(query: dict[str, str], answer: str | None) -> None:
    assert channel.challenge(query, WHATSAPP) == answer
    nameless = type(WHATSAPP)(channel="whatsapp", name="s", base_url="")
    assert channel.challenge(query | {"hub.verify_token": ""}, nameless) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("approved", Reviewed(name="order_confirmation", language="en_US", status="APPROVED")),
        ("rejected", Reviewed(name="abandoned_cart", language="en", status="REJECTED", reason="INVALID_FORMAT")),
    ],
)
def test_a_templates_review_is_told(name: str, expected: Reviewed) -> None:
    assert channel.read_webhook(saved(f"whatsapp/template_status_update_{name}.json")) == (expected,)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("phone_number_quality_update", {"event": "FLAGGED"}, [Standing(about="quality", value="FLAGGED")]),
        (
            "phone_number_quality_update",
            {"event": "DOWNGRADE", "current_limit": "TIER_1K", "old_limit": "TIER_10K"},
            [Standing(about="limit", value="TIER_1K", before="TIER_10K")],
        ),
        (
            "business_capability_update",
            {"max_daily_conversation_per_phone": 2000, "max_phone_numbers_per_business": 25},
            [Standing(about="limit", value="2000")],
        ),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}},
            [Standing(about="account", value="ACCOUNT_VIOLATION SPAM")],
        ),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            [Standing(about="account", value="DISABLED_UPDATE DISABLE")],
        ),
        ("account_update", {}, [Notice(kind="account_update", raw={})]),
    ],
)
def test_the_standing_of_the_business_is_told(field: str, value: dict[str, Any], expected: list[Any]) -> None:
    assert list(channel.read_webhook({"entry": [{"changes": [{"field": field, "value": value}]}]})) == expected


def test_a_templates_quality_is_told() -> None:
    told = channel.read_webhook(saved("whatsapp/template_quality_update_yellow.json"))
    assert told == (Standing(about="template welcome_template", value="YELLOW", before="GREEN"),)
