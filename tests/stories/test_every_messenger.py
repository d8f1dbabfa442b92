"""The four example journeys over each messenger: the same people, and each messenger's own buttons and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.telling import deliveries, ending, example, sums
from tests.town import Town

ADDRESSES = {
    "telegram": "51{}",
    "whatsapp": "7999000005{}",
    "viber": "vIbErPeRsOn{}==",
    "messenger": "24000000000005{}",
}
BUSY: dict[str, Any] = {"operation_id": "op-1", "amount": 15990, "merchant": "Air"}
# (journey, how it begins, what the person presses in brackets or writes, how it stands then)
STORIES: list[tuple[str, str, list[str], tuple[str, str | None]]] = [
    ("retail-coupon-viber", "api", ["[want]"], ("waiting", None)),
    ("school-timetable-telegram", "api", ["[c6b]", "[yes]"], ("waiting", None)),
    ("bank-confirmation-whatsapp", "operation_requested", ["[confirm]"], ("completed", "confirmed")),
    ("shop-order-messenger", "order", ["[pie]", "2", "+44 20 7946 0958", "[right]"], ("completed", "ordered")),
]


def spoken(part: Any, channel: str) -> Any:
    """A document that speaks on another messenger."""
    if isinstance(part, Mapping):
        return {name: channel if name == "channel" else spoken(each, channel) for name, each in part.items()}
    return [spoken(each, channel) for each in part] if isinstance(part, list) else part


def begins(place: Town, journey: str, how: str, name: str, channel: str, address: str) -> None:
    if how == "api":
        place.enroll(journey, name)
    elif how == "order":
        place.reply(address, channel, text=how)
    else:
        place.track(name, how, **BUSY)
    place.advance("PT5S")


@pytest.mark.parametrize("channel", ADDRESSES)
def test_every_example_is_at_home_on_every_messenger(place: Town, channel: str) -> None:
    place.freeze("2027-01-11T10:00:00Z")
    place.call("PUT", "/v1/coupons/viber-15", json={"codes": ["P-1001"]})
    for number, (name, how, words, stands) in enumerate(STORIES):
        address, journey = ADDRESSES[channel].format(number), place.publish(spoken(example(name, "en"), channel))
        place.contact(name, channel, address, attributes={"first_name": "Ann"}, timezone="Europe/London")
        place.reply(address, channel, text="good morning")
        place.advance("PT5S")
        begins(place, journey, how, name, channel, address)
        for word in words:
            what: dict[str, Any] = {"button": word.strip("[]")} if word.startswith("[") else {"text": word}
            place.reply(address, channel, **what)
            place.advance("PT5S")
        assert ending(place, journey, name) == stands, (name, place.path(journey, name))
        sent = deliveries(place, journey, name)
        assert len(sent) > len(words)
        assert {state for _, state, _ in sent} <= {"accepted", "delivered", "read"}, sent
        sums(place, journey)
