"""Publishing at a chosen instant: at that instant, as it stood when it was decided, and only if it still passes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import Town

LATER = "2040-01-09T14:00:00Z"


def saying(text: str, segment: str = "") -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": "hi", "kind": "send", "settings": {"text": text, "category": "service"}},
        {"id": "end", "kind": "exit", "settings": {"reason": "done"}},
    ]
    edges = [{"source": "hi", "target": "end", "key": "sent"}]
    graph: dict[str, Any] = {"name": "Planned", "entry": {"api": True}}
    if segment:
        graph["entry"] = {"segment": segment}
    return {"directed": True, "multigraph": True, "graph": graph, "nodes": nodes, "edges": edges}


def planned(place: Town, document: dict[str, Any], at: str = LATER) -> str:
    journey = str(place.call("POST", "/v1/journeys", json=document)["id"])
    told = place.call("POST", f"/v1/journeys/{journey}/publish", json={"at": at})
    assert told == {"version": None, "at": at, "revision": 1}
    return journey


def state(place: Town, journey: str) -> tuple[Any, Any, Any]:
    told = place.call("GET", f"/v1/journeys/{journey}")
    return told["status"], told["version"], told["planned"]


def test_it_goes_live_at_the_instant_as_it_stood_when_that_was_decided(place: Town) -> None:
    place.contact("anna", "telegram", "777")
    journey = planned(place, saying("As decided"))
    later = {"document": saying("Written afterwards")}
    place.call("PUT", f"/v1/journeys/{journey}/draft", json=later, headers={"If-Match": "1"})
    place.advance("PT1H59M")
    assert state(place, journey) == ("draft", None, {"at": LATER, "revision": 1, "by": "bootstrap", "problems": []})
    place.advance("PT1M")
    assert state(place, journey) == ("live", 1, None)
    place.enroll(journey, "anna")
    place.advance()
    assert place.heard() == ["As decided"]
    draft = place.call("GET", f"/v1/journeys/{journey}/draft")["document"]
    assert draft["nodes"][0]["settings"]["text"] == "Written afterwards"


def test_what_does_not_pass_at_the_instant_is_not_published_and_says_why(place: Town) -> None:
    rule = {"attribute": "city", "is": "equal", "value": "Omsk"}
    place.call("POST", "/v1/segments", json={"id": "omsk", "name": "Omsk", "rule": rule})
    journey = planned(place, saying("Hi", segment="omsk"))
    place.call("DELETE", "/v1/segments/omsk")
    place.advance("P1D")
    status, version, told = state(place, journey)
    assert (status, version) == ("draft", None)
    assert [each["text"] for each in told["problems"]] == ["No segment is called omsk."]
    # Somebody mends it and publishes: the notice is gone.
    place.call("POST", "/v1/segments", json={"id": "omsk", "name": "Omsk", "rule": rule})
    place.call("POST", f"/v1/journeys/{journey}/publish")
    assert state(place, journey) == ("live", 1, None)


@pytest.mark.parametrize("how", ["cancel", "publish", "stop"])
def test_a_plan_is_gone_when_it_is_cancelled_or_overtaken(place: Town, how: str) -> None:
    journey = str(place.call("POST", "/v1/journeys", json=saying("Hi"))["id"])
    if how == "stop":
        place.call("POST", f"/v1/journeys/{journey}/publish")
    place.call("POST", f"/v1/journeys/{journey}/publish", json={"at": LATER})
    match how:
        case "cancel":
            place.call("DELETE", f"/v1/journeys/{journey}/publish")
            place.call("DELETE", f"/v1/journeys/{journey}/publish", 404)
        case "publish":
            place.call("POST", f"/v1/journeys/{journey}/publish")
        case "stop":
            place.call("POST", f"/v1/journeys/{journey}/stop")
    place.advance("P1D")
    expected = {"cancel": ("draft", None, None), "publish": ("live", 1, None), "stop": ("stopped", 1, None)}
    assert state(place, journey) == expected[how]


def test_an_instant_that_is_past_or_a_draft_that_would_not_pass_is_refused_at_once(place: Town) -> None:
    journey = str(place.call("POST", "/v1/journeys", json=saying("Hi", segment="nobody"))["id"])
    past = place.call("POST", f"/v1/journeys/{journey}/publish", 422, json={"at": "2040-01-09T11:59:59Z"})
    assert past["errors"][0]["field"] == "at"
    nowhere = place.call("POST", f"/v1/journeys/{journey}/publish", 422, json={"at": "2040-01-12T09:00:00"})
    assert nowhere["errors"][0]["field"] == "at"
    broken = place.call("POST", f"/v1/journeys/{journey}/publish", 422, json={"at": LATER})
    assert [each["text"] for each in broken["problems"]] == ["No segment is called nobody."]
    assert state(place, journey) == ("draft", None, None)
