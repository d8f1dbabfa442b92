"""Advice that counts people: shares of a sample, and what is exact once they are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.audience import Audience, fold_audience
from journeys.caps import Caps
from journeys.lint import lint
from tests.journeys.advised import NEVER, TEMPLATE, WA, note, offer, quiet, told
from tests.journeys.documents import line, step

PEOPLE = fold_audience(
    [{"name": "Ann", "city": "Königswusterhausen"}, {"name": "Bob", "city": ""}, {"name": "Eve"}, {"name": "x" * 30}],
    [("telegram", True, True), ("telegram", False, True), ("viber", True, True), ("whatsapp", True, False)],
    ["viber", "telegram", "telegram"],
)


def test_an_audience_is_folded_into_shares() -> None:
    assert (
        Audience(
            contacts=4,
            known={"name": 1.0, "city": 0.25},
            longest={"name": 30, "city": 18},
            channels=("telegram", "viber"),
            consents={"telegram": 0.5, "viber": 1.0, "whatsapp": 1.0},
            open={"telegram": 1.0, "viber": 1.0, "whatsapp": 0.0},
        )
        == PEOPLE
    )


def test_to_how_many_a_window_is_open_is_told() -> None:
    some = Audience(contacts=4, open={"whatsapp": 0.25, "messenger": 0.5})
    shut = quiet(note(**WA))
    assert [text for _, text, _ in told(shut, some)] == [
        NEVER,
        "Now 25% of those who can be reached on WhatsApp have written within these hours.",
    ]
    assert told(quiet(note(**WA, **TEMPLATE)), some) == []


NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
#: One contact was sent two advertisements today, another two yesterday, by their own clock.
LATELY = ((None, (NOON, NOON - timedelta(hours=1))), ("Asia/Vladivostok", (NOON - timedelta(hours=23),) * 2))


@pytest.mark.parametrize(
    ("own", "project", "share"),
    [
        (None, None, None),
        ({"per_day": 2}, None, "25%"),
        (None, Caps(per_day=2, per_week=None), "25%"),
        ({"per_day": 3}, Caps(per_day=None, per_week=2), "50%"),
        ({"per_day": 3}, Caps(per_day=None, per_week=3), None),
    ],
)
def test_how_many_have_had_enough_is_told(own: dict[str, int] | None, project: Caps | None, share: str | None) -> None:
    people = Audience(contacts=4, lately=LATELY, at=NOON, caps=project)
    document = quiet(offer(), **({"caps": own} if own else {}))
    said = [each.text for each in lint(document, people) if each.path == "caps"]
    assert said == ([f"{share} of contacts have had as much marketing as the caps allow."] if share else [])
    assert not [each for each in lint(quiet(note(text="Hi"), caps={"per_day": 1}), people) if each.path == "caps"]


def test_rule_8_whose_clock_is_read_for_those_who_told_no_zone_is_told_before() -> None:
    unzoned = fold_audience([{"name": "Ann"}] * 4, [], [], 3)
    morning = step("rest", "wait", local_time="09:00")
    warning = "75% of contacts have no time zone of their own: for them it is the time of {}."
    for zone, named in (({}, "UTC"), ({"timezone": "Europe/Moscow"}, "Europe/Moscow")):
        said = [each.text for each in lint(line(morning, **zone), unzoned)]
        assert warning.format(named) in said
    assert warning.format("UTC") in [
        each.text for each in lint(line(step("rest", "wait"), quiet_hours=["21:00", "09:00"]), unzoned)
    ]
    assert not any("time zone" in each.text for each in lint(line(step("rest", "wait")), unzoned))


@pytest.mark.parametrize(
    ("document", "warnings"),
    [
        (quiet(note(text="Hi {{ contact.name }}")), []),
        (quiet(note(text="To {{ contact.city }}")), [("note", "contact.city is missing for 75% of contacts.", "note")]),
        (quiet(offer(channel="viber")), []),
        (quiet(offer()), [("offer", "50% of those who can be reached have not agreed to marketing here.", "")]),
        (
            quiet(note(channel="telegram", text="{{ contact.name }}" + "y" * 4070)),
            [
                (
                    "note",
                    "With the longest values: Telegram takes at most 4096 characters of text; this message has 4100.",
                    "",
                )
            ],
        ),
        (
            quiet(note(channel="auto", buttons=[{"id": "c", "title": "Copy", "copy": "TEA"}])),
            [("note", "Viber has no button that copies: the code of «Copy» is written under the text.", "")],
        ),
    ],
)
def test_people_that_are_known_make_advice_exact(document: dict[str, Any], warnings: list[Any]) -> None:
    assert told(document, PEOPLE) == warnings
