"""By hand: a message of the draft to oneself, and contacts taken out of a journey."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.documents import line, step
from tests.semantics.stories import question
from tests.stories.telling import deliveries, ending, sums
from tests.town import Town

OFFER = line(
    step("pause", "wait", for_="P1D"),
    step("offer", "send", text="Tea, {{ contact.name|default('friend') }}? {{ event.total }}", buttons=[]),
)


def test_a_draft_is_tried_on_oneself_and_counts_nowhere(place: Town) -> None:
    place.contact("me", consent=False)
    journey = place.call("POST", "/v1/journeys", json=OFFER)["id"]
    body: dict[str, Any] = {"node": "offer", "contact": "me", "event": {"total": 15}}
    assert place.call("POST", f"/v1/journeys/{journey}/test-send", json=body) == {"sent": ["telegram"]}
    place.advance()
    assert place.heard() == ["Tea, friend? 15"]
    place.call("POST", f"/v1/journeys/{journey}/publish")
    assert sums(place, journey)["entered"] == 0


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"node": "offer", "contact": "me"}, 422, "event.total has no value"),
        ({"node": "pause", "contact": "me"}, 404, "sends no message"),
        ({"node": "none", "contact": "me"}, 404, "no step 'none'"),
        ({"node": "offer", "contact": "nobody"}, 404, "nobody"),
    ],
)
def test_what_cannot_be_tried_is_told(doors: Town, body: dict[str, Any], status: int, says: str) -> None:
    doors.contact("me")
    journey = doors.call("POST", "/v1/journeys", json=OFFER)["id"]
    assert says in doors.call("POST", f"/v1/journeys/{journey}/test-send", status, json=body)["detail"]


def test_contacts_are_taken_out_and_the_sums_hold(either_place: Town) -> None:
    place = either_place
    journey = place.publish(question())
    names = [f"c{number}" for number in range(5)]
    for number, name in enumerate(names):
        place.contact(name, address=f"90{number}")
    place.enroll(journey, *names)
    place.advance()
    assert place.call("POST", "/v1/enrollments/eject", json={"journey": journey, "contacts": ["c0", "c1", "none"]}) == {
        "ejected": 2
    }
    assert place.call("POST", "/v1/enrollments/eject", json={"journey": journey, "node": "ask"}) == {"ejected": 0}
    assert ending(place, journey, "c0") == ("exited", "ejected")
    assert ending(place, journey, "c2")[0] == "waiting"
    assert place.call("POST", "/v1/enrollments/eject", json={"journey": journey, "node": "answer"}) == {"ejected": 3}
    place.advance("P2D")
    assert sums(place, journey)["exited"] == {"ejected": 5}
    assert [each[1] for each in deliveries(place, journey, "c3")] != []
