"""Rehearsals over the API: real contacts are only read, scripts are filled in, and kept as tests of the journey."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import question
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
