"""Caps: calendar days of the contact's own zone, counted over whatever was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.caps import Caps, capped_until


def cap(**most: int) -> Caps:
    return Caps.model_validate(most)


DAILY, WEEKLY = cap(per_day=2), cap(per_week=3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2040-01-{text}:00+00:00")


@pytest.mark.parametrize(
    ("caps", "sent", "now", "zone", "free"),
    [
        ([], ["09T10:00"] * 9, "09T12:00", "UTC", None),
        ([cap()], ["09T10:00"] * 9, "09T12:00", "UTC", None),
        ([DAILY], ["09T10:00"], "09T12:00", "UTC", None),
        ([DAILY], ["09T10:00", "09T11:00"], "09T12:00", "UTC", "10T00:00"),
        ([DAILY], ["08T23:59", "09T11:00"], "09T12:00", "UTC", None),
        # Moscow's ninth of January began at 21:00 UTC on the eighth, and ends at 21:00.
        ([DAILY], ["08T21:00", "09T11:00"], "09T12:00", "Europe/Moscow", "09T21:00"),
        ([DAILY], ["08T20:59", "09T11:00"], "09T12:00", "Europe/Moscow", None),
        ([WEEKLY], ["03T10:00", "04T10:00", "09T11:00"], "09T12:00", "UTC", "10T00:00"),
        ([WEEKLY], ["02T23:59", "04T10:00", "09T11:00"], "09T12:00", "UTC", None),
        ([WEEKLY], ["08T10:00", "08T11:00", "08T12:00"], "09T12:00", "UTC", "15T00:00"),
        # The tighter of the project's and the journey's.
        ([DAILY, cap(per_day=1)], ["09T10:00"], "09T12:00", "UTC", "10T00:00"),
        ([DAILY, WEEKLY], ["08T10:00", "09T10:00", "09T11:00"], "09T12:00", "UTC", "15T00:00"),
    ],
)
def test_when_one_more_may_go(caps: list[Caps], sent: list[str], now: str, zone: str, free: str | None) -> None:
    assert capped_until(caps, [at(each) for each in sent], at(now), zone) == (at(free) if free else None)


@given(
    hours=st.lists(st.integers(0, 400), max_size=60),
    per_day=st.integers(1, 4),
    per_week=st.integers(1, 9),
    zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"]),
)
def test_whoever_asks_first_keeps_the_caps(hours: list[int], per_day: int, per_week: int, zone: str) -> None:
    """Messages that want to go at any time, each when it may: no day and no seven days hold more than the caps."""
    both = cap(per_day=per_day, per_week=per_week)
    sent: list[datetime] = []
    for hour in sorted(hours):
        now = at("01T00:00") + timedelta(hours=hour)
        if capped_until([both], sent, now, zone) is None:
            sent.append(now)
    local = [each.astimezone(ZoneInfo(zone)).date() for each in sent]
    for day in local:
        assert local.count(day) <= per_day
        assert sum(timedelta(0) <= other - day < timedelta(days=7) for other in local) <= per_week
