"""Rule 32: a message that one messenger does not deliver in time is tried on the next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.stories import YES_NO, deliveries, drawn, faults, line, step
from tests.town import Town

PHONE, VIBER, CHAT = "79160000001", "v-ann", "777"


def ann(place: Town) -> None:
    """On three messengers, with consent to all; she has just written on WhatsApp."""
    channels = {"whatsapp": PHONE, "viber": VIBER, "telegram": CHAT}
    person = {
        "external_id": "ann",
        "addresses": [{"channel": name, "address": address} for name, address in channels.items()],
        "consents": [{"channel": name, "source": "t", "text": "yes"} for name in channels],
    }
    place.call("PUT", "/v1/contacts", json={"contacts": [person]})
    place.reply(PHONE, "whatsapp", text="hello")
    place.advance("PT1S")


def heard(place: Town) -> dict[str, list[str]]:
    return {
        name: place.heard(address, name)
        for name, address in (("whatsapp", PHONE), ("viber", VIBER), ("telegram", CHAT))
    }


def tried(place: Town) -> list[tuple[str, str]]:
    return [(each["channel"], each["state"]) for each in deliveries(place, "ann")]


def offer(**settings: Any) -> dict[str, Any]:
    return step("hello", "send", text="Sale", **{"channel": ["whatsapp", "viber", "telegram"], **settings})


def no_receipts(place: Town, *channels: str) -> None:
    """What these messengers take stays on its way for days."""
    late = [{"kind": "late_receipt", "delay": 500_000, "channel": name} for name in channels]
    place.call("PUT", "/sandbox/faults", json={"faults": late})


def test_rule_32_not_delivered_within_an_hour_tries_the_next_messenger(place: Town) -> None:
    ann(place)
    no_receipts(place, "whatsapp", "viber")
    journey = place.publish(line(offer(cascade="PT1H")))
    place.enroll(journey, "ann")
    place.advance("PT59M")
    assert heard(place) == {"whatsapp": ["Sale"], "viber": [], "telegram": []}
    assert place.trip(journey, "ann")["status"] == "completed"
    place.advance("PT2M")
    assert heard(place) == {"whatsapp": ["Sale"], "viber": ["Sale"], "telegram": []}
    # Telegram tells nothing of delivery: what it has accepted counts as delivered, and it is the last one.
    place.advance("PT12H")
    assert heard(place) == {"whatsapp": ["Sale"], "viber": ["Sale"], "telegram": ["Sale"]}
    assert tried(place) == [("whatsapp", "accepted"), ("viber", "accepted"), ("telegram", "accepted")]
    assert place.funnel(journey)["nodes"][0]["left"] == {"sent": 1}


@pytest.mark.parametrize("settings", [{"cascade": "PT1H"}, {}], ids=["delivered in time", "without a cascade"])
def test_rule_32_what_is_delivered_stays_where_it_is(place: Town, settings: dict[str, Any]) -> None:
    ann(place)
    if not settings:
        no_receipts(place, "whatsapp")
    place.enroll(place.publish(line(offer(**settings))), "ann")
    place.advance("PT6H")
    assert heard(place) == {"whatsapp": ["Sale"], "viber": [], "telegram": []}


def test_rule_32_what_failed_after_all_does_not_wait(place: Town) -> None:
    """WhatsApp takes the message and reports a minute later that it cannot be delivered."""
    ann(place)
    faults(place, "403_blocked", channel="whatsapp", times=1)
    place.enroll(place.publish(line(offer(cascade="PT12H"))), "ann")
    place.advance("PT10M")
    assert tried(place)[0] == ("whatsapp", "rejected")
    assert heard(place)["viber"] == ["Sale"]


def test_rule_32_nobody_knows_on_the_first_and_consent_decides_on_the_second(place: Town) -> None:
    ann(place)
    place.call("POST", "/v1/contacts/ann/consents", json={"channel": "viber", "action": "withdraw", "source": "form"})
    faults(place, "500", channel="whatsapp", times=1)
    place.enroll(place.publish(line(offer(cascade="PT1H"))), "ann")
    place.advance("PT3H")
    assert tried(place) == [("whatsapp", "unresolved"), ("telegram", "accepted")]
    assert heard(place) == {"whatsapp": [], "viber": [], "telegram": ["Sale"]}


@pytest.mark.parametrize(("channel", "address"), [("whatsapp", PHONE), ("viber", VIBER)])
def test_rule_32_the_question_may_be_answered_on_either_messenger(place: Town, channel: str, address: str) -> None:
    ann(place)
    no_receipts(place, "whatsapp")
    buttons = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
    journey = place.publish(
        drawn(
            offer(cascade="PT1H", buttons=buttons, channel=["whatsapp", "viber"]),
            step("answer", "reply", branches=YES_NO, patience="P1D"),
            *(step(name, "exit", reason=name) for name in ("yes", "no", "else", "silence")),
            ways="hello.sent>answer answer.yes>yes answer.no>no answer.something_else>else answer.no_answer>silence",
        )
    )
    place.enroll(journey, "ann")
    place.advance("PT2H")
    assert heard(place)["viber"] == ["Sale"]
    place.reply(address, channel, button="yes")
    place.advance("PT1S")
    assert place.trip(journey, "ann")["reason"] == "yes"
