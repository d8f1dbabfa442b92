"""Black-box stories known from other engines' own tests: which way a trip goes; where ours differs, it is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import drawn, line, sent, step
from tests.town import Town

FENDER = {"event": "purchased_guitar", "where": {"attribute": "brand", "is": "equal", "value": "Fender"}}


def gate(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    return step(name, "condition", branches=[{"exit": "yes", "rule": rule}])


def paid(name: str = "paid", **more: Any) -> dict[str, Any]:
    """A wait for a plan that is paid, of a day."""
    return step(name, "wait", rule={"attribute": "plan", "is": "equal", "value": "paid"}, patience="P1D", **more)


def exits(place: Town, journey: str, contact: str) -> list[str]:
    return [each["exit"] for each in place.trip(journey, contact)["trail"] if each["exit"]]


def test_s21_a_condition_is_judged_after_the_wait(place: Town) -> None:
    """Their entry by segment is not built here yet: the contacts are enrolled by the API."""
    place.contact("u1")
    place.contact("u2", address="778")
    hello = step("hello", "send", text="Upgrade?")
    journey = place.publish(
        drawn(
            step("week", "wait", for_="P7D"),
            gate("plan", {"attribute": "plan", "is": "equal", "value": "paid"}),
            hello,
            step("bye", "exit"),
            ways="week.done>plan plan.yes>bye plan.otherwise>hello hello.sent>bye",
        )
    )
    place.enroll(journey, "u1", "u2")
    place.advance("P1D")
    place.call("POST", "/v1/identify", json={"userId": "u2", "traits": {"plan": "paid"}})
    place.advance("P10D")
    assert (sent(place, "777"), sent(place, "778")) == (["Upgrade?"], [])
    assert place.funnel(journey)["completed"] == 2


def test_s33_an_attribute_gate_then_an_event_gate(place: Town) -> None:
    gates = drawn(
        gate("g1", {"attribute": "state", "is": "equal", "value": "AL"}),
        gate("g2", FENDER),
        *(step(name, "exit") for name in ("d1", "d2", "d3")),
        ways="g1.yes>g2 g1.otherwise>d1 g2.yes>d2 g2.otherwise>d3",
    )
    for name, brand in (("none", None), ("other", "Gibson"), ("fender", "Fender")):
        place.contact(name, address=name, attributes={"state": "AL"})
        if brand:
            place.track(name, "purchased_guitar", brand=brand)
    place.contact("elsewhere", address="x", attributes={"state": "NY"})
    journey = place.publish(gates)
    place.enroll(journey, "none", "other", "fender", "elsewhere")
    place.advance("PT1M")
    paths = {name: place.path(journey, name) for name in ("none", "other", "fender", "elsewhere")}
    assert paths == {"none": "g1→g2→d3", "other": "g1→g2→d3", "fender": "g1→g2→d2", "elsewhere": "g1→d1"}


@pytest.mark.parametrize(
    ("rule", "way"),
    [
        ({"attribute": "project", "is": "exists"}, "otherwise"),
        ({"attribute": "email", "is": "equal", "value": "ann@example.org"}, "yes"),
        ({"attribute": "email", "is": "not_equal", "value": "ann@example.org"}, "otherwise"),
    ],
)
def test_s34_operators_on_a_missing_attribute(place: Town, rule: dict[str, Any], way: str) -> None:
    place.contact("ann", attributes={"email": "ann@example.org"})
    journey = place.publish(line(gate("g", rule)))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert exits(place, journey, "ann") == [way]


def test_s36_a_number_in_the_entry_event_decides_for_numeric_keys(place: Town) -> None:
    late = gate("late", {"attribute": "event.late_delivery_in_mins", "is": "at_least", "value": 15})
    hello = step("hello", "send", text="Sorry")
    place.publish(
        drawn(
            late,
            hello,
            step("bye", "exit"),
            ways="late.yes>hello late.otherwise>bye hello.sent>bye",
            entry={"event": "late_delivery"},
            reentry={"mode": "parallel", "key": "order_id"},
        )
    )
    place.contact("u1")
    place.contact("u2", address="778")
    place.track("u1", "late_delivery", order_id=100, late_delivery_in_mins=20)
    place.track("u2", "late_delivery", order_id=200, late_delivery_in_mins=10)
    place.advance("PT1M")
    assert (sent(place, "777"), sent(place, "778")) == (["Sorry"], [])


def test_s37_a_split_sends_exactly_the_message_of_the_arm(place: Town) -> None:
    """A peer pins the draw; ours is a hash over a salt, pinned here: by chance one of three arms may stay empty."""
    arms = [{"exit": "a", "weight": 33.33}, {"exit": "b", "weight": 33.33}, {"exit": "c", "weight": 33.34}]
    sends = [step(f"say_{arm}", "send", text=arm) for arm in "abc"]
    ways = " ".join(f"ab.{arm}>say_{arm} say_{arm}.sent>bye" for arm in "abc")
    journey = place.publish(drawn(step("ab", "split", arms=arms, salt="s37"), *sends, step("bye", "exit"), ways=ways))
    people = [str(500 + n) for n in range(12)]
    for who in people:
        place.contact(who, address=who)
    place.enroll(journey, *people)
    place.advance("PT1M")
    taken = {who: exits(place, journey, who)[0] for who in people}
    assert {who: sent(place, who) for who in people} == {who: [arm] for who, arm in taken.items()}
    assert set(taken.values()) == {"a", "b", "c"}


def onboarding(place: Town) -> str:
    sends = [step("met", "send", text="met"), step("late", "send", text="late")]
    ways = "paid.happened>met paid.timeout>late met.sent>bye late.sent>bye"
    return place.publish(drawn(paid(), *sends, step("bye", "exit"), ways=ways, entry={"event": "step1"}))


def test_s39_the_timeout_branch_and_a_late_change_sends_nothing_more(place: Town) -> None:
    place.contact("ann")
    onboarding(place)
    place.track("ann", "step1")
    place.advance("P7D")
    place.call("POST", "/v1/identify", json={"userId": "ann", "traits": {"plan": "paid"}})
    place.advance("P1D")
    assert sent(place) == ["late"]


def test_s40_met_during_the_wait(place: Town) -> None:
    place.contact("ann")
    onboarding(place)
    place.track("ann", "step1")
    place.advance("PT3H")
    place.call("POST", "/v1/identify", json={"userId": "ann", "traits": {"plan": "paid"}})
    place.advance("PT1S")
    assert sent(place) == ["met"]
    place.advance("P7D")
    assert sent(place) == ["met"]


def test_s42_one_met_before_one_after(place: Town) -> None:
    place.contact("u1", attributes={"plan": "paid"})
    place.contact("u2", address="778")
    onboarding(place)
    for who in ("u1", "u2"):
        place.track(who, "step1")
    place.advance("PT1M")
    assert (sent(place, "777"), sent(place, "778")) == (["met"], [])
    place.call("POST", "/v1/identify", json={"userId": "u2", "traits": {"plan": "paid"}})
    place.advance("PT1M")
    assert (sent(place, "777"), sent(place, "778")) == (["met"], ["met"])


def test_s43_a_keyed_cancellation_wakes_only_its_own_trip(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(
        drawn(
            step("day_before", "wait", until_attribute="event.date", offset="-P1D"),
            step("reminder", "send", text="Tomorrow"),
            step("cancelled", "wait", event="cancelled", match="id", patience="P1D"),
            step("sorry", "send", text="Cancelled"),
            step("bye", "exit"),
            ways="day_before.done>reminder reminder.sent>cancelled cancelled.happened>sorry cancelled.timeout>bye"
            " sorry.sent>bye",
            entry={"event": "booked"},
            reentry={"mode": "parallel", "key": "id"},
        )
    )
    for key in ("a1", "a2"):
        place.track("ann", "booked", id=key, date="2040-01-11T12:00:00Z")
    place.advance("P1DT1M")
    place.track("ann", "cancelled", id="a1")
    place.advance("P2D")
    assert sorted(sent(place)) == ["Cancelled", "Tomorrow", "Tomorrow"]
    assert place.funnel(journey)["completed"] == 2


def test_s46_who_has_left_is_not_timed_out(place: Town) -> None:
    journey = place.publish(line(step("order", "wait", event="order", patience="P1D"), exit_when=[{"tag": "gone"}]))
    for who in ("c1", "c2", "c3"):
        place.contact(who, address=who)
    place.enroll(journey, "c1", "c2", "c3")
    place.advance("PT1H")
    place.contact("c1", address="c1", tags=["gone"])
    place.advance("P2D")
    assert place.funnel(journey)["nodes"][0]["left"] == {"timeout": 2}
    assert place.funnel(journey)["exited"] == {"exit_rule": 1}


def test_s48_nothing_is_sent_until_an_event_fulfils_a_branch(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(
        line(step("order", "wait", event="order", patience="forever"), step("hello", "send", text="Thanks"))
    )
    place.enroll(journey, "ann")
    place.advance("P30D")
    assert sent(place) == []
    place.track("ann", "order")
    place.advance("PT1S")
    assert sent(place) == ["Thanks"]
