"""Rule 31: caps are counted by reserve-then-commit, per calendar day of the contact, whatever sends at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.boot import open_project
from tests.semantics.stories import deliveries, faults, line, sent, step
from tests.town import Engine, Town

ONE_A_DAY: dict[str, Any] = {"caps": {"per_day": 1}}


def advert(place: Town, text: str, policy: str = "skip", **graph: Any) -> str:
    """A journey of one advertisement."""
    return place.publish(line(step("hello", "send", text=text, on_blocked=policy, ttl="P3D"), **graph))


def states(place: Town, contact: str = "ann") -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason"]) for each in deliveries(place, contact)]


def test_rule_31_two_journeys_cannot_both_pass_a_cap(place: Town) -> None:
    """Journeys count what others have sent; transactional messages neither count nor wait."""
    place.contact("ann", timezone="Europe/Moscow")
    order = line(step("hello", "send", text="Order", category="transactional"))
    first, second = (place.publish(order) for _ in range(2))
    for journey in (advert(place, "One", **ONE_A_DAY), first, advert(place, "Two", "wait", **ONE_A_DAY), second):
        place.enroll(journey, "ann")
    place.advance("PT1M")
    assert sent(place) == ["One", "Order", "Order"]
    assert states(place)[2] == ("held", "frequency_cap")
    # Midnight in Moscow is 21:00 in UTC, where it is noon.
    place.advance("PT8H58M")
    assert len(sent(place)) == 3
    place.advance("PT2M")
    assert sent(place) == ["One", "Order", "Order", "Two"]
    assert deliveries(place, "ann")[2]["accepted_at"].startswith("2040-01-09T21:00:00")


def test_rule_31_the_project_has_caps_of_its_own(place: Town) -> None:
    place.contact("ann")
    assert place.call("GET", "/v1/settings") == {"caps": None, "opt_out_line": None}
    place.call("PUT", "/v1/settings", 422, json={"caps": {"per_day": 0}})
    chosen = {"caps": {"per_day": None, "per_week": 2}}
    put = place.call("PUT", "/v1/settings", json=chosen)
    assert put == {**chosen, "opt_out_line": None} == place.call("GET", "/v1/settings")
    for number in range(3):
        place.enroll(advert(place, f"Number {number}"), "ann")
        place.advance("P1D")
    assert sent(place) == ["Number 0", "Number 1"]
    assert states(place)[2] == ("suppressed", "frequency_cap")
    place.advance("P5D")
    place.enroll(advert(place, "Later"), "ann")
    place.advance("PT1M")
    assert sent(place)[-1] == "Later"


def test_rule_31_a_place_is_given_back_only_when_the_message_was_definitely_not_sent(place: Town) -> None:
    place.contact("ann")
    faults(place, "429", times=1, retry_after=600)
    journeys = [advert(place, f"Number {number}", **ONE_A_DAY) for number in range(3)]
    # The first one is told to come back later, so the second takes the place of the day; nobody knows of its fate.
    place.enroll(journeys[0], "ann")
    place.advance("PT1S")
    assert states(place) == [("ready", "again_later")]
    faults(place, "drop_after_accept", times=1)
    place.advance("PT11M")
    place.enroll(journeys[1], "ann")
    place.advance("PT1H")
    assert states(place) == [("unresolved", "no_evidence"), ("suppressed", "frequency_cap")]
    assert sent(place) == ["Number 0"]


def test_rule_31_engines_that_work_at_once_never_pass_a_cap_together(either_place: Town) -> None:
    """Four journeys to the same thirty people, two engines: from the messenger's own log one advertisement each."""
    place = either_place
    place.freeze("2040-01-09T12:00:00Z")
    place.call("PUT", "/v1/settings", json={"caps": {"per_day": 1}})
    given = [{"channel": "telegram", "purpose": "marketing", "source": "t", "text": "yes"}]
    people: list[dict[str, Any]] = [
        {"external_id": f"p{n}", "addresses": [{"channel": "telegram", "address": str(9000 + n)}], "consents": given}
        for n in range(30)
    ]
    place.call("PUT", "/v1/contacts", json={"contacts": people})
    journeys = [advert(place, f"Number {number}") for number in range(4)]
    second = Engine(open_project(place.settings), place.world.url)
    try:
        for journey in journeys:
            place.enroll(journey, *(each["external_id"] for each in people))
        place.advance("PT1M")
    finally:
        second.stop()
        second.project.database.close()
    items = place.call("GET", "/sandbox/log", params={"limit": 5000})["items"]
    assert Counter(each["address"] for each in items) == Counter(str(9000 + n) for n in range(30))
    counted = Counter(reason for n in range(30) for _, reason in states(place, f"p{n}"))
    assert counted == {None: 30, "frequency_cap": 90}


def test_rule_29_a_person_may_send_again_what_nobody_knows_of(place: Town) -> None:
    place.contact("ann")
    faults(place, "500", times=1)
    journey = advert(place, "Hi")
    place.enroll(journey, "ann")
    place.advance("PT1M")
    (first,) = deliveries(place, "ann")
    path = f"/v1/deliveries/{first['id']}/resend"
    assert place.call("POST", path, 409)["code"] == "not_unresolved"
    place.advance("PT20M")
    made = place.call("POST", path)
    assert place.call("POST", path) == made
    place.advance("PT1M")
    assert sent(place) == ["Hi"]
    old, new = deliveries(place, "ann")
    assert (old["state"], new["id"], new["state"], new["text"]) == ("unresolved", made["id"], "accepted", "Hi")
    assert place.funnel(journey)["nodes"][0]["deliveries"]["planned_in_all"] == 2
    place.call("POST", "/v1/deliveries/999999/resend", 404)
