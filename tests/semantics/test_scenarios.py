"""Black-box stories known from other engines' own tests; where their behaviour differs from ours, it is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import deliveries, drawn, line, sent, step
from tests.town import Town

FENDER = {"event": "purchased_guitar", "where": {"attribute": "brand", "is": "equal", "value": "Fender"}}


def gate(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    return step(name, "condition", branches=[{"exit": "yes", "rule": rule}])


def paid(name: str = "paid", **more: Any) -> dict[str, Any]:
    """A wait for a plan that is paid, of a day."""
    return step(name, "wait", rule={"attribute": "plan", "is": "equal", "value": "paid"}, patience="P1D", **more)


def exits(place: Town, journey: str, contact: str) -> list[str]:
    return [each["exit"] for each in place.trip(journey, contact)["trail"] if each["exit"]]


def test_s01_an_event_makes_one_trip_that_can_read_it(place: Town) -> None:
    """A peer lets a journey be an entry alone; ours needs a step, which reads the event's property."""
    copy = step("copy", "update", set={"colour": "{{ event.colour }}"})
    journey = place.publish(line(copy, entry={"event": "purchased gourd"}))
    place.track("ann", "purchased gourd", colour="yellow")
    place.advance("PT1M")
    assert place.funnel(journey)["entered"] == 1
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"colour": "yellow"}


def test_s06_and_s07_twice_if_allowed_once_if_not(place: Town) -> None:
    """A peer's second attempt ends without a word; ours is counted with its reason."""
    place.contact("ann")
    journeys = {
        mode: place.publish(line(step("hello", "send", text=mode), entry={"event": "go"}, reentry={"mode": mode}))
        for mode in ("after_exit", "never")
    }
    for _ in range(2):
        place.track("ann", "go")
        place.advance("PT1M")
    assert sorted(sent(place)) == ["after_exit", "after_exit", "never"]
    assert place.funnel(journeys["never"])["skipped"] == {"already_taken": 1}


def test_s10_a_keyed_entry_is_once_per_key(place: Town) -> None:
    place.contact("ann")
    reentry = {"mode": "never", "key": "appointmentId"}
    place.publish(line(step("hello", "send", text="Booked"), entry={"event": "APPOINTMENT_UPDATE"}, reentry=reentry))
    for message in ("m1", "m2"):
        place.track("ann", "APPOINTMENT_UPDATE", message, appointmentId="appointment-1")
        place.advance("PT1M")
    assert sent(place) == ["Booked"]
    place.track("ann", "APPOINTMENT_UPDATE", "m3", appointmentId="appointment-2")
    place.advance("PT1M")
    assert sent(place) == ["Booked", "Booked"]


def test_s15_and_s16_a_wait_parks_and_goes_on_at_the_next(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("d1", "wait", for_="PT1H"), step("d2", "wait", for_="PT1H")))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    first = place.trip(journey, "ann")
    assert (first["node"], first["status"], first["due_at"]) == ("d1", "waiting", "2040-01-09T13:00:00Z")
    place.advance("PT1H")
    second = place.trip(journey, "ann")
    assert (place.path(journey, "ann"), second["due_at"]) == ("d1→d2…", "2040-01-09T14:00:00Z")


def test_s18_until_the_local_hour_in_the_journeys_zone(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("nine", "wait", local_time="09:00"), timezone="America/New_York"))
    place.enroll(journey, "ann")
    place.advance("P2D")
    assert place.trip(journey, "ann")["ended_at"] == "2040-01-09T14:00:00Z"


def test_s19_until_a_date_of_the_event_less_a_day(place: Town) -> None:
    place.contact("ann")
    day_before = step("rest", "wait", until_attribute="event.appointmentDate", offset="-P1D")
    journey = place.publish(line(day_before, step("hello", "send", text="Tomorrow"), entry={"event": "booked"}))
    place.track("ann", "booked", appointmentDate="2040-01-11T12:00:00Z")
    place.advance("PT5S")
    assert sent(place) == []
    place.advance("P1D")
    assert sent(place) == ["Tomorrow"]
    assert place.trip(journey, "ann")["status"] == "completed"


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


def test_s24_a_window_the_wrong_way_round_crosses_midnight(place: Town) -> None:
    """A peer swaps the ends of 10:00–08:00; here it is the whole day but two hours."""
    place.contact("ann")
    place.freeze("2040-01-10T08:30:00Z")
    journey = place.publish(line(step("rest", "wait", window={"start": "10:00", "end": "08:00"})))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-10T10:00:00Z"
    place.contact("bob", address="778")
    place.freeze("2040-01-10T12:00:00Z")
    place.enroll(journey, "bob")
    place.advance("PT1S")
    assert place.trip(journey, "bob")["status"] == "completed"


def test_s25_allowed_weekdays_and_none_means_any(place: Town) -> None:
    place.contact("ann")
    place.freeze("2040-01-15T08:00:00Z")  # A Sunday.
    windows = {"wed_fri": ["wed", "fri"], "sun": ["sun"], "any": []}
    told = {}
    for name, days in windows.items():
        journey = place.publish(line(step("rest", "wait", window={"start": "08:00", "end": "10:00", "weekdays": days})))
        place.enroll(journey, "ann")
        place.advance("PT1S")
        told[name] = place.trip(journey, "ann")["due_at"]
    assert told == {"wed_fri": "2040-01-18T08:00:00Z", "sun": None, "any": None}


def test_s27_a_window_in_the_contacts_zone(place: Town) -> None:
    place.contact("ann", timezone="America/New_York")
    place.freeze("2040-10-19T09:00:00Z")
    journey = place.publish(line(step("rest", "wait", window={"start": "08:00", "end": "10:00"})))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-10-19T12:00:00Z"


def test_s30_daylight_saving_does_not_drift(place: Town) -> None:
    place.contact("ann", timezone="America/New_York")
    place.freeze("2040-10-25T17:00:00Z")
    journey = place.publish(
        line(step("rest", "wait", for_="P15D"), step("day", "wait", window={"start": "08:00", "end": "20:00"}))
    )
    place.enroll(journey, "ann")
    place.advance("P16D")
    assert place.trip(journey, "ann")["ended_at"] == "2040-11-09T17:00:00Z"


def test_s31_an_hour_of_day_that_has_gone_is_tomorrows(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("rest", "wait", local_time="11:00")))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-10T11:00:00Z"


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
    """A peer pins the draw; ours is a hash, so that each arm is looked up by who took it."""
    arms = [{"exit": "a", "weight": 33.33}, {"exit": "b", "weight": 33.33}, {"exit": "c", "weight": 33.34}]
    sends = [step(f"say_{arm}", "send", text=arm) for arm in "abc"]
    ways = " ".join(f"ab.{arm}>say_{arm} say_{arm}.sent>bye" for arm in "abc")
    journey = place.publish(drawn(step("ab", "split", arms=arms), *sends, step("bye", "exit"), ways=ways))
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


def test_s49_an_attribute_from_the_entry_event(place: Town) -> None:
    copy = step("copy", "update", set={"field2": "{{ event.favorite_color }}"})
    place.publish(line(copy, entry={"event": "chose"}))
    place.contact("ann", attributes={"field1": 1})
    place.track("ann", "chose", favorite_color="green")
    place.advance("PT1M")
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"field1": 1, "field2": "green"}


def test_s57_a_missing_target_cannot_be_published(place: Town) -> None:
    """A peer lets the jump pass with a note; ours is refused before anybody runs into it."""
    made = place.call("POST", "/v1/journeys", json=drawn(step("a", "goal"), step("bye", "exit"), ways="a.done>gone"))
    answer = place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)
    assert any("leads to gone, which does not exist" in each["text"] for each in answer["problems"])


def test_s61_not_started_running_paused_running(place: Town) -> None:
    """A peer lets those of the pause in afterwards; ours refuses and counts an event (segments look again)."""
    place.contact("u1")
    place.contact("u2", address="778")
    hello = line(step("hello", "send", text="Hi"), entry=[{"event": "ready"}, {"api": True}])
    journey = place.call("POST", "/v1/journeys", json=hello)["id"]
    place.track("u1", "ready")
    place.advance("PT1M")
    assert sent(place, "777") == []
    place.call("POST", f"/v1/journeys/{journey}/publish")
    place.track("u1", "ready")
    place.advance("PT1M")
    assert sent(place, "777") == ["Hi"]
    place.call("POST", f"/v1/journeys/{journey}/pause")
    place.track("u2", "ready")
    place.advance("PT1M")
    assert sent(place, "778") == []
    place.call("POST", f"/v1/journeys/{journey}/resume")
    place.track("u2", "ready")
    place.advance("PT1M")
    assert (sent(place, "777"), sent(place, "778")) == (["Hi"], ["Hi"])
    assert place.funnel(journey)["skipped"] == {"journey_paused": 1}


def test_s70_a_batch_sent_again_is_applied_once(place: Town) -> None:
    journey = place.publish(line(step("tag", "update"), entry={"event": "view"}))
    views = [{"type": "track", "userId": who, "event": "view", "messageId": f"view-{who}"} for who in ("ann", "bob")]
    batch = [{"type": "identify", "userId": "ann", "traits": {"plan": "paid"}, "messageId": "i1"}, *views]
    for _ in range(2):
        place.call("POST", "/v1/batch", json={"batch": batch})
        place.advance("PT1M")
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"plan": "paid"}
    assert place.funnel(journey)["entered"] == 2
    assert deliveries(place, "ann") == []


def test_s51_and_s52_moved_to_another_journey_and_out_of_this_one(place: Town) -> None:
    """A peer has an action «add there, remove from here»; ours is a step that starts the other, and an end after it."""
    place.contact("ann")
    place.contact("bob", address="778")
    there = place.publish(line(step("tag", "update", set={"from": "{{ event.shop }}"}), step("rest", "wait")))
    here = place.publish(line(step("move", "start_journey", journey=there), entry={"event": "order"}))
    place.enroll(there, "bob", properties={"shop": "first"})
    place.advance("PT1S")
    for who in ("ann", "bob"):
        place.track(who, "order", shop="second")
    place.advance("PT1S")
    assert [place.trip(here, who)["status"] for who in ("ann", "bob")] == ["completed", "completed"]
    assert [place.path(there, who) for who in ("ann", "bob")] == ["tag→rest…", "tag→rest…"]
    attributes = [place.call("GET", f"/v1/contacts/{who}")["attributes"]["from"] for who in ("ann", "bob")]
    assert attributes == ["second", "first"]
    assert place.funnel(there)["skipped"] == {"already_inside": 1}


def test_s60_a_journey_that_starts_itself_needs_a_wait(place: Town) -> None:
    """A peer asks for half an hour; ours for what every ring needs, a minute or a person's action; also over others."""
    place.contact("ann")
    made = place.call("POST", "/v1/journeys", json=line(step("rest", "wait")))["id"]

    def publish(journey: str, document: dict[str, Any], expect: int | None = None) -> Any:
        headers = {"If-Match": str(place.call("GET", f"/v1/journeys/{journey}/draft")["revision"])}
        place.call("PUT", f"/v1/journeys/{journey}/draft", json={"document": document}, headers=headers)
        return place.call("POST", f"/v1/journeys/{journey}/publish", expect)

    itself = step("again", "start_journey", journey=made)
    refused = publish(made, line(itself), 422)
    assert "start itself without end" in refused["problems"][0]["text"]
    publish(made, line(step("rest", "wait", for_="PT30S"), itself), 422)
    other = place.publish(line(itself))
    publish(made, line(step("go", "start_journey", journey=other)), 422)
    publish(made, line(step("go", "start_journey", journey="nowhere")), 422)
    publish(made, line(step("rest", "wait", for_="PT1M"), itself))
    place.enroll(made, "ann")
    place.advance("PT1M30S")
    # The step is the last one: when the trip is over the contact may come again.
    assert (place.funnel(made)["entered"], place.funnel(made)["completed"]) == (2, 1)


@pytest.mark.parametrize(("shift", "due"), [(False, "2040-01-09T17:00:00Z"), (True, "2040-01-09T21:00:00Z")])
def test_rule_20_due_times_shift_by_the_pause_or_not(place: Town, shift: bool, due: str) -> None:
    place.contact("ann")
    place.contact("bob", address="778")
    rest = step("rest", "wait", for_="PT5H")
    asked = [step("ask", "send", text="Tea?"), step("answer", "reply", branches=[], patience="PT2H")]
    waits, asks = place.publish(line(rest)), place.publish(line(*asked))
    place.enroll(waits, "ann")
    place.enroll(asks, "bob")
    place.advance("PT1H")
    for journey in (waits, asks):
        place.call("POST", f"/v1/journeys/{journey}/pause")
    place.advance("PT4H")
    for journey in (waits, asks):
        place.call("POST", f"/v1/journeys/{journey}/resume", json={"shift": shift})
    place.advance("PT30M")
    assert place.trip(asks, "bob")["status"] == ("waiting" if shift else "completed")
    place.advance("PT30M")
    assert place.trip(asks, "bob")["status"] == "completed"
    place.advance("PT4H")
    assert place.trip(waits, "ann")["ended_at"] == due


def test_s09_s12_s13_by_segment_once_by_hand_again(place: Town) -> None:
    """By segment nobody comes again who has not left it; by hand they may, if the journey takes people twice."""
    place.call("POST", "/v1/segments", json={"id": "paid", "name": "Paid", "rule": {"tag": "paid"}})
    hello = step("hello", "send", text="Hello")
    again = place.publish(line(hello, entry=[{"segment": "paid"}, {"api": True}]))
    once = place.publish(line(hello, entry=[{"segment": "paid"}, {"api": True}], reentry={"mode": "never"}))
    place.contact("ann", tags=["paid"])
    place.advance("P1D")
    assert [place.funnel(each)["entered"] for each in (again, once)] == [1, 1]
    assert [place.enroll(each, "ann")["enrolled"] for each in (again, once)] == [1, 0]
    place.advance("P1D")
    place.contact("ann", tags=[])
    place.advance("PT1M")
    place.contact("ann", tags=["paid"])
    place.advance("PT1M")
    assert place.funnel(again)["entered"] == 3
    assert place.funnel(once)["skipped"] == {"already_taken": 2}
    # S69: an id that is taken is taken.
    place.call("POST", "/v1/segments", 409, json={"id": "paid", "name": "Other", "rule": {"tag": "x"}})


def test_s45_before_the_time_is_over_nothing_is_decided(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(
        line(step("hello", "send", text="Hi"), step("opened", "wait", event="opened", patience="P1D"))
    )
    place.enroll(journey, "ann")
    place.advance("PT23H")
    opened = next(node for node in place.funnel(journey)["nodes"] if node["id"] == "opened")
    assert (opened["entered"], opened["inside"], opened["left"]) == (1, 1, {})


def test_s22_what_is_not_due_stays_and_a_hand_laid_on_some_touches_only_them(place: Town) -> None:
    """A peer can be told to run steps now; ours runs what is due by itself, and by hand people are only taken out."""
    names = ["ann", "bob", "cid"]
    for number, name in enumerate(names):
        place.contact(name, address=f"77{number}")
    journey = place.publish(line(step("rest", "wait", for_="PT6S"), step("hello", "send", text="Hello")))
    place.enroll(journey, *names)
    place.advance("PT5S")
    assert [place.trip(journey, name)["node"] for name in names] == ["rest"] * 3
    assert [sent(place, f"77{number}") for number in range(3)] == [[], [], []]
    taken = place.call("POST", "/v1/enrollments/eject", json={"journey": journey, "contacts": ["cid"]})
    assert taken == {"ejected": 1}
    place.advance("PT2S")
    assert [sent(place, f"77{number}") for number in range(3)] == [["Hello"], ["Hello"], []]


def test_s58_what_comes_after_a_step_has_one_order(place: Town) -> None:
    """A peer's parent has several children, and jumps run last; ours has one way for each exit: nothing is guessed."""
    twice = drawn(
        step("hello", "send", text="Hello"),
        step("tag", "update", add_tags=["seen"]),
        step("bye", "exit"),
        ways="hello.sent>tag hello.sent>bye tag.done>bye",
    )
    made = place.call("POST", "/v1/journeys", json=twice)
    place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)


def test_s64_a_journey_that_is_left_out_does_not_run(place: Town) -> None:
    """A peer's run names whom it leaves out; ours are paused, one by one."""
    place.contact("ann")
    rest = step("rest", "wait", for_="PT1H")
    left_out, other = (place.publish(line(rest, step("say", "send", text=text))) for text in ("A", "B"))
    for journey in (left_out, other):
        place.enroll(journey, "ann")
    place.call("POST", f"/v1/journeys/{left_out}/pause")
    place.advance("PT2H")
    assert sent(place) == ["B"]
    place.call("POST", f"/v1/journeys/{left_out}/resume")
    place.advance("PT1M")
    assert sent(place) == ["B", "A"]
