"""Rules 9 to 11: what a wait hears, from when its patience counts, and who wins at the deadline."""

from __future__ import annotations

import pytest

from tests.semantics.stories import NOON, drawn, faults, line, question, sleeping, step, waking
from tests.town import Town

PAID = {"attribute": "plan", "is": "equal", "value": "paid"}


def test_rule_9_an_event_wait_sees_only_what_comes_after_it_began(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(
        line(step("rest", "wait", for_="PT1H"), step("order", "wait", event="order", patience="P1D"))
    )
    place.enroll(journey, "ann")
    place.advance("PT30M")
    place.track("ann", "order")
    place.advance("PT40M")
    assert place.path(journey, "ann") == "rest→order…"
    place.track("ann", "order")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["trail"][1]["exit"] == "happened"


def test_rule_9_unless_it_looks_back_to_the_entry(place: Town) -> None:
    place.contact("ann")
    back = step("order", "wait", event="order", patience="P1D", look_back="since_entry")
    journey = place.publish(line(step("rest", "wait", for_="PT1H"), back))
    place.track("ann", "order")
    place.advance("PT1M")
    place.enroll(journey, "ann")
    place.advance("PT2H")
    assert place.path(journey, "ann") == "rest→order…"
    place.contact("bob", address="778")
    place.enroll(journey, "bob")
    place.advance("PT30M")
    place.track("bob", "order")
    place.advance("PT31M")
    assert place.trip(journey, "bob")["trail"][1]["exit"] == "happened"


def test_rule_9_a_state_that_holds_passes_at_once_and_an_empty_rule_parks(place: Town) -> None:
    place.contact("ann", attributes={"plan": "paid"})
    place.contact("bob", address="778")
    holds = place.publish(line(step("paid", "wait", rule=PAID, patience="P1D")))
    empty = place.publish(line(step("paid", "wait", rule={}, patience="forever")))
    place.enroll(holds, "ann", "bob")
    place.enroll(empty, "ann")
    place.advance("PT1S")
    assert place.trip(holds, "ann")["trail"][0]["exit"] == "happened"
    assert place.trip(holds, "bob")["status"] == "waiting"
    place.advance("P3D")
    assert place.trip(holds, "bob")["trail"][0]["exit"] == "timeout"
    assert (place.trip(empty, "ann")["status"], place.trip(empty, "ann")["due_at"]) == ("waiting", None)


def test_rule_9_a_rule_that_comes_to_hold_wakes_the_wait(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("paid", "wait", rule=PAID, patience="P1D")))
    place.enroll(journey, "ann")
    place.advance("PT1H")
    place.call("POST", "/v1/identify", json={"userId": "ann", "traits": {"plan": "paid"}})
    place.advance("PT1S")
    assert place.trip(journey, "ann")["trail"][0]["exit"] == "happened"


def test_rule_10_patience_counts_from_the_messengers_acceptance(place: Town) -> None:
    place.contact("ann")
    faults(place, "429", times=1, retry_after=7200)
    journey = place.publish(question(patience="PT1H", quiet_hours=["00:00", "00:00"]))
    place.enroll(journey, "ann")
    place.advance("PT3H")
    trip = place.trip(journey, "ann")
    assert (trip["status"], trip["node"]) == ("completed", "silence")
    accepted, silence = (step["at"] for step in trip["trail"][:2])
    assert (accepted, silence) == ("2040-01-09T14:00:00Z", "2040-01-09T15:00:00Z")


@pytest.mark.parametrize(
    ("said_at", "end"),
    [("2040-01-10T11:59:59Z", "yes"), ("2040-01-10T12:00:00Z", "yes"), ("2040-01-10T12:00:01Z", "silence")],
)
def test_rule_11_the_reply_wins_if_it_was_received_by_the_deadline(place: Town, said_at: str, end: str) -> None:
    """The engine is down from before the deadline until after it: only the instant of receiving decides."""
    place.contact("ann")
    journey = place.publish(question(patience="P1D"))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    asked = place.trip(journey, "ann")["arrived_at"]
    assert asked == NOON
    sleeping(place)
    place.freeze(said_at)
    place.reply(button="yes")
    place.freeze("2040-01-10T13:00:00Z")
    waking(place)
    place.advance("PT1S")
    assert place.trip(journey, "ann")["node"] == end
    place.advance("P1D")
    assert place.trip(journey, "ann")["node"] == end
    assert place.funnel(journey)["entered"] == place.funnel(journey)["completed"] == 1


def test_rule_11_a_reply_and_a_deadline_move_a_trip_once(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(
        drawn(
            step("ask", "send", text="Tea?"),
            step("answer", "reply", branches=[], patience="PT1H"),
            step("bye", "exit"),
            ways="ask.sent>answer answer.something_else>bye answer.no_answer>bye",
        )
    )
    place.enroll(journey, "ann")
    place.advance("PT1H")
    place.reply(text="yes please")
    place.advance("PT1M")
    left = place.funnel(journey)["nodes"][1]["left"]
    assert left == {"no_answer": 1}
