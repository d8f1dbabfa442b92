"""Rules 23 and 24: two contacts become one, a person is forgotten; what was counted stays counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, replies, sent, step
from tests.town import Town

PAID = {"attribute": "plan", "is": "equal", "value": "paid"}


def merge(place: Town, into: str, old: str, expect: int | None = None) -> Any:
    return place.call("POST", f"/v1/contacts/{into}/merge", expect, json={"from": old})


def trips(place: Town, journey: str) -> list[tuple[str, str | None]]:
    items = place.call("GET", "/v1/enrollments", params={"journey": journey})["items"]
    return [(each["status"], each["reason"]) for each in items]


@pytest.mark.parametrize("elder", ["into", "old"])
def test_rule_23_the_elder_trip_goes_on_and_the_other_is_merged(place: Town, elder: str) -> None:
    place.contact("into", address="1", attributes={"city": "Tver"})
    place.contact("old", address="2", attributes={"city": "Omsk", "age": 30})
    journey = place.publish(line(step("rest", "wait", for_="P1D"), step("hello", "send", text="Hi")))
    once = place.publish(line(step("rest", "wait", for_="P2D"), reentry={"mode": "never"}))
    place.enroll(journey, elder)
    place.enroll(once, "into", "old")
    place.advance("PT1H")
    place.enroll(journey, "old" if elder == "into" else "into")
    place.advance("PT1H")
    merge(place, "into", "old")
    assert trips(place, journey) == [("waiting", None), ("exited", "merged")]
    assert sorted(trips(place, once)) == [("exited", "merged"), ("waiting", None)]
    whole = place.call("GET", "/v1/contacts/old")
    assert (whole["external_id"], whole["attributes"]) == ("into", {"city": "Tver", "age": 30})
    assert [each["address"] for each in whole["addresses"]] == ["1", "2"]
    place.advance("P2D")
    assert sent(place, "1") + sent(place, "2") == ["Hi"]
    assert place.funnel(journey)["exited"] == {"merged": 1}
    # The old id means the same contact from now on.
    skipped = place.enroll(once, "old")["skipped"]
    assert skipped == [{"contact": "old", "reason": "already_taken"}]
    place.call("PUT", "/v1/contacts", json={"contacts": [{"external_id": "old", "attributes": {"age": 31}}]})
    assert place.call("GET", "/v1/contacts/into")["attributes"]["age"] == 31
    assert [each["external_id"] for each in place.call("GET", "/v1/contacts")["items"]] == ["into"]
    merge(place, "into", "old", 409)


def test_rule_23_waits_are_looked_at_again_and_timelines_stay(place: Town) -> None:
    place.contact("into", address="1")
    place.contact("old", address="2", attributes={"plan": "paid"})
    journey = place.publish(line(step("paid", "wait", rule=PAID, patience="P9D"), step("ask", "send", text="Tea?")))
    place.track("old", "ordered")
    place.reply("2", text="hello there")
    place.enroll(journey, "into")
    place.advance()
    merge(place, "into", "old")
    place.advance()
    assert sent(place, "1") == ["Tea?"]
    kinds = [each["kind"] for each in place.call("GET", "/v1/contacts/old/timeline")["items"]]
    assert {"event", "reply", "message", "consent", "entered"} <= set(kinds)
    assert kinds.count("consent") == 2
    assert [each["text"] for each in replies(place, "into")] == ["hello there"]
    # What is written from either address is of one person.
    place.reply("2", text="more")
    place.advance()
    assert [each["text"] for each in replies(place, "into")] == ["hello there", "more"]


@pytest.mark.parametrize(
    ("into", "old", "granted"),
    [("grant", "withdraw", False), ("withdraw", "grant", False), (None, "grant", True), ("grant", None, True)],
)
def test_rule_23_consent_becomes_the_most_restrictive(
    place: Town, into: str | None, old: str | None, granted: bool
) -> None:
    for who, action in (("into", into), ("old", old)):
        place.contact(who, address=who, consent=False)
        if action:
            given = {"channel": "telegram", "action": action, "source": "form", "text": "yes"}
            place.call("POST", f"/v1/contacts/{who}/consents", json=given)
    merge(place, "into", "old")
    (kept,) = place.call("GET", "/v1/contacts/into")["consents"]
    assert kept["granted"] is granted
    assert kept["proven"]


def test_rule_23_segments_alias_makes_two_ids_one(place: Town) -> None:
    journey = place.publish(line(step("rest", "wait", for_="P1D"), entry={"event": "order"}))
    place.track("anon-1", "order")
    place.call("POST", "/v1/alias", json={"previousId": "anon-1", "userId": "ann"})
    place.track("anon-1", "order")
    place.track("ann", "order")
    place.advance()
    assert place.trip(journey, "ann")["contact"] == "ann"
    assert place.funnel(journey)["entered"] == 1
    place.call("POST", "/v1/alias", json={"previousId": "nobody", "userId": "bob"})
    place.call("GET", "/v1/contacts/bob")
    place.call("POST", "/v1/alias", 422, json={"userId": "bob"})


def test_rule_24_an_erased_person_leaves_the_numbers_and_is_not_reached_by_an_import(place: Town) -> None:
    place.contact("ann", attributes={"first_name": "Анна"})
    journey = place.publish(line(step("hello", "send", text="Hi"), step("rest", "wait", for_="P1D")))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    place.call("DELETE", "/v1/contacts/ann")
    funnel = place.funnel(journey)
    assert (funnel["entered"], funnel["inside"], funnel["exited"]) == (1, 0, {"erased": 1})
    place.call("GET", "/v1/contacts/ann", 404)
    place.contact("anna", attributes={"first_name": "Анна"})
    place.enroll(journey, "anna")
    place.advance("PT1M")
    assert (sent(place), place.trip(journey, "anna")["status"]) == (["Hi"], "exited")
    (address,) = place.call("GET", "/v1/contacts/anna")["addresses"]
    assert address["state"] == "erased"
    # Only the person themselves can take it back.
    place.reply(text="I am back")
    place.advance()
    place.enroll(journey, "anna")
    place.advance("PT1M")
    assert sent(place) == ["Hi", "Hi"]
