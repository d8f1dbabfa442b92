"""Rule 13, its end: what concerns no question is in the inbox, where people answer; a trip may hand over to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, sent, step
from tests.town import Town


def talks(place: Town, **which: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = place.call("GET", "/v1/inbox", params=which)["items"]
    return items


def test_rule_13_a_person_answers_from_the_inbox_and_once(place: Town) -> None:
    place.contact("ann", consent=False)
    for said in ("Where is my order?", "Hello?"):
        place.reply(text=said)
        place.advance()
    (talk,) = talks(place)
    assert (talk["contact"], talk["queue"], talk["channel"], talk["status"]) == ("ann", "", "telegram", "open")
    door = f"/v1/inbox/{talk['id']}"
    for planned in (True, False):
        words, key = {"text": "On its way"}, {"Idempotency-Key": "a1"}
        assert place.call("POST", f"{door}/answer", json=words, headers=key) == {"planned": planned}
    place.advance()
    assert sent(place) == ["On its way"]
    place.call("POST", f"{door}/close")
    assert (talks(place), [each["closed_by"] for each in talks(place, status="closed")]) == ([], ["bootstrap"])
    place.call("POST", f"{door}/answer", 409, json={"text": "Late"})
    place.call("POST", "/v1/inbox/999/close", 404)
    place.reply(text="Thanks")
    place.advance()
    assert len(talks(place)) == 1


def test_rule_13_a_person_may_answer_on_messenger_for_a_week_and_a_journey_for_a_day(place: Town) -> None:
    page = "2400000000001"
    place.contact("ann", "messenger", page, consent=False)
    place.reply(page, "messenger", text="Where is my order?")
    place.advance("P3D")
    late = place.publish(line(step("say", "send", text="Buy more", category="service")))
    place.enroll(late, "ann")
    (talk,) = talks(place)
    place.call("POST", f"/v1/inbox/{talk['id']}/answer", json={"text": "On its way"})
    place.advance()
    # The pretend page takes it so late only with the tag of a person.
    assert place.heard(page, "messenger") == ["On its way"]
    place.advance("P4D")
    place.call("POST", f"/v1/inbox/{talk['id']}/answer", json={"text": "It has come"})
    place.advance()
    assert place.heard(page, "messenger") == ["On its way"]
    told = [(each["state"], each["reason"]) for each in place.call("GET", "/v1/deliveries")["items"]]
    assert told.count(("suppressed", "window_closed")) == 2


@pytest.mark.parametrize("closed", [True, False])
def test_rule_13_a_trip_hands_over_and_goes_on(place: Town, closed: bool) -> None:
    place.contact("ann")
    hand = step("hand", "handoff", queue="sales", resume_after="PT2H")
    journey = place.publish(line(hand, step("thanks", "send", text="Thanks")))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    assert [(each["queue"], each["node"]) for each in talks(place, queue="sales")] == [("sales", "hand")]
    assert talks(place, queue="support") == []
    place.reply(text="I want two")
    place.advance("PT1M")
    (talk,) = talks(place)
    assert talk["channel"] == "telegram"
    assert place.trip(journey, "ann")["waiting_for"] == "handoff"
    if closed:
        place.call("POST", f"/v1/inbox/{talk['id']}/close")
        place.advance()
    else:
        place.advance("PT2H")
    assert sent(place) == ["Thanks"]
    assert len(talks(place)) == (0 if closed else 1)
    if not closed:
        # Closing later concerns no trip any more.
        place.call("POST", f"/v1/inbox/{talk['id']}/close")
        place.advance()
    assert place.trip(journey, "ann")["status"] == "completed"


def test_rule_13_a_conversation_shows_what_was_said_by_both_and_who_looks_after_it(place: Town) -> None:
    place.contact("ann", attributes={"first_name": "Anna"})
    hand = step("hand", "handoff", queue="sales")
    journey = place.publish(line(step("hello", "send", text="Hello", category="service"), hand))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    place.reply(text="I want two")
    place.advance("PT1M")
    (talk,) = talks(place)
    assert (talk["name"], talk["why"], talk["last_words"]) == ("Anna", "handed_over", "I want two")
    door = f"/v1/inbox/{talk['id']}"
    place.call("POST", f"{door}/answer", json={"text": "On its way"})
    place.advance()
    whole = place.call("GET", door)
    said = [(each["from"], each["by"], each["text"]) for each in whole["thread"]]
    assert said == [("bot", "journey", "Hello"), ("person", None, "I want two"), ("bot", "person", "On its way")]
    assert whole["allowed"] == {"how": "freely", "may": True, "until": None}
    assert place.call("POST", f"{door}/assign", json={"to": "Olga"}) == {"assignee": "Olga"}
    assert (len(talks(place, assignee="Olga")), len(talks(place, assignee=""))) == (1, 0)
    assert place.call("GET", "/v1/inbox/queues")["items"] == [{"queue": "sales", "open": 1}]
    assert (len(talks(place, search="anna")), len(talks(place, search="boris"))) == (1, 0)
    place.call("GET", "/v1/inbox/999", 404)


def test_rule_13_conversations_are_listed_from_either_end(place: Town) -> None:
    for number in range(3):
        place.contact(f"c{number}", address=str(number), consent=False)
        place.reply(str(number), text=f"Hello {number}")
        place.advance()
    assert [each["contact"] for each in talks(place)] == ["c0", "c1", "c2"]
    page = place.call("GET", "/v1/inbox", params={"order": "newest", "limit": 2})
    assert [each["contact"] for each in page["items"]] == ["c2", "c1"]
    assert [each["contact"] for each in talks(place, order="newest", after=page["next"])] == ["c0"]


@pytest.mark.parametrize(
    ("channel", "after", "how", "ends"),
    [
        ("whatsapp", "PT1H", "freely", True),
        ("whatsapp", "P2D", "window_closed", False),
        ("messenger", "P2D", "as_person", True),
        ("messenger", "P8D", "window_closed", False),
        ("telegram", "P8D", "freely", False),
    ],
)
def test_rule_13_it_is_told_what_the_messenger_allows_now(
    place: Town, channel: str, after: str, how: str, ends: bool
) -> None:
    address = {"whatsapp": "79990001122", "messenger": "2400000000001", "telegram": "777"}[channel]
    place.contact("ann", channel, address, consent=False)
    place.reply(address, channel, text="Hello?")
    place.advance(after)
    (talk,) = talks(place)
    told = place.call("GET", f"/v1/inbox/{talk['id']}")["allowed"]
    assert (told["how"], told["may"], told["until"] is not None) == (how, how != "window_closed", ends)
