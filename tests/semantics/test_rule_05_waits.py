"""Rules 5 to 8: waits, days, local times and zones, as the API tells when a trip will go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, sleeping, step, waking
from tests.town import Town


def due(place: Town, contact: str = "ann", zone: str | None = None, **wait: Any) -> str:
    """When a trip that waits so will go on."""
    place.contact(contact, address=contact, timezone=zone)
    journey = place.publish(line(step("rest", "wait", **wait)))
    place.enroll(journey, contact)
    place.advance("PT1S")
    trip = place.trip(journey, contact)
    return str(trip["due_at"] if trip["status"] == "waiting" else trip["status"])


def test_rules_5_to_7_when_a_wait_ends(place: Town) -> None:
    """The clock stands at Monday noon UTC when the first begins, a second later for each of the next."""
    assert due(place, for_="P2D") == "2040-01-11T12:00:00Z"
    assert due(place, until="2040-02-01T10:00:00+01:00") == "2040-02-01T09:00:00Z"
    assert due(place, until="2039-02-01T10:00:00+01:00") == "completed"
    assert due(place, zone="Asia/Tokyo", local_time="09:00") == "2040-01-10T00:00:00Z"
    assert due(place, zone="America/New_York", local_time="09:00") == "2040-01-09T14:00:00Z"
    assert due(place, zone="UTC", local_time="09:00", weekdays=["fri", "sun"]) == "2040-01-13T09:00:00Z"
    assert due(place, window={"start": "10:00", "end": "14:00"}) == "completed"
    assert due(place, window={"start": "22:00", "end": "06:00"}) == "2040-01-09T22:00:00Z"
    assert due(place, window={"start": "08:00", "end": "10:00", "weekdays": ["wed"]}) == "2040-01-11T08:00:00Z"
    assert due(place, zone="Asia/Tokyo", window={"start": "20:00", "end": "06:00"}) == "completed"


def test_rule_5_a_wait_goes_on_at_its_instant_and_not_before(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(line(step("rest", "wait", for_="PT1H"), step("more", "wait", for_="PT1H")))
    place.enroll(journey, "ann")
    place.advance("PT59M59S")
    assert place.trip(journey, "ann")["trail"] == []
    place.advance("PT1S")
    assert place.path(journey, "ann") == "rest→more…"
    assert place.trip(journey, "ann")["due_at"] == "2040-01-09T14:00:00Z"


def test_rule_5_until_a_date_of_the_contact_follows_the_date(place: Town) -> None:
    place.contact("ann", attributes={"visit": "2040-01-12"}, timezone="Europe/Moscow")
    journey = place.publish(line(step("rest", "wait", until_attribute="visit", offset="-P1D")))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-10T21:00:00Z"
    place.contact("ann", attributes={"visit": "2040-01-15"}, timezone="Europe/Moscow")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == "2040-01-13T21:00:00Z"
    place.contact("ann", attributes={"visit": "2040-01-01"}, timezone="Europe/Moscow")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["status"] == "completed"


def test_rule_5_a_missing_date_parks_one_contact_or_takes_its_exit(place: Town) -> None:
    place.contact("ann")
    strict = place.publish(line(step("rest", "wait", until_attribute="visit")))
    lenient = place.publish(line(step("rest", "wait", until_attribute="visit", missing="branch")))
    for journey in (strict, lenient):
        place.enroll(journey, "ann")
    place.advance("PT1S")
    assert (place.trip(strict, "ann")["status"], place.trip(strict, "ann")["reason"]) == ("failed", "missing_date")
    assert place.trip(lenient, "ann")["trail"][0]["exit"] == "missing"


@pytest.mark.parametrize(
    ("begins", "wait", "ends"),
    [
        # Berlin's clock goes from 02:00 to 03:00 on 25 March 2040 and from 03:00 to 02:00 on 28 October.
        ("2040-03-24T12:00:00Z", {"for": "P1D"}, "2040-03-25T12:00:00Z"),
        ("2040-03-24T12:00:00Z", {"for": "P1D", "local_time": "13:00"}, "2040-03-25T11:00:00Z"),
        ("2040-03-24T23:00:00Z", {"local_time": "02:30"}, "2040-03-25T01:00:00Z"),
        ("2040-03-24T23:00:00Z", {"window": {"start": "02:15", "end": "04:00"}}, "2040-03-25T01:00:00Z"),
        ("2040-10-27T22:00:00Z", {"local_time": "02:30"}, "2040-10-28T00:30:00Z"),
        ("2040-10-28T00:45:00Z", {"local_time": "02:30"}, "2040-10-29T01:30:00Z"),
        ("2040-10-27T12:00:00Z", {"for": "P1D", "local_time": "09:00"}, "2040-10-28T08:00:00Z"),
    ],
)
def test_rules_6_and_7_when_the_clock_changes(place: Town, begins: str, wait: dict[str, Any], ends: str) -> None:
    place.freeze(begins)
    place.contact("ann", timezone="Europe/Berlin")
    journey = place.publish(line({**step("rest", "wait"), "settings": wait}))
    place.enroll(journey, "ann")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["due_at"] == ends
    place.advance("P2D")
    assert place.trip(journey, "ann")["ended_at"] == ends


def test_rule_8_whose_zone_it_is(place: Town) -> None:
    """Contact, else the country of the phone number, else the journey, else the project."""
    place.contact("own", address="1", timezone="Asia/Tokyo", attributes={"phone": "+491701234567"})
    place.contact("phone", address="2", attributes={"phone": "+49 170 123 45 67"})
    place.contact("russian", address="3", attributes={"phone": "+79161234567"})
    place.contact("nobody", address="4")
    zoned = place.publish(line(step("rest", "wait", local_time="09:00"), timezone="America/New_York"))
    plain = place.publish(line(step("rest", "wait", local_time="09:00")))
    for journey in (zoned, plain):
        place.enroll(journey, "own", "phone", "russian", "nobody")
    place.advance("PT1S")
    told = {name: place.trip(zoned, name)["due_at"] for name in ("own", "phone", "russian", "nobody")}
    # Russia has eleven zones: its country code is no answer, and the journey's zone stands in.
    assert told == {
        "own": "2040-01-10T00:00:00Z",
        "phone": "2040-01-10T08:00:00Z",
        "russian": "2040-01-09T14:00:00Z",
        "nobody": "2040-01-09T14:00:00Z",
    }
    assert place.trip(plain, "nobody")["due_at"] == "2040-01-10T09:00:00Z"


def test_rule_8_an_invalid_zone_is_refused_at_every_door(place: Town) -> None:
    """S28: a peer falls back in silence."""
    answer = place.call(
        "PUT", "/v1/contacts", json={"contacts": [{"external_id": "a", "timezone": "UTC2"}, {"external_id": "b"}]}
    )
    assert [(each["index"], each["field"]) for each in answer["rejected"]] == [(0, "timezone")]
    assert answer["created"] == 1
    place.call("POST", "/v1/identify", 422, json={"userId": "c", "traits": {"timezone": "Mars/Olympus"}})
    made = place.call("POST", "/v1/journeys", json=line(step("rest", "wait"), timezone="UTC2"))
    place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)


def test_rule_12_late_is_a_policy_of_the_wait(place: Town) -> None:
    place.contact("ann")
    late = {"run": {}, "skip": {"late": {"skip_if_later_than": "PT1H"}}}
    journeys = {name: place.publish(line(step("rest", "wait", for_="PT1H", **more))) for name, more in late.items()}
    journeys["window"] = place.publish(
        line(step("rest", "wait", window={"start": "13:00", "end": "14:00"}, late="next_window"))
    )
    for journey in journeys.values():
        place.enroll(journey, "ann")
    place.advance("PT1S")
    sleeping(place)
    place.freeze("2040-01-09T18:00:00Z")
    waking(place)
    place.advance("PT1S")
    assert place.trip(journeys["run"], "ann")["trail"][0]["exit"] == "done"
    assert place.trip(journeys["skip"], "ann")["trail"][0]["exit"] == "late"
    assert place.trip(journeys["window"], "ann")["due_at"] == "2040-01-10T13:00:00Z"
