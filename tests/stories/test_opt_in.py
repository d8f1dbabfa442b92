"""People come by a campaign's link on each messenger: contact, consent with its proof, journey."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import line, step
from tests.town import Town

WORDS = "I agree to get offers of The Shop in this messenger; I can stop at any time."
PLACES = {"telegram": "777", "whatsapp": "79991112233", "viber": "fresh==", "messenger": "5550001"}


def link(place: Town, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = place.call(
        "POST", "/v1/opt-in-links", json={"campaign": "spring", "consent_text": WORDS, **more}
    )
    return made


def follow(place: Town, made: dict[str, Any], channel: str) -> str:
    """Open the conversation by the link: the contact's id."""
    address = PLACES[channel]
    (told,) = [each["link"] for each in made["links"] if each["channel"] == channel]
    place.call("POST", f"/sandbox/phones/{channel}/{address}/start", json={"link": told})
    place.advance("PT1S")
    return f"{channel}:{address}"


def ledger(place: Town, contact: str) -> list[tuple[str, str, bool]]:
    items = place.call("GET", f"/v1/contacts/{contact}/consents")["items"]
    return [(each["action"], each["source"], each["proven"]) for each in items]


@pytest.mark.parametrize("channel", PLACES)
def test_who_follows_a_link_agrees_and_enters(place: Town, channel: str) -> None:
    journey = place.publish(line(step("hello", "send", text="Welcome!")))
    made = link(place, journey=journey, invitation="Hello", greeting="Press the button to begin.")
    contact = follow(place, made, channel)
    assert ledger(place, contact) == [("grant", "link spring", True)]
    assert place.call("GET", f"/v1/contacts/{contact}/consents")["items"][0]["text"] == WORDS
    assert "Welcome!" in place.heard(PLACES[channel], channel)
    if channel == "viber":
        assert place.heard(PLACES[channel], channel)[0] == "Press the button to begin."
    (shown,) = place.call("GET", "/v1/opt-in-links")["items"]
    assert (shown["arrived"], shown["journey"]) == (1, journey)
    if channel == "whatsapp":
        until = place.call("GET", f"/v1/contacts/{contact}")["addresses"][0]["reachable_until"]
        assert until is not None


def test_a_link_has_a_code_and_can_be_closed(place: Town) -> None:
    made = link(place)
    assert sorted(each["channel"] for each in made["links"]) == sorted(PLACES)
    for each in made["links"]:
        assert made["token"] in each["link"]
        picture = place.call("GET", each["qr"])
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.text.startswith("<svg")
    place.call("DELETE", f"/v1/opt-in-links/{made['token']}")
    assert ledger(place, follow(place, made, "telegram")) == []
    place.call("DELETE", f"/v1/opt-in-links/{made['token']}", expect=404)
    place.call("POST", "/v1/opt-in-links", expect=422, json={"campaign": "a", "consent_text": WORDS, "journey": "no"})


def test_a_double_opt_in_counts_from_the_word_that_confirms_it(place: Town) -> None:
    journey = place.publish(line(step("hello", "send", text="Offer!", category="marketing", on_blocked="wait")))
    contact = follow(place, link(place, journey=journey, double=True), "telegram")
    assert ledger(place, contact) == [("grant", "link spring", False)]
    assert place.heard() == []
    place.reply(text="start")
    place.advance("PT1S")
    assert [proven for _, _, proven in ledger(place, contact)] == [False, True]
    assert place.heard() == ["Offer!"]
