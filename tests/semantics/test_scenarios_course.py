"""Black-box stories of a journey as a whole: its end, failures, who goes first, how to opt out is told once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import NOON, line, sent, sleeping, step, waking
from tests.town import Town

LINE = "Write STOP to unsubscribe."
EIGHT = "2040-01-09T20:00:00Z"


def say(text: str, **settings: Any) -> dict[str, Any]:
    return step("hello", "send", text=text, **settings)


def test_s54_how_to_opt_out_is_told_once(place: Town) -> None:
    """A peer counts texts of any kind; ours advertisements, on each messenger, because only these can be opted out of.

    A text with no room for the line tells nobody, so the next one does; it is told whenever it was chosen.
    """
    channels = ("telegram", "viber")
    agreed = [{"channel": each, "purpose": "marketing", "source": "test", "text": "I agree"} for each in channels]
    place.contact("ann", addresses=[{"channel": each, "address": "777"} for each in channels], consents=agreed)
    long = "a" * 4090

    def send(text: str, channel: str = "telegram", category: str = "marketing") -> None:
        place.enroll(place.publish(line(say(text, category=category, channel=channel))), "ann")
        place.advance("PT1M")

    send("Before")
    place.call("PUT", "/v1/settings", json={"opt_out_line": LINE})
    place.call("PUT", "/v1/settings", json={"caps": None})
    send("Order", category="service")
    for text in (long, "One", "Two"):
        send(text)
    send("One", "viber")
    send("Two", "viber")
    told = f"One\n\n{LINE}"
    assert sent(place) == ["Before", "Order", long, told, "Two", told, "Two"]
    assert place.call("PUT", "/v1/settings", json={"opt_out_line": None}) == {"caps": None, "opt_out_line": None}


def test_s63_what_is_due_after_the_end_is_not_done_nor_put_off(place: Town) -> None:
    """Who is inside leaves, what waits is explained by the end, nobody enters afterwards; publishing begins it anew."""
    place.contact("ann")
    place.contact("bob", address="778")
    document = line(say("Soon"), step("rest", "wait", for_="P1D"), step("more", "send", text="Late"), ends_at=EIGHT)
    journey = place.publish(document)
    place.enroll(journey, "ann")
    place.advance("PT1M")
    explained = place.trip(journey, "ann")["explain"]
    assert (explained["latest"], explained["wakes"][-1]["what"]) == (EIGHT, "journey_over")
    assert place.call("GET", f"/v1/journeys/{journey}")["ends_at"] == EIGHT
    place.advance("P2D")
    trip = place.trip(journey, "ann")
    assert (trip["status"], trip["reason"], trip["ended_at"]) == ("exited", "journey_over", EIGHT)
    assert sent(place) == ["Soon"]
    shown = place.call("GET", f"/v1/journeys/{journey}")
    assert (shown["status"], shown["ends_at"]) == ("stopped", None)
    assert place.enroll(journey, "bob")["skipped"] == [{"contact": "bob", "reason": "journey_not_live"}]
    problems = place.call("POST", f"/v1/journeys/{journey}/publish", 422)["problems"]
    assert [(each["path"], each["text"]) for each in problems] == [
        ("ends_at", "This journey would be over before it begins.")
    ]


@pytest.mark.parametrize("paused", [False, True])
def test_s63_the_engine_was_down_or_the_journey_stood_still_when_the_end_came(place: Town, paused: bool) -> None:
    place.contact("ann")
    journey = place.publish(line(step("rest", "wait", for_="PT1H"), say("Late"), ends_at=EIGHT))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    if paused:
        place.call("POST", f"/v1/journeys/{journey}/pause")
        place.advance("PT10H")
    else:
        sleeping(place)
        place.freeze("2040-01-10T00:00:00Z")
        waking(place)
        place.advance("PT1S")
    assert (place.trip(journey, "ann")["reason"], sent(place)) == ("journey_over", [])


def failing(place: Town, many: int, bad: int, **failures: Any) -> str:
    """A journey of so many contacts, some of whom have no name to be called by."""
    made = place.publish(line(say("Hello, {{ contact.first_name }}", category="service"), failures=failures))
    names = [str(5000 + number) for number in range(many)]
    people = [
        {
            "external_id": name,
            "addresses": [{"channel": "telegram", "address": name}],
            "attributes": {} if number < bad else {"first_name": "Ann"},
        }
        for number, name in enumerate(names)
    ]
    place.call("PUT", "/v1/contacts", json={"contacts": people})
    place.enroll(made, *names)
    place.advance("PT1M")
    return made


def state(place: Town, journey: str) -> tuple[Any, Any, Any]:
    told = place.call("GET", f"/v1/journeys/{journey}")
    return told["status"], told["paused_because"], told["failures"]


def test_s66_at_half_the_budget_it_is_told_and_at_the_budget_the_journey_pauses(place: Town) -> None:
    """A peer tells at 5 % and switches off at 10 %; ours chooses the second, and the first is half of it."""
    journey = failing(place, 40, 2, share=10)
    assert state(place, journey) == ("live", None, 2)
    for number in range(3):
        place.contact(f"bad-{number}", address=f"88{number}")
    place.enroll(journey, *(f"bad-{number}" for number in range(3)))
    place.advance("PT1M")
    assert state(place, journey) == ("paused", "failures", 5)
    ailing = {each["code"]: each["what"] for each in place.call("GET", "/v1/health")["items"]}
    assert "5 trips failed" in ailing["journey_failed"]


def test_s66_publishing_and_resuming_count_anew_and_nothing_else_does(place: Town) -> None:
    journey = failing(place, 3, 3, number=3)
    assert state(place, journey) == ("paused", "failures", 3)
    place.contact("late")
    assert place.enroll(journey, "late")["skipped"] == [{"contact": "late", "reason": "journey_paused"}]
    # Published while it stands still: it counts anew and waits to be resumed.
    place.call("POST", f"/v1/journeys/{journey}/publish")
    assert state(place, journey) == ("paused", None, None)
    place.call("POST", f"/v1/journeys/{journey}/resume")
    for number in range(2):
        place.contact(f"bad-{number}", address=f"88{number}")
        place.enroll(journey, f"bad-{number}")
        place.advance("PT1M")
    assert state(place, journey) == ("live", None, 2)
    place.call("POST", f"/v1/journeys/{journey}/pause")
    place.call("POST", f"/v1/journeys/{journey}/resume")
    assert state(place, journey) == ("live", None, None)
    draft = place.call("GET", f"/v1/journeys/{journey}/draft")
    draft["document"]["graph"]["failures"] = {}
    refused = place.call("POST", f"/v1/journeys/{journey}/check", json={"document": draft["document"]})
    assert any("set one" in each["text"] + each["fix"] for each in refused["problems"])


def test_s67_of_schedules_that_come_together_the_newest_journey_goes_first(place: Town) -> None:
    """A peer runs its newest campaign before all others; ours lets its audience in first. Whoever is inside goes by
    what has been due longest, and what is said to one person stays in the order in which it was planned (rule 32)."""
    place.contact("ann")
    at = NOON.replace("12:00:00", "15:00:00")
    for text in ("Old", "New"):
        place.publish(line(say(text), entry={"schedule": at.removesuffix("Z")}))
    place.advance("PT4H")
    assert sent(place) == ["New", "Old"]
