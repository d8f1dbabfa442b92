"""Broadcasts on the pages: a plan in words, and a form that makes a draft and sends nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from journeys.check import check
from journeys.schedule import next_run
from tests.ui.conftest import opened, words
from tests.ui.pretend_world import Problem, World
from ui.broadcasting import Order, wrong
from ui.drafts import broadcast
from ui.schedules import again, once, told

MESSAGE = {"category": "marketing", "text": "Hello"}
NOW = datetime(2030, 3, 4, 10, tzinfo=UTC)


def planned(world: World, name: str, status: str, **told: Any) -> None:
    document = broadcast(name, "FREQ=DAILY;BYHOUR=10", "loyal", "Europe/Moscow", MESSAGE)
    world.add(name.lower(), document, status=status)["broadcast"] = told


@pytest.mark.parametrize(
    ("schedule", "comes", "said"),
    [
        (once(date(2030, 3, 5), time(9, 30)), "2030-03-05T06:30:00+00:00", "once"),
        (again(time(9, 30)), "2030-03-05T06:30:00+00:00", "every day at 09:30"),
        (again(time(14), ["FR", "TU"]), "2030-03-05T11:00:00+00:00", "every week: Tue, Fri at 14:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=5", "2030-03-04T21:00:00+00:00", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("FREQ=WEEKLY;BYHOUR=10", "2030-03-11T07:00:00+00:00", "FREQ=WEEKLY;BYHOUR=10"),
    ],
)
def test_a_schedule_of_the_form_comes_when_it_says(schedule: str, comes: str, said: str) -> None:
    at = next_run(schedule, "Europe/Moscow", NOW, NOW)
    assert (at.isoformat() if at else None, told(schedule)) == (comes, said)


def test_a_broadcast_is_a_journey_without_faults() -> None:
    for segment in ("", "loyal"):
        assert not [one for one in check(broadcast("News", again(time(10)), segment, "UTC", MESSAGE)) if one.text]


def test_what_is_missing_is_called_by_its_field() -> None:
    fields = [field for field, _ in wrong(Order(pace="weekly"), NOW)]
    assert fields == ["Name", "Segment", "Text", "Days", "Time"]
    past = Order("News", "", "marketing", "Hello", "once", date(2030, 3, 4), (), time(12), "Europe/Moscow")
    assert [field for field, _ in wrong(past, NOW)] == ["Day"]
    past.timezone = "UTC"
    assert wrong(past, NOW) == []


def test_the_plan_tells_whom_when_and_how_it_went(api: str, world: World) -> None:
    planned(world, "News", "live")
    planned(world, "Sale", "live", next=None, schedule="2020-03-01T10:00")
    planned(world, "Rush", "live", entering=True)
    planned(world, "Rest", "paused", segment=None)
    planned(world, "Idea", "draft")
    test = opened("broadcasts")
    assert not test.exception
    said = words(test).replace("\\", "")
    for each in ("Scheduled]", "Ended]", "Under way]", "Paused]", "Draft]", "**Loyal**", "**Everybody**", "**1,180**"):
        assert each in said
    for each in ("every day at 10:00 · Europe/Moscow", "**was 1 Mar 2020, 07:00**", "once published**", "**next "):
        assert each in said
    assert [link.proto.label for link in test.get("page_link")] == [
        f"**{name}**" for name in ("News", "Sale", "Rush", "Rest", "Idea")
    ]


def test_the_form_loses_nothing_and_makes_a_draft(api: str, world: World) -> None:
    test = opened("broadcasts").button(key="broadcasts-first").click().run()
    test = test.text_area(key="broadcast-text").set_value("Spring is here").run()
    test = test.button(key="broadcast-make").click().run()
    assert "**Name** —" in test.error[0].value
    assert "**Segment** —" in test.error[0].value
    assert not [one for one in world.calls if one[:2] == ("POST", "/v1/journeys")]
    assert test.text_area(key="broadcast-text").value == "Spring is here"
    test.text_input(key="broadcast-name").set_value("News")
    test = test.selectbox(key="broadcast-segment").select("loyal").run()
    assert "contacts now." in words(test)
    assert '`{{ contact.first_name|default("…") }}`' in words(test)
    assert "`{{ contact.total }}`" in words(test)
    world.broken["/v1/journeys"] = Problem(503, "Not ready", "Try again soon.")
    test = test.button(key="broadcast-make").click().run()
    assert "Try again soon" in words(test)
    world.broken.clear()
    test = test.button(key="broadcast-make").click().run()
    assert not test.exception
    made = [body for verb, path, body in world.calls if (verb, path) == ("POST", "/v1/journeys")][-1]
    schedule = made["graph"]["entry"]["schedule"]
    assert made == broadcast("News", schedule, "loyal", "UTC", MESSAGE | {"text": "Spring is here"})
    assert schedule.endswith("T10:00")
    assert next(reversed(world.journeys.values()))["status"] == "draft"
