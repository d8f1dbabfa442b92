"""Rule 13, its end: what concerns no question is in the inbox, where people answer; a trip may hand over to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, sent, step
from tests.town import Town


def talks(place: Town, **which: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = place.call("GET", "/v1/inbox", params=which)["items"]
    return items


def test_rule_13_a_person_answers_from_the_inbox_and_once(place: Town) -> None:
    place.contact("ann", consent=False)
    for said in ("Where is my order?", "Hello?"):
        place.reply(text=said)
        place.advance()
    (talk,) = talks(place)
    assert (talk["contact"], talk["queue"], talk["channel"], talk["status"]) == ("ann", "", "telegram", "open")
    door = f"/v1/inbox/{talk['id']}"
    for planned in (True, False):
        words, key = {"text": "On its way"}, {"Idempotency-Key": "a1"}
        assert place.call("POST", f"{door}/answer", json=words, headers=key) == {"planned": planned}
    place.advance()
    assert sent(place) == ["On its way"]
    place.call("POST", f"{door}/close")
    assert (talks(place), [each["closed_by"] for each in talks(place, status="closed")]) == ([], ["bootstrap"])
    place.call("POST", f"{door}/answer", 409, json={"text": "Late"})
    place.call("POST", "/v1/inbox/999/close", 404)
    place.reply(text="Thanks")
    place.advance()
    assert len(talks(place)) == 1


def test_rule_13_a_person_may_answer_on_messenger_for_a_week_and_a_journey_for_a_day(place: Town) -> None:
    page = "2400000000001"
    place.contact("ann", "messenger", page, consent=False)
    place.reply(page, "messenger", text="Where is my order?")
    place.advance("P3D")
    late = place.publish(line(step("say", "send", text="Buy more", category="service")))
    place.enroll(late, "ann")
    (talk,) = talks(place)
    place.call("POST", f"/v1/inbox/{talk['id']}/answer", json={"text": "On its way"})
    place.advance()
    # The pretend page takes it so late only with the tag of a person.
    assert place.heard(page, "messenger") == ["On its way"]
    place.advance("P4D")
    place.call("POST", f"/v1/inbox/{talk['id']}/answer", json={"text": "It has come"})
    place.advance()
    assert place.heard(page, "messenger") == ["On its way"]
    told = [(each["state"], each["reason"]) for each in place.call("GET", "/v1/deliveries")["items"]]
    assert told.count(("suppressed", "window_closed")) == 2


@pytest.mark.parametrize("closed", [True, False])
def test_rule_13_a_trip_hands_over_and_goes_on(place: Town, closed: bool) -> None:
    place.contact("ann")
    hand = step("hand", "handoff", queue="sales", resume_after="PT2H")
    journey = place.publish(line(hand, step("thanks", "send", text="Thanks")))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    assert [(each["queue"], each["node"]) for each in talks(place, queue="sales")] == [("sales", "hand")]
    assert talks(place, queue="support") == []
    place.reply(text="I want two")
    place.advance("PT1M")
    (talk,) = talks(place)
    assert talk["channel"] == "telegram"
    assert place.trip(journey, "ann")["waiting_for"] == "handoff"
    if closed:
        place.call("POST", f"/v1/inbox/{talk['id']}/close")
        place.advance()
    else:
        place.advance("PT2H")
    assert sent(place) == ["Thanks"]
    assert len(talks(place)) == (0 if closed else 1)
    if not closed:
        # Closing later concerns no trip any more.
        place.call("POST", f"/v1/inbox/{talk['id']}/close")
        place.advance()
    assert place.trip(journey, "ann")["status"] == "completed"
