"""Why a contact stands there, what wakes them, and when at the latest: every kind of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from journeys.explain import HOLDS, WAITS, WAKES, Message, Standing, explain
from journeys.graph import Journey, read
from tests.journeys.documents import line, step

NOW = datetime(2040, 1, 9, 12, tzinfo=UTC)
LATER, TOMORROW = NOW + timedelta(hours=1), NOW + timedelta(days=1)
LEASE = timedelta(minutes=1)
HELD = Message(state="held", reason="quiet_hours", ready_at=LATER, expires_at=TOMORROW)
PLAIN = read(line(step("a", "wait", for_="P1D")))
AIMED = read(line(step("a", "wait", for_="P1D"), goal={"event": "paid"}, exit_when=[{"tag": "staff"}]))


def told(journey: Journey, trip: Standing) -> tuple[str, list[tuple[str, str, datetime | None]], object]:
    """(why, what wakes, the latest instant or why there is none)."""
    found = explain(journey, trip, LEASE)
    return found.why, [(each.what, each.name, each.at) for each in found.wakes], found.latest or found.open_end


@pytest.mark.parametrize(
    ("waiting_for", "due", "why", "wakes", "latest"),
    [
        ("time", TOMORROW, "time", [("time", "", TOMORROW)], TOMORROW),
        ("date", TOMORROW, "date", [("time", "", TOMORROW)], TOMORROW),
        ("reply", TOMORROW, "reply", [("reply", "", None), ("time", "", TOMORROW)], TOMORROW),
        ("reply", None, "reply", [("reply", "", None)], "forever"),
        ("event:paid", None, "event", [("event", "paid", None)], "forever"),
        ("event:a:b", TOMORROW, "event", [("event", "a:b", None), ("time", "", TOMORROW)], TOMORROW),
        ("rule", None, "rule", [("rule", "", None)], "forever"),
        ("coupon", NOW, "coupon", [("other", "coupon", None), ("time", "", NOW)], NOW),
        ("an_operator", TOMORROW, "other", [("other", "an operator", None), ("time", "", TOMORROW)], TOMORROW),
    ],
)
def test_a_wait_tells_what_ends_it(
    waiting_for: str, due: datetime | None, why: str, wakes: list[tuple[str, str, datetime | None]], latest: object
) -> None:
    trip = Standing(status="waiting", node="a", waiting_for=waiting_for, due_at=due)
    assert told(PLAIN, trip) == (why, wakes, latest)


def test_goal_and_exit_rules_wake_wherever_one_waits() -> None:
    trip = Standing(status="waiting", node="a", waiting_for="time", due_at=TOMORROW)
    assert told(AIMED, trip)[1] == [("time", "", TOMORROW), ("goal", "paid", None), ("exit_rule", "", None)]


def test_a_paused_journey_waits_for_its_people_alone() -> None:
    trip = Standing(status="waiting", node="a", waiting_for="time", due_at=TOMORROW, paused=True)
    assert told(AIMED, trip) == ("journey_paused", [("resume", "", None)], "until_resumed")


def test_who_has_just_come_is_moved_at_once() -> None:
    trip = Standing(status="active", node="a", waiting_for="", due_at=NOW)
    assert told(PLAIN, trip) == ("arriving", [("engine", "", NOW)], NOW)


@pytest.mark.parametrize(
    ("message", "wakes", "latest", "text"),
    [
        (HELD, [("another_try", "", LATER)], TOMORROW, "waits for its message to be sent (it is night where"),
        (
            Message(state="planned", reason="", ready_at=NOW, expires_at=TOMORROW),
            [("another_try", "", NOW)],
            TOMORROW,
            "waits for its message to be sent",
        ),
        (
            Message(state="sending", reason="", ready_at=None, expires_at=TOMORROW, sending_at=NOW),
            [("messenger", "", NOW + LEASE)],
            NOW + LEASE,
            "waits for its message to be sent",
        ),
        (None, [("engine", "", NOW)], NOW, "waits for its message to be sent"),
    ],
)
def test_a_message_that_has_not_gone_out_tells_why_and_until_when(
    message: Message | None, wakes: list[tuple[str, str, datetime | None]], latest: datetime, text: str
) -> None:
    due = NOW if message is None else None
    trip = Standing(status="waiting", node="a", waiting_for="answer", due_at=due, message=message)
    assert told(PLAIN, trip) == ("message", wakes, latest)
    assert explain(PLAIN, trip, LEASE).text().startswith(text)


def test_everything_has_its_words() -> None:
    for table in (WAITS, WAKES, HOLDS):
        assert all(text and not text.endswith(".") for text in table.values())
