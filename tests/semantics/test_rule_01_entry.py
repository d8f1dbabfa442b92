"""Rule 1: how contacts enter: by event, segment, schedule, and who of them may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, sent, step
from tests.town import Town

PAID = {"attribute": "plan", "is": "equal", "value": "paid"}
HELLO = step("hello", "send", text="Hello")


def segment(place: Town, name: str, rule: dict[str, Any]) -> None:
    """A segment, filled."""
    place.call("POST", "/v1/segments", json={"id": name, "name": name, "rule": rule})
    place.advance()


def members(place: Town, name: str) -> list[str]:
    return [each["contact"] for each in place.call("GET", f"/v1/segments/{name}/members")["items"]]


def traits(place: Town, contact: str, **values: Any) -> None:
    place.call("POST", "/v1/identify", json={"userId": contact, "traits": values})


def test_rule_1_coming_into_a_segment_starts_a_journey_and_leaving_it_another(place: Town) -> None:
    place.contact("old", address="1", attributes={"plan": "paid"})
    place.contact("new", address="2")
    segment(place, "paid", PAID)
    assert members(place, "paid") == ["old"]
    welcome = place.publish(line(HELLO, entry={"segment": "paid"}))
    farewell = place.publish(line(step("bye_bye", "send", text="Farewell"), entry={"segment": "paid", "on": "left"}))
    place.advance()
    # Who is inside when the journey begins enters (S61): the segment is looked at.
    assert (sent(place, "1"), sent(place, "2")) == (["Hello"], [])
    traits(place, "new", plan="PAID ")
    place.advance()
    assert (sent(place, "2"), members(place, "paid")) == (["Hello"], ["old", "new"])
    traits(place, "new", city="Tver")
    traits(place, "old", plan="free")
    place.advance()
    assert (sent(place, "1"), sent(place, "2")) == (["Hello", "Farewell"], ["Hello"])
    assert [place.funnel(each)["entered"] for each in (welcome, farewell)] == [2, 1]
    # A new version takes nobody in again who has been in since they came into the segment.
    place.call("POST", f"/v1/journeys/{welcome}/publish")
    place.advance()
    assert place.funnel(welcome)["entered"] == 2
    traits(place, "old", plan="paid")
    place.advance()
    assert sent(place, "1") == ["Hello", "Farewell", "Hello"]


def test_rule_1_a_segment_is_looked_at_again_on_resume(place: Town) -> None:
    """S61: a peer's journey takes in afterwards those who became eligible during its pause; so does ours by segment."""
    segment(place, "paid", PAID)
    journey = place.publish(line(HELLO, entry={"segment": "paid"}))
    place.advance()
    place.call("POST", f"/v1/journeys/{journey}/pause")
    for who, address in (("stays", "1"), ("leaves", "2")):
        place.contact(who, address=address, attributes={"plan": "paid"})
    place.advance()
    traits(place, "leaves", plan="free")
    place.advance()
    assert place.funnel(journey)["skipped"] == {"journey_paused": 2}
    place.call("POST", f"/v1/journeys/{journey}/resume")
    place.advance()
    assert (sent(place, "1"), sent(place, "2")) == (["Hello"], [])


def test_rule_1_segments_follow_events_the_clock_consents_and_other_segments(place: Town) -> None:
    """The same on both kinds of work: contacts that change, and rounds for what the clock alone changes."""
    bought = {"event": "order", "where": {"attribute": "total", "is": "at_least", "value": 100}, "within": "P1D"}
    segment(place, "buyers", {"all": [bought, {"not": {"tag": "staff"}}]})
    segment(place, "reachable", {"all": [{"segment": "buyers"}, {"consent": "telegram"}]})
    place.contact("ann", address="1", consent=False)
    place.contact("bob", address="2", tags=["staff"])
    for who in ("ann", "bob", "cid"):
        place.track(who, "order", total="150" if who == "ann" else 99 if who == "cid" else 500)
    place.advance()
    assert (members(place, "buyers"), members(place, "reachable")) == (["ann"], [])
    given = {"channel": "telegram", "source": "form", "text": "yes"}
    place.call("POST", "/v1/contacts/ann/consents", json=given)
    place.advance()
    assert members(place, "reachable") == ["ann"]
    place.advance("P1DT1H")
    assert (members(place, "buyers"), members(place, "reachable")) == ([], [])


def test_rule_1_rules_inside_a_journey_may_ask_for_a_segment(place: Town) -> None:
    segment(place, "paid", PAID)
    segment(place, "gone", {"tag": "gone"})
    waits = step("paid", "wait", rule={"segment": "paid"}, patience="P9D")
    journey = place.publish(line(waits, step("rest", "wait"), exit_when=[{"segment": "gone"}]))
    for who in ("ann", "bob"):
        place.contact(who, address=who, consent=False)
    place.enroll(journey, "ann", "bob")
    place.advance()
    traits(place, "ann", plan="paid")
    place.contact("bob", address="bob", tags=["gone"])
    place.advance()
    assert place.path(journey, "ann") == "paid→rest…"
    assert place.trip(journey, "bob")["reason"] == "exit_rule"


def test_rule_1_a_schedule_takes_the_whole_audience(place: Town) -> None:
    """S03 and S04: once for each contact of the list, never early, every time it comes."""
    for number in range(3):
        place.contact(f"c{number}", address=f"1{number}", attributes={"plan": "paid"})
    place.contact("outside", address="2")
    segment(place, "paid", PAID)
    daily = place.publish(
        line(HELLO, entry={"schedule": "FREQ=DAILY;BYHOUR=10", "segment": "paid"}, timezone="Europe/Moscow")
    )
    once = place.publish(line(step("tag", "update"), entry={"schedule": "2040-01-10T00:00:00Z"}))
    past = place.call("POST", "/v1/journeys", json=line(HELLO, entry={"schedule": "2039-01-10T00:00:00Z"}))
    place.call("POST", f"/v1/journeys/{past['id']}/publish", 422)
    place.advance("PT11H59M")
    assert [place.funnel(each)["entered"] for each in (daily, once)] == [0, 0]
    place.advance("PT1M")
    assert place.funnel(once)["entered"] == 4
    place.advance("PT7H")
    assert [sent(place, f"1{number}") for number in range(3)] == [["Hello"]] * 3
    assert place.trip(daily, "c0")["entered_at"] == "2040-01-10T07:00:00Z"
    place.advance("P2D")
    assert [place.funnel(each)["entered"] for each in (daily, once)] == [9, 4]
    assert sent(place, "2") == []


@pytest.mark.parametrize("way", ["api", "event"])
def test_rule_1_a_segment_beside_another_way_is_its_audience(place: Town, way: str) -> None:
    segment(place, "paid", PAID)
    place.contact("ann", attributes={"plan": "paid"})
    place.contact("bob", address="778")
    place.advance()
    entry: dict[str, Any] = {"api": True} if way == "api" else {"event": "order"}
    journey = place.publish(line(HELLO, entry={**entry, "segment": "paid"}))
    for who in ("ann", "bob"):
        place.enroll(journey, who) if way == "api" else place.track(who, "order")
    place.advance()
    assert (place.funnel(journey)["entered"], place.funnel(journey)["skipped"]) == (1, {"not_in_audience": 1})


def errors(made: dict[str, Any]) -> list[str]:
    """Where the problems lie that stand in the way of publishing."""
    return [each["path"] for each in made["problems"] if each["level"] == "error"]


def test_rule_1_what_is_not_there_or_cannot_be_is_told_before(place: Town) -> None:
    made = place.call("POST", "/v1/journeys", json=line(HELLO, entry={"segment": "nobody"}))
    assert errors(made) == ["entry.0.segment"]
    answer = place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)
    assert answer["problems"][0]["text"] == "No segment is called nobody."
    for schedule in ("FREQ=MINUTELY", "every day", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"):
        made = place.call("POST", "/v1/journeys", json=line(HELLO, entry={"schedule": schedule}))
        assert errors(made) == ["entry.0"]
    segment(place, "a", {"tag": "a"})
    segment(place, "b", {"segment": "a"})
    ring = place.call("PUT", "/v1/segments/a", 422, json={"name": "a", "rule": {"segment": "b"}})
    assert "wait for each other" in ring["detail"]
    for rule in ({}, {"segment": "zed"}, {"attribute": "event.x", "is": "exists"}, {"tag": 5}):
        place.call("POST", "/v1/segments", 422, json={"name": "x", "rule": rule})
    place.call("DELETE", "/v1/segments/a", 409)
    place.call("DELETE", "/v1/segments/b")
    place.call("DELETE", "/v1/segments/a")


def test_rule_1_everybody_in_a_file_may_enter(place: Town) -> None:
    place.contact("ann", address="1", attributes={"plan": "free"})
    waiting = place.publish(line(step("paid", "wait", rule=PAID, patience="P9D"), entry={"event": "asked"}))
    place.track("ann", "asked")
    place.advance()
    journey = place.publish(line(step("copy", "update", set={"greeted_as": "{{ event.name }}"}), step("rest", "wait")))
    place.enroll(journey, "ann", properties={"name": "Anna"})
    place.advance()
    rows = "external_id;telegram;name;plan\nann;1;Анна;paid\nbob;2;Борис;free\nbob;2;Борис;free\n"
    upload: dict[str, Any] = {"files": {"file": ("people.csv", rows.encode())}, "data": {"journey": journey}}
    made = place.call("POST", "/v1/imports", 202, **upload)
    for _ in range(50):
        place.advance()
        if place.call("GET", f"/v1/imports/{made['id']}")["status"] == "done":
            break
    place.advance()
    assert place.call("GET", "/v1/contacts/bob")["attributes"]["greeted_as"] == "Борис"
    assert (place.funnel(journey)["entered"], place.funnel(journey)["skipped"]) == (2, {"already_inside": 1})
    assert place.trip(waiting, "ann")["trail"][0]["exit"] == "happened"
    place.call("POST", "/v1/imports", 404, files={"file": ("p.csv", rows.encode())}, data={"journey": "nobody"})
