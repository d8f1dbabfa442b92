"""Schedules: instants and recurrences by the journey's own wall clock; what never comes is refused at once."""

from __future__ import annotations

from datetime import datetime

import pytest

from journeys.schedule import BadSchedule, check_schedule, next_run

BEGUN = "2040-01-09T12:00:00Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "comes"),
    [
        ("2040-01-10T10:00", "Europe/Moscow", BEGUN, "2040-01-10T07:00:00Z"),
        ("2040-01-10T10:00Z", "Europe/Moscow", BEGUN, "2040-01-10T10:00:00Z"),
        ("2040-01-09T12:00Z", "UTC", BEGUN, None),
        ("FREQ=DAILY;BYHOUR=10", "Europe/Moscow", BEGUN, "2040-01-10T07:00:00Z"),
        ("FREQ=DAILY;BYHOUR=15", "Europe/Moscow", BEGUN, "2040-01-10T12:00:00Z"),
        ("RRULE:FREQ=WEEKLY;BYDAY=FR;BYHOUR=9;BYMINUTE=30", "UTC", BEGUN, "2040-01-13T09:30:00Z"),
        ("FREQ=HOURLY", "Asia/Kolkata", BEGUN, "2040-01-09T12:30:00Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "UTC", BEGUN, "2040-01-31T00:00:00Z"),
        ("DTSTART:20400102T100000\nRRULE:FREQ=WEEKLY;INTERVAL=2", "UTC", BEGUN, "2040-01-16T10:00:00Z"),
        # Berlin's clock skips 02:00 to 03:00 on 25 March and shows 02:30 twice on 28 October.
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "Europe/Berlin", "2040-03-24T22:00:00Z", "2040-03-25T01:00:00Z"),
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "Europe/Berlin", "2040-10-28T00:30:00Z", "2040-10-29T01:30:00Z"),
        ("FREQ=DAILY;COUNT=2;BYHOUR=10", "UTC", "2040-01-11T00:00:00Z", None),
        ("FREQ=DAILY;UNTIL=20400111T000000", "UTC", "2040-01-11T00:00:00Z", None),
    ],
)
def test_when_it_comes(schedule: str, zone: str, after: str, comes: str | None) -> None:
    found = next_run(schedule, zone, moment(BEGUN), moment(after))
    assert found == (None if comes is None else moment(comes))


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("every day", "Write an instant"),
        ("FREQ=DAILY;BYHOUR=99", "Write an instant"),
        ("FREQ=DAILY;UNTIL=20400111T000000Z", "without Z"),
        ("FREQ=MINUTELY", "once an hour"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("FREQ=MONTHLY;BYDAY=6MO", "never comes"),
        ("DTSTART:19000101T000000\nRRULE:FREQ=HOURLY", "after 2000"),
        ("DTSTART:20400101T000000\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "one recurrence"),
    ],
)
def test_what_is_refused_says_what_to_write(schedule: str, says: str) -> None:
    with pytest.raises(BadSchedule, match=says):
        check_schedule(schedule)
