"""Rule 2: coming again is a setting, and the database enforces it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.semantics.stories import line, step
from tests.town import Town


def resting(**reentry: Any) -> dict[str, Any]:
    """A journey that takes an hour."""
    return line(step("rest", "wait", for_="PT1H"), reentry=reentry, entry=[{"api": True}, {"event": "order"}])


def skipped(answer: dict[str, Any]) -> list[str]:
    return [each["reason"] for each in answer["skipped"]]


def trips(place: Town, journey: str, contact: str = "ann") -> list[tuple[str, str | None]]:
    items = place.call("GET", "/v1/enrollments", params={"journey": journey, "contact": contact})["items"]
    return [(each["status"], each["reason"]) for each in items]


def test_rule_2_never_means_once_ever(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode="never"))
    assert place.enroll(journey, "ann")["enrolled"] == 1
    assert skipped(place.enroll(journey, "ann")) == ["already_taken"]
    place.advance("PT2H")
    assert skipped(place.enroll(journey, "ann")) == ["already_taken"]
    assert trips(place, journey) == [("completed", "done")]


def test_rule_2_after_exit_is_the_default(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("rest", "wait", for_="PT1H")))
    place.enroll(journey, "ann")
    assert skipped(place.enroll(journey, "ann")) == ["already_inside"]
    place.advance("PT2H")
    assert place.enroll(journey, "ann")["enrolled"] == 1


def test_rule_2_a_cooldown_counts_from_the_end_of_the_last_trip(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode="after_exit", cooldown="P7D"))
    place.enroll(journey, "ann")
    place.advance("PT1H")
    place.advance("P6DT23H")
    assert skipped(place.enroll(journey, "ann")) == ["cooldown"]
    place.advance("PT1H")
    assert place.enroll(journey, "ann")["enrolled"] == 1


def test_rule_2_restart_ends_the_old_trip_as_restarted(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode="restart"))
    place.enroll(journey, "ann")
    place.advance("PT30M")
    assert place.enroll(journey, "ann")["enrolled"] == 1
    place.advance("PT45M")
    assert trips(place, journey) == [("exited", "restarted"), ("waiting", None)]
    assert place.funnel(journey)["exited"] == {"restarted": 1}


@pytest.mark.parametrize("mode", ["parallel", "never"])
def test_rule_2_a_key_tells_trips_apart_and_numbers_and_texts_are_the_same_key(place: Town, mode: str) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode=mode, key="order_id"))
    for value in (100, "100", 100.0, "0100", 200):
        place.track("ann", "order", order_id=value)
    place.track("ann", "order")
    place.advance("PT1M")
    assert len(trips(place, journey)) == 3
    reason = "already_taken" if mode == "never" else "already_inside"
    assert place.funnel(journey)["skipped"] == {reason: 2, "no_key": 1}


def test_rule_2_many_callers_at_once_enroll_once(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode="after_exit"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: place.enroll(journey, "ann"), range(16)))
    assert sum(answer["enrolled"] for answer in answers) == 1
    assert len(trips(place, journey)) == 1


def test_rule_2_one_contact_twice_in_a_call_enters_once(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(resting(mode="after_exit"))
    answer = place.enroll(journey, "ann", "ann")
    assert (answer["enrolled"], skipped(answer)) == (1, ["already_inside"])
