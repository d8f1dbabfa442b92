"""What forms are offered: attributes, events and answers as they really are."""

from __future__ import annotations

from typing import Any

import pytest

from api.vocabulary import described, type_of
from tests.town import Town


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Kazan", "text"),
        (True, "flag"),
        (3, "number"),
        (2.5, "number"),
        (["a"], "list"),
        ("2026-01-31", "date"),
        ("2026-01-31T10:00:00+03:00", "date"),
        ("20260131", "text"),
        ("", "text"),
    ],
)
def test_a_value_is_called_as_rules_call_it(value: Any, kind: str) -> None:
    assert type_of(value) == kind


def test_the_commonest_stands_first_with_different_samples_and_its_usual_type() -> None:
    contacts: list[dict[str, Any]] = [
        {"city": "Kazan", "age": 30},
        {"city": "Perm", "address": {"zip": "1"}},
        {"city": "Kazan", "gone": None},
        {"city": 7},
    ]
    assert described(contacts) == [
        {"name": "city", "type": "text", "known": 4, "samples": ["Kazan", "Perm", 7]},
        {"name": "address.zip", "type": "text", "known": 1, "samples": ["1"]},
        {"name": "age", "type": "number", "known": 1, "samples": [30]},
    ]


def test_forms_are_offered_what_contacts_have_done_and_written(either_place: Town) -> None:
    place = either_place
    place.contact("anna", "telegram", "777", attributes={"city": "Kazan"}, tags=["vip"])
    place.track("anna", "order_completed", total=1500)
    place.reply(text="Да, хочу!")
    place.reply(text="а доставка есть?")
    place.reply(text="Да, хочу!")
    place.advance("PT1S")

    found = place.call("GET", "/v1/attributes")
    assert {"name": "city", "type": "text", "known": 1, "samples": ["Kazan"]} in found["items"]
    assert found["tags"] == ["vip"]
    (event,) = place.call("GET", "/v1/events/names")["items"]
    assert (event["name"], [one["name"] for one in event["properties"]]) == ("order_completed", ["total"])

    branches = [{"exit": "yes", "keywords": ["да"]}, {"exit": "sum", "type": "number"}]
    asked = {"branches": branches, "text": "двести 200"}
    answers = place.call("POST", "/v1/replies/match", json=asked)["items"]
    assert [(one["text"], one["exit"]) for one in answers][1:] == [
        ("Да, хочу!", "yes"),
        ("а доставка есть?", "something_else"),
    ]
    assert answers[0]["text"] == "двести 200"
    place.call("POST", "/v1/replies/match", expect=422, json={"branches": [{"exit": "A!"}]})


def test_messengers_tell_what_they_take(place: Town) -> None:
    limits = {one["channel"]: one["limits"] for one in place.call("GET", "/v1/channels")["messengers"]}
    assert limits["whatsapp"]["buttons"] == 3
    assert limits["telegram"]["text"] == 4096
    kinds = {one["kind"]: one for one in place.call("GET", "/v1/nodes")["items"]}
    assert kinds["send"]["exits"] == ["sent"]
    assert kinds["split"]["begins"]["arms"][0] == {"exit": "a", "weight": 1}
