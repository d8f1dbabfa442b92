"""Where people cannot or may not be reached: windows, laws, addresses that fail twice, switches at the messenger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from engine.project import Project
from journeys.policies import Policy, country_of, forbidding
from store import addresses
from store.sql import one
from tests.semantics.stories import line, step
from tests.town import Town

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BANKS = Policy(
    name="ru-bank",
    country="RU",
    industry="bank",
    channel="*",
    category="*",
    law="41-FZ",
    since=datetime(2025, 6, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("country", "industry", "now", "forbidden"),
    [
        ("RU", "bank", NOW, True),
        ("KZ", "bank", NOW, False),
        ("RU", "retail", NOW, False),
        ("RU", "bank", datetime(2025, 5, 31, tzinfo=UTC), False),
        ("", "bank", NOW, False),
    ],
)
def test_a_law_is_of_a_country_and_an_industry(country: str, industry: str, now: datetime, forbidden: bool) -> None:
    assert (forbidding([BANKS], country, industry, "telegram", "service", now) is not None) is forbidden


@pytest.mark.parametrize(
    ("attributes", "country"),
    [
        ({"country": "de"}, "DE"),
        ({"phone": "+375 29 111-22-33"}, "BY"),
        ({"phone": "+79991234567"}, "RU"),
        ({"country": 7, "phone": None}, "RU"),
        ({}, "RU"),
    ],
)
def test_a_contacts_country(attributes: dict[str, object], country: str) -> None:
    assert country_of(attributes, "RU") == country


def reasons(place: Town, contact: str) -> list[str]:
    items = place.call("GET", "/v1/deliveries", params={"contact": contact})["items"]
    return [each["reason"] for each in items]


def test_a_bank_in_russia_does_not_write_until_the_rule_is_changed(place: Town) -> None:
    place.project.industry = "bank"
    place.contact("ivan", attributes={"country": "RU"})
    place.contact("hans", address="778", attributes={"country": "DE"})
    journey = place.publish(line(step("hello", "send", text="Hello"), reentry={"mode": "after_exit"}))
    place.enroll(journey, "ivan", "hans")
    place.advance("PT1S")
    assert (reasons(place, "ivan"), place.heard("778")) == (["policy:ru-bank"], ["Hello"])
    listed = place.call("GET", "/v1/policies")
    assert listed["business"] == {"country": "", "industry": "bank"}
    rule = next(each for each in listed["items"] if each["name"] == "ru-bank")
    assert "41-FZ" in rule["law"]
    place.call(
        "PUT", "/v1/policies/ru-bank", json={"country": "RU", "industry": "bank", "law": "41-FZ", "active": False}
    )
    place.contact("olga", address="779", attributes={"country": "RU"})
    place.enroll(journey, "olga")
    place.advance("PT1S")
    assert place.heard("779") == ["Hello"]
    place.call("DELETE", "/v1/policies/ru-bank")
    place.call("DELETE", "/v1/policies/ru-bank", expect=404)
    place.call("PUT", "/v1/policies/x", expect=422, json={"country": "Russia", "law": "some"})


def standing(project: Project) -> tuple[str, bool]:
    """The address's state, and whether it is doubted."""
    with project.database.read() as connection:
        row = one(connection, "SELECT state, doubted_at FROM address WHERE address = '79991112233'")
    assert row is not None
    return str(row.state), row.doubted_at is not None


def test_an_address_that_whatsapp_could_not_reach_twice_is_given_up(place: Town) -> None:
    place.freeze("2027-01-11T10:00:00Z")
    place.contact("ann", "whatsapp", "79991112233")
    place.reply("79991112233", "whatsapp", text="hm")
    place.call("POST", "/sandbox/phones/whatsapp/79991112233/block")
    journey = place.publish(line(step("hello", "send", text="Hello"), reentry={"mode": "after_exit"}))
    for _ in range(2):
        place.enroll(journey, "ann")
        place.advance("PT1H")
        assert standing(place.project) == ("ok", True)
    assert reasons(place, "ann") == ["unreachable", "unreachable"]
    where = [("whatsapp", "default", "79991112233")]

    def a_day_later(connection: Connection) -> None:
        now = place.project.now_micros(connection)
        addresses.doubt(connection, where, "131026", now + addresses.DOUBT)

    place.project.database.transact(a_day_later)
    assert standing(place.project) == ("invalid", True)
    place.call("POST", "/sandbox/phones/whatsapp/79991112233/unblock")
    place.reply("79991112233", "whatsapp", text="I am here")
    place.advance("PT1S")
    assert standing(place.project) == ("ok", False)


def test_a_switch_at_the_messenger_stops_marketing_and_brings_it_back(place: Town) -> None:
    place.contact("ann", "whatsapp", "79991112233")
    place.reply("79991112233", "whatsapp", text="hello")
    place.call("POST", "/sandbox/phones/whatsapp/79991112233/stop")
    place.advance("PT1S")
    held = place.call("GET", "/v1/contacts/ann")["consents"]
    assert [(each["purpose"], each["granted"]) for each in held] == [("marketing", False)]
