"""The product tells of each waiting contact why, what wakes them and when at the latest; lists of them are searched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.documents import line, step
from tests.semantics.stories import NOON, question
from tests.town import Town

NIGHT = "2040-01-09T23:30:00Z"


def explained(place: Town, contact: str) -> dict[str, Any]:
    """The explanation of a contact's only trip, the same in the list and by itself."""
    (trip,) = place.call("GET", "/v1/enrollments", params={"contact": contact, "status": "inside"})["items"]
    assert place.call("GET", f"/v1/enrollments/{trip['id']}/explain") == trip
    told: dict[str, Any] = trip["explain"]
    assert trip["explained"] == told["text"]
    return told


def wakes(told: dict[str, Any]) -> list[str]:
    return [each["text"] for each in told["wakes"]]


def test_a_question_a_night_an_event_and_a_pause(place: Town) -> None:
    place.freeze(NOON)
    place.contact("ann", address="1")
    place.enroll(asking := place.publish(question(goal={"event": "paid"})), "ann")
    place.advance("PT1S")
    told = explained(place, "ann")
    assert told["step"]["sentence"] == "Wait for an answer: 1 day"
    assert told["text"] == "waits for an answer"
    assert wakes(told) == ["an answer of the contact", "the time", "the goal: the event paid"]
    assert told["latest"] == "2040-01-10T12:00:00Z"
    place.call("POST", f"/v1/journeys/{asking}/pause")
    told = explained(place, "ann")
    assert (told["why"], told["latest"], told["open_end"]) == ("journey_paused", None, "until_resumed")

    patient = line(step("wait", "wait", event="paid", patience="forever"))
    place.contact("bob", address="2")
    place.enroll(place.publish(patient), "bob")
    place.advance("PT1S")
    told = explained(place, "bob")
    assert (told["text"], told["latest"], told["open_end"]) == ("waits for the event paid", None, "forever")

    place.freeze(NIGHT)
    hello = step("hello", "send", text="Hello", channel="telegram", ttl="P1D")
    quiet = line(hello, quiet_hours=["21:00", "09:00"])
    place.contact("eve", address="3", timezone="UTC")
    place.enroll(place.publish(quiet), "eve")
    place.advance("PT1S")
    told = explained(place, "eve")
    assert told["text"] == "waits for its message to be sent (it is night where the contact is)"
    assert told["held"] == {
        "reason": "quiet_hours",
        "text": "it is night where the contact is",
        "until": "2040-01-10T09:00:00Z",
        "latest": told["latest"],
    }
    (message,) = place.call("GET", "/v1/deliveries", params={"contact": "eve"})["items"]
    assert message["held"] == told["held"]
    place.advance("P1D")
    (message,) = place.call("GET", "/v1/deliveries", params={"contact": "eve"})["items"]
    assert (message["state"], message["held"]) == ("accepted", None)


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_who_is_here_is_found_page_by_page(place: Town, order: str) -> None:
    place.freeze(NOON)
    waiting = line(step("a", "wait", for_="P1D"))
    for number in range(5):
        place.contact(f"c{number}", address=str(number), attributes={"first_name": "Ёлка" if number % 2 else "Дуб"})
    journey = place.publish(waiting)
    place.enroll(journey, *(f"c{number}" for number in range(5)))
    place.advance("PT1S")
    found, after = [], ""
    while after is not None:
        query = {"journey": journey, "status": "inside", "node": "a", "order": order, "limit": 2, "after": after}
        page = place.call("GET", "/v1/enrollments", params=query)
        found += [each["contact"] for each in page["items"]]
        after = page["next"]
    assert found == [f"c{number}" for number in (range(5) if order == "oldest" else reversed(range(5)))]
    query = {"journey": journey, "status": "inside", "search": "ЕЛКА", "order": order}
    named = place.call("GET", "/v1/enrollments", params=query)["items"]
    assert sorted(each["contact"] for each in named) == ["c1", "c3"]
    place.advance("P2D")
    assert place.call("GET", "/v1/enrollments", params={"journey": journey, "status": "inside"})["items"] == []


def test_an_enrollment_that_is_not_there_is_not_explained(place: Town) -> None:
    for name in ("999999", "x", "-1", "9" * 40):
        place.call("GET", f"/v1/enrollments/{name}/explain", expect=404)
