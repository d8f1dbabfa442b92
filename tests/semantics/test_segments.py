"""Segments as people keep them: found, tried before they are saved, known by who asks about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, step
from tests.town import Town

HELLO = step("hello", "send", text="Hello")
RULES: list[tuple[dict[str, Any], list[str]]] = [
    ({"attribute": "city", "is": "equal", "value": "omsk"}, ["ann", "cid"]),
    ({"not": {"tag": "vip"}}, ["ann", "cid"]),
    ({"consent": "telegram"}, ["ann", "bob"]),
    ({"event": "order", "at_least": 2}, ["bob"]),
    ({"event": "order", "where": {"attribute": "total", "is": "more", "value": 100}}, ["bob"]),
    ({"event": "order", "within": "P7D"}, ["ann", "bob"]),
    ({"all": [{"segment": "omsk"}, {"attribute": "age", "is": "more", "value": 30}]}, ["cid"]),
    ({"delivery": {"journey": "asked below"}, "was": "failed"}, ["cid"]),
]


@pytest.fixture
def peopled(place: Town) -> Town:
    place.contact("ann", address="1", attributes={"city": "Omsk", "age": 20})
    place.contact("bob", address="2", attributes={"city": "Perm"}, tags=["vip"])
    place.contact("cid", address="3", consent=False, attributes={"city": "OMSK", "age": "41"})
    for who, total in (("ann", 10), ("bob", 20), ("bob", 300)):
        place.track(who, "order", total=total)
    rule = {"attribute": "city", "is": "equal", "value": "Omsk"}
    place.call("POST", "/v1/segments", json={"id": "omsk", "name": "Из Омска", "rule": rule})
    place.advance()
    return place


def test_a_preview_counts_whom_the_segment_will_hold(peopled: Town) -> None:
    """The two readers of rules agree: what was told before saving is what is there afterwards."""
    journey = peopled.publish(line(HELLO, entry={"segment": "omsk"}))
    peopled.advance()  # Until Cid, who has not agreed, is refused the message: a rule below asks about it.
    for number, (rule, who) in enumerate(RULES):
        asked = {"delivery": {"journey": journey}, "was": "failed"} if "delivery" in rule else rule
        told = peopled.call("POST", "/v1/segments/preview", json={"rule": asked})
        assert ([each["contact"] for each in told["sample"]], told["size"]) == (who, len(who)), rule
        assert (told["exact"], told["everybody"], told["held"]) == (True, 3, len(who))
        peopled.call("POST", "/v1/segments", json={"id": f"s{number}", "name": f"S{number}", "rule": asked})
    peopled.advance()
    for number, (_rule, who) in enumerate(RULES):
        members = peopled.call("GET", f"/v1/segments/s{number}/members")["items"]
        assert [each["contact"] for each in members] == who


def test_of_many_contacts_a_sample_is_looked_at(place: Town) -> None:
    people = [{"external_id": f"c{n:04}", "attributes": {"part": n % 4}} for n in range(2_400)]
    place.call("PUT", "/v1/contacts", json={"contacts": people})
    told = place.call(
        "POST", "/v1/segments/preview", json={"rule": {"attribute": "part", "is": "at_least", "value": 2}}
    )
    assert (told["exact"], told["looked_at"], told["everybody"]) == (False, 2_000, 2_400)
    assert (told["held"], told["size"], len(told["sample"])) == (1_000, 1_200, 8)


def test_nobody_is_counted_where_nobody_is(place: Town) -> None:
    told = place.call("POST", "/v1/segments/preview", json={"rule": {"tag": "vip"}})
    assert told == {"size": 0, "everybody": 0, "exact": True, "looked_at": 0, "held": 0, "sample": []}


def test_a_preview_says_what_is_wrong_with_the_rule(peopled: Town) -> None:
    told = peopled.call("POST", "/v1/segments/preview", 422, json={"rule": {"all": [{"attribute": "age", "is": "x"}]}})
    assert told["errors"][0]["field"] == "rule.all.0.is"
    circle = {"rule": {"segment": "omsk"}, "segment": "omsk"}
    assert "wait for each other" in peopled.call("POST", "/v1/segments/preview", 422, json=circle)["detail"]


def test_segments_are_found_page_by_page(peopled: Town) -> None:
    for number in range(4):
        rule = {"tag": f"t{number}"}
        peopled.call("POST", "/v1/segments", json={"id": f"t{number}", "name": f"Tagged {number}", "rule": rule})

    def listed(**which: Any) -> tuple[list[str], str | None]:
        page = peopled.call("GET", "/v1/segments", params=which)
        return [each["id"] for each in page["items"]], page["next"]

    assert listed(search="ИЗ ОМ") == (["omsk"], None)
    first, following = listed(search="tagged", limit=3)
    assert first == ["t0", "t1", "t2"]
    assert listed(search="tagged", limit=3, after=following) == (["t3"], None)
    named = peopled.call("GET", "/v1/segments", params={"search": "tagged", "names": "true", "limit": 1})
    assert named["items"] == [{"id": "t0", "name": "Tagged 0"}]


def test_who_asks_about_a_segment_is_told_and_keeps_it(peopled: Town) -> None:
    journey = peopled.publish({**line(HELLO, entry={"segment": "omsk"})})
    both = {"all": [{"segment": "omsk"}, {"tag": "vip"}]}
    peopled.call("POST", "/v1/segments", json={"id": "both", "name": "Both", "rule": both})
    used = peopled.call("GET", "/v1/segments/omsk")["used_by"]
    assert [(each["kind"], each["id"], each["how"]) for each in used] == [
        ("journey", journey, "entry"),
        ("segment", "both", "rule"),
    ]
    assert used[1]["name"] == "Both"
    refused = peopled.call("DELETE", "/v1/segments/omsk", 409)
    assert journey in refused["detail"]
    peopled.call("DELETE", "/v1/segments/both")
    peopled.call("POST", f"/v1/journeys/{journey}/stop")
    peopled.call("DELETE", "/v1/segments/omsk")
