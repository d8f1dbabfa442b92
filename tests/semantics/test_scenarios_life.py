"""Black-box stories known from other engines' own tests: what becomes of a journey; where ours differs, it is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import deliveries, drawn, line, sent, step
from tests.town import Town


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
    """A peer can be told to run steps now; ours runs what is due by itself; by hand people are moved or taken out."""
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


def test_by_hand_people_are_sent_to_another_step_of_theirs(place: Town) -> None:
    for name, address in (("ann", "1"), ("bob", "2"), ("cid", "3")):
        place.contact(name, address=address)
    journey = place.publish(
        line(step("rest", "wait", for_="P1D"), step("hello", "send", text="Hello"), step("long", "wait", for_="P9D"))
    )
    place.enroll(journey, "ann", "bob", "cid")
    place.advance("PT1S")

    def move(status: int = 200, **who: Any) -> Any:
        return place.call("POST", "/v1/enrollments/move", status, json={"journey": journey, **who})

    assert move(422, to="nowhere")["errors"][0]["field"] == "to"
    assert move(to="hello", contacts=["ann"]) == {"moved": 1}
    place.advance("PT1S")
    assert [sent(place, each) for each in "123"] == [["Hello"], [], []]
    assert place.path(journey, "ann") == "rest→hello→long…"
    # Whoever stands there already is left alone, so that pressing twice does nothing twice.
    assert move(to="long") == {"moved": 2}
    assert move(to="long", node="long") == {"moved": 0}
    place.advance("P2D")
    assert [sent(place, each) for each in "123"] == [["Hello"], [], []]
    assert place.path(journey, "bob") == "rest→long…"


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
