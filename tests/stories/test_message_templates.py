"""Messages kept for each messenger: previewed, checked, remarked on; approved templates; the health of accounts."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest

from journeys.remarks import remarks
from nodes.base import Says
from tests.semantics.stories import deliveries, line, step
from tests.town import Town

SALE = "Spring sale! Look: https://shop.example/?utm_source=t — send STOP to unsubscribe."
CARD = {"title": "Mug", "text": "Blue", "image": "https://a/m.jpg", "buttons": [{"id": "buy", "title": "Buy"}]}
RICH: dict[str, Any] = {
    "text": "Hi, {{ contact.first_name }}",
    "buttons": [{"id": f"o{n}", "title": f"Option {n}"} for n in range(4)],
    "media": {"kind": "image", "url": "https://a/b.jpg"},
    "cards": [CARD],
    "variants": {"viber": {"text": "Viber says hi"}},
}


def said(text: str, **more: Any) -> Says:
    return Says(text=text, **more)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (said("Buy"), "nothing to do"),
        (said("Buy"), "how to stop"),
        (said("Hi {{ contact.name }}?"), "Contacts without contact.name"),
        (said("CHEAPER THAN EVER BEFORE"), "shouts"),
        (said("https://bit.ly/x"), "hides where"),
        (said("https://shop.example/"), "not counted"),
    ],
)
def test_remarks(says: Says, words: str) -> None:
    assert any(words in each.text for each in remarks(says)), remarks(says)


def test_a_good_message_has_no_remarks_and_service_needs_no_way_out() -> None:
    assert remarks(said(SALE)) == ()
    assert remarks(said("Your order is ready", category="service")) == ()
    assert remarks(said('Hi, {{ contact.name|default("friend") }}?', category="service")) == ()


@pytest.mark.parametrize(("text", "marked"), [(SALE, False), (f"{SALE} Реклама. ООО «Шар», erid: 2VtzqwQet7H", True)])
def test_an_advertisement_is_marked(text: str, marked: bool) -> None:
    assert (remarks(said(text), ad=True) == ()) is marked


def test_a_message_is_previewed_as_each_phone_shows_it(place: Town) -> None:
    body = {"message": RICH, "sample": {"contact": {"first_name": "Ann"}}}
    told = place.call("POST", "/v1/templates/preview", json=body)
    shown = {name: one["bubbles"] for name, one in told["channels"].items()}
    telegram, mug = shown["telegram"]
    assert (telegram["text"], telegram["files"]) == ("Hi, Ann", [{"kind": "image", "url": "https://a/b.jpg"}])
    assert [key["title"] for key in telegram["keys"]] == [f"Option {n}" for n in range(4)]
    assert (mug["text"], mug["keys"][0]["title"]) == ("Mug\nBlue", "Buy")
    picture, listed, _ = shown["whatsapp"]
    assert (picture["files"][0]["kind"], listed["layout"], listed["opener"]) == ("image", "list", "Choose")
    assert shown["viber"][0]["text"] == "Viber says hi"
    assert [each["layout"] for each in shown["viber"]] == ["inline", "card", "keyboard"]
    assert (shown["viber"][1]["text"], shown["viber"][1]["files"][0]["url"]) == ("Mug\nBlue", "https://a/m.jpg")
    assert [each["layout"] for each in shown["messenger"]] == ["quick", "quick", "card"]
    assert shown["messenger"][1]["keys"][0]["title"] == "Option 0"
    assert told["channels"]["whatsapp"]["limits"]["choices"] == {"used": 4, "most": 10}
    assert any("as a list" in each["text"] for each in told["channels"]["whatsapp"]["problems"])
    missing = place.call("POST", "/v1/templates/preview", json={"message": RICH})
    assert missing["channels"]["telegram"]["problems"][0] == {
        "level": "error",
        "text": "contact.first_name has no value and no default.",
    }
    place.call("POST", "/v1/templates/preview", expect=422, json={"message": {"text": ""}})


def test_a_kept_message_and_its_variant_in_a_journey(place: Town) -> None:
    kept = place.call("PUT", "/v1/templates/hello", json={"name": "Hello", "message": RICH})
    assert kept["message"] == RICH
    assert [each["id"] for each in place.call("GET", "/v1/templates")["items"]] == ["hello"]
    assert place.call("GET", "/v1/templates/hello")["name"] == "Hello"
    place.contact("ann", "viber", "ann==", attributes={"first_name": "Ann"})
    place.enroll(place.publish(line(step("hello", "send", **RICH))), "ann")
    place.advance("PT1S")
    assert place.heard("ann==", "viber")[0] == "Viber says hi"
    place.call("DELETE", "/v1/templates/hello")
    place.call("GET", "/v1/templates/hello", expect=404)


PROMO = {
    "name": "promo",
    "language": "ru",
    "category": "MARKETING",
    "components": [{"type": "BODY", "text": "Привет, {{1}}, заходите!"}],
}


def in_review(place: Town) -> None:
    """The template is at the messenger, and we have asked for it."""
    with place.project.database.read() as connection:
        account = place.project.account(connection, "whatsapp", "default")
    assert account is not None
    url = f"{place.world.url}/v25.0/{account.account.settings['waba_id']}/message_templates"
    headers = {"Authorization": f"Bearer {account.account.secrets['token']}"}
    answer = place.world_client.post(url, json=PROMO, headers=headers)
    assert answer.status_code == 200, answer.text
    assert place.call("POST", "/v1/templates/approved/whatsapp/default/sync") == {"templates": 1}


def test_approved_templates_are_asked_for_and_follow_the_review(place: Town) -> None:
    in_review(place)
    (before,) = place.call("GET", "/v1/templates/approved")["items"]
    assert (before["name"], before["language"], before["category"]) == ("promo", "ru", "MARKETING")
    place.advance("PT1H")
    (after,) = place.call("GET", "/v1/templates/approved")["items"]
    assert after["status"] == "APPROVED"
    place.call("POST", "/v1/templates/approved/telegram/default/sync", expect=422)


def test_rule_30_a_template_in_review_holds_everybody_and_its_approval_lets_them_go(place: Town) -> None:
    """By what the messenger told last: not one request is made to hear it again."""
    in_review(place)
    template = {"whatsapp": {"name": "promo", "language": "ru", "body": ["{{ contact.external_id }}"]}}
    journey = place.publish(line(step("hello", "send", template=template, channel="whatsapp")))
    people = {"ann": "79160000001", "bob": "79160000002"}
    for name, address in people.items():
        place.contact(name, "whatsapp", address)
    place.enroll(journey, *people)

    def held() -> list[tuple[str, str | None, int]]:
        items = place.call("GET", "/v1/deliveries", params={"journey": journey})["items"]
        return [(each["state"], each["reason"], each["attempt"]) for each in items]

    place.advance("PT1S")
    assert held() == [("held", "template_not_approved", 0)] * 2
    assert [place.heard(address, "whatsapp") for address in people.values()] == [[], []]
    place.advance("PT2M")  # Sooner than they would be looked at again.
    assert [place.heard(each, "whatsapp") for each in people.values()] == [
        [f"Привет, {name}, заходите!"] for name in people
    ]
    assert [place.trip(journey, name)["status"] for name in people] == ["completed"] * 2
    assert [attempt for _, _, attempt in held()] == [1, 1]


def test_the_health_of_an_account(place: Town) -> None:
    place.contact("ann")
    place.reply(text="hello")
    place.enroll(place.publish(line(step("hello", "send", text="Hi"))), "ann")
    place.advance("PT1S")
    told = place.call("GET", "/v1/channels/telegram/default/health")
    assert told["outcomes"] == [{"state": "accepted", "reason": None, "count": 1}]
    assert (told["status"], told["sent_last_minute"], told["last_webhook"]["error"]) == ("ok", 1, None)
    assert place.call("POST", "/v1/channels/telegram/default/check")["ok"] is True
    facts = place.call("POST", "/v1/channels/whatsapp/default/check")["facts"]
    assert facts["quality_rating"] == "GREEN"
    place.call("POST", "/v1/channels/telegram/default/test", json={"address": "777", "text": "It works"})
    assert place.heard()[-1] == "It works"
    place.call("POST", "/sandbox/phones/telegram/777/block")
    refused = place.call(
        "POST", "/v1/channels/telegram/default/test", expect=422, json={"address": "777", "text": "It works"}
    )
    assert "blocked" in refused["detail"]
    place.call("GET", "/v1/channels/telegram/nobody/health", expect=404)


def hear(place: Town, field: str, value: dict[str, Any]) -> None:
    """A signed webhook of WhatsApp's comes in and is processed."""
    with place.project.database.read() as connection:
        connected = place.project.account(connection, "whatsapp", "default")
    assert connected is not None
    secret = connected.account.secrets["app_secret"].encode()
    raw = json.dumps({"entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}).encode()
    signature = "sha256=" + hmac.new(secret, raw, "sha256").hexdigest()
    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    place.call("POST", "/webhooks/whatsapp/default", content=raw, headers=headers)
    place.advance("PT1S")


def test_how_the_messenger_regards_an_account_is_kept(place: Town) -> None:
    def told() -> list[tuple[str, str, str]]:
        kept = place.call("GET", "/v1/channels/whatsapp/default/health")["standing"]
        return [(each["about"], each["before"], each["value"]) for each in kept]

    place.call("POST", "/v1/channels/whatsapp/default/check")
    place.call("POST", "/v1/channels/whatsapp/default/check")
    assert told() == [("quality", "", "GREEN")]
    flagged = {"event": "FLAGGED", "current_limit": "TIER_1K", "old_limit": "TIER_10K"}
    hear(place, "phone_number_quality_update", flagged)
    assert told()[:2] == [("limit", "TIER_10K", "TIER_1K"), ("quality", "GREEN", "FLAGGED")]


def test_many_who_block_pause_a_template_and_its_messages_wait(place: Town) -> None:
    """The sandbox judges by itself: the product hears of it by webhooks, and sends no more of it until it may."""
    people = {f"p{number}": f"7999000010{number}" for number in range(10)}
    habits = {"blocks": 1, "read_delay": [0, 0]}
    virtual = [{"channel": "whatsapp", "address": each, "behaviour": habits} for each in people.values()]
    place.call("PUT", "/sandbox/people", json={"people": virtual})
    for name, address in people.items():
        place.contact(name, "whatsapp", address)
    place.contact("late", "whatsapp", "79990000200")
    in_review(place)
    place.advance("PT2M")
    template = {"whatsapp": {"name": "promo", "language": "ru", "body": ["{{ contact.external_id }}"]}}
    journey = place.publish(line(step("hello", "send", template=template, channel="whatsapp", category="service")))
    place.enroll(journey, *people)
    place.advance("PT10M")
    standing = place.call("GET", "/v1/channels/whatsapp/default/health")["standing"]
    assert {each["about"]: each["value"] for each in standing}["quality"] == "FLAGGED"
    assert any(each["about"].startswith("template ") and each["value"] == "RED" for each in standing)
    place.enroll(journey, "late")
    place.advance("PT1H")
    assert [each["state"] for each in deliveries(place, "late")] == ["held"]
    assert place.heard("79990000200", "whatsapp") == []
    place.advance("PT3H")
    assert [each["state"] for each in deliveries(place, "late")] == ["delivered"]


@pytest.mark.parametrize(
    ("code", "status"), [(131042, "broken"), (131031, "broken"), (131048, "broken"), (131026, "ok"), (131049, "ok")]
)
def test_a_late_failure_of_the_account_stops_the_account(place: Town, code: int, status: str) -> None:
    """WhatsApp says «accepted» first and tells of an unpaid bill in a webhook: nobody else is sent into it."""
    place.contact("ann", "whatsapp", "79990000001")
    place.reply("79990000001", "whatsapp", text="hello")
    place.advance("PT1S")
    journey = place.publish(line(step("hello", "send", text="Hi", channel="whatsapp", category="service")))
    place.enroll(journey, "ann")
    place.advance("PT0.1S")
    ref = place.call("GET", "/sandbox/log", params={"limit": 100})["items"][-1]["ref"]
    failed = {"id": "w", "status": "failed", "recipient_id": "79990000001", "errors": [{"code": code}]}
    value = {"statuses": [failed | {"biz_opaque_callback_data": ref, "timestamp": "1"}]}
    hear(place, "messages", value)
    account = place.call("GET", "/v1/channels/whatsapp/default/health")
    assert account["status"] == status
    assert [each["state"] for each in deliveries(place, "ann")] == ["rejected"]


def test_a_message_is_tried_on_oneself_as_it_stands(place: Town) -> None:
    place.contact("ann")
    message: dict[str, Any] = {
        "text": "Hi, {{ contact.first_name }}!",
        "media": {"kind": "image", "url": "https://a.example/1.jpg"},
    }
    message |= {"album": [{"kind": "image", "url": "https://a.example/2.jpg"}], "cards": [{"title": "Tea"}]}
    body = {"message": message, "sample": {"contact": {"first_name": "Ann"}}, "address": "777"}
    sent = place.call("POST", "/v1/templates/try/telegram/default", json=body)
    assert len(sent["ids"]) == 2
    assert place.heard()[-3:] == ["Hi, Ann!", "", "Tea"]
    refused = place.call("POST", "/v1/templates/try/telegram/default", expect=422, json={**body, "sample": {}})
    assert [each["field"] for each in refused["errors"]] == ["sample"]
    place.call("POST", "/v1/templates/try/telegram/nobody", expect=404, json=body)
