"""Rehearsals over the API: real contacts are only read, scripts are filled in, and kept as tests of the journey."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import question
from tests.stories.telling import example
from tests.town import Town


def test_a_real_contact_is_rehearsed_and_stays_as_they_were(either_place: Town) -> None:
    place = either_place
    place.freeze("2040-01-09T12:00:00Z")
    place.contact("ann", attributes={"name": "Ann"}, tags=["vip"], timezone="Europe/Moscow")
    made = place.call("POST", "/v1/journeys", json=question("Tea, {{ contact.name }}?"))
    journey = made["id"]
    body: dict[str, Any] = {"journey": journey, "contact": "ann"}
    first = place.call("POST", "/v1/rehearsals", json=body)
    assert first["script"]["contact"] == {
        "external_id": "ann",
        "attributes": {"name": "Ann"},
        "tags": ["vip"],
        "timezone": "Europe/Moscow",
        "channels": ["telegram"],
        "consents": ["telegram"],
        "wrote": False,
        "advertised": [],
    }
    assert first["script"]["at"].startswith("2040-01-09T12:00:")
    assert [(each["from"], each["text"]) for each in first["chat"]] == [("bot", "Tea, Ann?")]
    assert (first["node"], first["waiting_for"]) == ("answer", "reply")
    script = {**first["script"], "acts": [{"wait": "PT2H"}, {"set": {"name": "Bob"}}, {"press": "no"}]}
    last = place.call("POST", "/v1/rehearsals", json={"journey": journey, "script": script})
    assert [each["node"] for each in last["path"]] == ["ask", "answer", "no"]
    assert last["trace"][-2]["why"] == "Matched: pressed «No»."
    assert last["variables"]["contact"] == {"name": "Bob"}
    # Nothing was sent, nothing was kept.
    assert place.phone() == []
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"name": "Ann"}
    assert place.call("GET", "/v1/enrollments")["items"] == []
    # Kept as a test, it holds until the journey goes another way.
    kept = place.call("PUT", f"/v1/journeys/{journey}/tests/Says no", json={"script": script})
    assert kept["expect"]["reason"] == "no"
    assert place.call("POST", f"/v1/journeys/{journey}/tests/run")["passed"] == 1
    other = question("Tea, {{ contact.name }}?")
    other["edges"] = [
        {**each, "target": "yes" if each["key"] == "no" else "no"} if each["key"] in ("yes", "no") else each
        for each in other["edges"]
    ]
    ran = place.call("POST", f"/v1/journeys/{journey}/tests/run", json={"document": other})
    assert (ran["passed"], ran["failed"]) == (0, 1)
    assert {"what": "reason", "expected": "no", "found": "yes"} in ran["items"][0]["differences"]
    expect = {"script": script, "expect": {"reason": "yes"}}
    place.call("PUT", f"/v1/journeys/{journey}/tests/Says no", json=expect)
    assert [each["expect"]["reason"] for each in place.call("GET", f"/v1/journeys/{journey}/tests")["items"]] == ["yes"]
    assert place.call("DELETE", f"/v1/journeys/{journey}/tests/Says no") == {"deleted": True}
    assert place.call("GET", f"/v1/journeys/{journey}/tests")["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"journey": "none"}, 404),
        ({"document": {"nodes": [], "edges": []}}, 422),
        ({"document": question(), "contact": "nobody"}, 404),
        ({"document": question(), "script": {"acts": [{"say": "a", "press": "b"}]}}, 422),
        ({"document": question(), "script": {"acts": [{"say": "a"}] * 301}}, 422),
    ],
)
def test_what_cannot_be_rehearsed_is_told(doors: Town, body: dict[str, Any], status: int) -> None:
    assert doors.call("POST", "/v1/rehearsals", status, json=body)["detail"]


def test_a_test_that_is_not_there(doors: Town) -> None:
    made = doors.call("POST", "/v1/journeys", json=question())
    doors.call("DELETE", f"/v1/journeys/{made['id']}/tests/none", 404)
    doors.call("PUT", f"/v1/journeys/{made['id']}/tests/{'x' * 121}", 422, json={"script": {}})


@pytest.mark.parametrize(
    ("name", "channel", "event"),
    [("retail-coupon-viber", "viber", {}), ("delivery-status", "telegram", {"order_id": "A-1"})],
)
def test_a_rehearsal_goes_as_it_goes_in_earnest(place: Town, name: str, channel: str, event: dict[str, Any]) -> None:
    """The same acts on the stage and in the pretend world: the same steps, exits and words."""
    place.freeze("2040-01-09T12:00:00Z")
    document = example(name, "en")
    place.call("PUT", "/v1/coupons/viber-15", json={"codes": ["VIBER-15-001"]})
    place.contact("ann", channel, "777", attributes={"first_name": "Ann"}, timezone="UTC")
    journey = place.publish(document)
    body = {"journey": journey, "contact": "ann", "script": {"event": event}}
    script = place.call("POST", "/v1/rehearsals", json=body)["script"]
    place.enroll(journey, "ann", properties=event)
    place.advance()
    acts: list[dict[str, Any]] = [{"wait": "P1DT2H"}, {"press": "want"}, {"wait": "P5D"}]
    if name == "delivery-status":
        acts = [{"event": "order_out_for_delivery", "properties": event}, {"say": "at the door"}, {"wait": "P3D"}]
    for act in acts:
        if "wait" in act:
            place.advance(act["wait"])
        elif "event" in act:
            place.track("ann", act["event"], **act["properties"])
            place.advance()
        else:
            place.reply("777", channel, **({"button": act["press"]} if "press" in act else {"text": act["say"]}))
            place.advance()
    played = place.call("POST", "/v1/rehearsals", json={"journey": journey, "script": {**script, "acts": acts}})
    trip = place.trip(journey, "ann")
    assert [(each["node"], each["exit"]) for each in played["path"]] == [
        (each["node"], each["exit"]) for each in trip["trail"]
    ]
    assert (played["status"], played["reason"]) == (trip["status"], trip["reason"])
    assert [each["text"] for each in played["chat"] if each["from"] == "bot"] == place.heard("777", channel)
