"""Rule 3: what is delivered twice has one effect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, step
from tests.town import Town

ORDERS = line(
    step("count", "update", add_tags=["ordered"]),
    entry={"event": "order"},
    reentry={"mode": "after_exit"},
)


def test_rule_3_the_same_event_twice_has_one_effect(place: Town) -> None:
    journey = place.publish(ORDERS)
    for _ in range(2):
        place.track("ann", "order", message_id="m1")
        place.advance("PT1M")
    place.track("ann", "order", message_id="m2")
    place.advance("PT1M")
    assert place.funnel(journey)["entered"] == 2


def test_rule_3_also_inside_one_batch(place: Town) -> None:
    journey = place.publish(ORDERS)
    same = {"type": "track", "userId": "ann", "event": "order", "messageId": "m1"}
    place.call("POST", "/v1/batch", json={"batch": [same, same, {**same, "userId": "bob", "messageId": "m2"}, same]})
    place.advance("PT1M")
    assert (place.funnel(journey)["entered"], place.funnel(journey)["completed"]) == (2, 2)


def test_rule_3_a_call_with_an_idempotency_key_gets_the_first_answer_again(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("tag", "update")))
    ask: dict[str, Any] = {"json": {"contacts": ["ann", "zed"]}, "headers": {"Idempotency-Key": "k1"}}
    first = place.call("POST", f"/v1/journeys/{journey}/enrollments", **ask)
    place.advance("PT1M")
    assert place.call("POST", f"/v1/journeys/{journey}/enrollments", **ask) == first
    assert first == {"enrolled": 1, "skipped": [{"contact": "zed", "reason": "unknown_contact"}]}
    place.advance("PT1M")
    assert place.funnel(journey)["entered"] == 1


def test_rule_3_the_key_of_another_request_is_refused(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("tag", "update")))
    door, key = f"/v1/journeys/{journey}/enrollments", {"Idempotency-Key": "k1"}
    place.call("POST", door, json={"contacts": ["ann"]}, headers=key)
    problem = place.call("POST", door, 409, json={"contacts": ["bob"]}, headers=key)
    assert "Idempotency-Key" in problem["detail"]


@pytest.mark.parametrize("door", ["/v1/track", "/v1/batch"])
def test_rule_3_events_without_an_id_are_each_their_own(place: Town, door: str) -> None:
    journey = place.publish(ORDERS)
    event = {"type": "track", "userId": "ann", "event": "order"}
    for _ in range(2):
        place.call("POST", door, json={"batch": [event]} if door == "/v1/batch" else event)
        place.advance("PT1M")
    assert place.funnel(journey)["entered"] == 2
