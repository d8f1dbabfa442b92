"""Local times: tables of clock changes and invariants over every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.times import (
    _BY_CODE,
    WEEKDAYS,
    BadTime,
    UnknownZone,
    calendar_days,
    local_instant,
    next_in_window,
    next_local_time,
    parse_duration,
    parse_wall,
    quiet_until,
    weekday_numbers,
    words,
    zone,
    zone_of_phone,
)

ZONES = [
    *("UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham"),
    *("Africa/Casablanca", "Africa/Cairo", "America/Santiago"),
]
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
zones = st.sampled_from(ZONES)
some_weekdays = st.none() | st.frozensets(st.integers(0, 6))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_iana_zone_is_known() -> None:
    for name in available_timezones() - {"Factory", "localtime"}:
        assert zone(name).key == name


@pytest.mark.parametrize(
    "name",
    ["", " ", "UTC2", "Mars/Olympus", "America", "Factory", "localtime", "posix/UTC", "europe/moscow", "Europe/Moscow ",
     "../etc/passwd", "/etc/localtime", "Europe/../Europe/Moscow", "Europe//Moscow", "E\0", "A" * 5000,
     "Europe/Moscow\n"],
)  # fmt: skip
def test_other_names_are_refused_at_the_door(name: str) -> None:
    with pytest.raises(UnknownZone, match="Use a name like Europe/Moscow"):
        zone(name)


@pytest.mark.parametrize("value", [None, 3, ["UTC"], {}])
def test_a_zone_is_text(value: object) -> None:
    with pytest.raises(UnknownZone):
        zone(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "wall", "name", "instant"),
    [
        # An ordinary day on either side of the change.
        ("2024-03-30", "02:30", "Europe/Berlin", "2024-03-30T01:30"),
        ("2024-04-01", "02:30", "Europe/Berlin", "2024-04-01T00:30"),
        # Spring: 02:00-03:00 does not exist; the first valid instant is 03:00 summer time.
        ("2024-03-31", "01:59", "Europe/Berlin", "2024-03-31T00:59"),
        ("2024-03-31", "02:00", "Europe/Berlin", "2024-03-31T01:00"),
        ("2024-03-31", "02:30", "Europe/Berlin", "2024-03-31T01:00"),
        ("2024-03-31", "02:59", "Europe/Berlin", "2024-03-31T01:00"),
        ("2024-03-31", "03:00", "Europe/Berlin", "2024-03-31T01:00"),
        ("2024-03-10", "02:30", "America/New_York", "2024-03-10T07:00"),
        # Autumn: 02:30 comes twice; the first is meant.
        ("2024-10-27", "02:30", "Europe/Berlin", "2024-10-27T00:30"),
        ("2024-11-03", "01:30", "America/New_York", "2024-11-03T05:30"),
        # A change at midnight, a change of half an hour, and a day that Samoa left out.
        ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00"),
        ("2024-10-06", "02:15", "Australia/Lord_Howe", "2024-10-05T15:30"),
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30T10:00"),
        ("2024-05-01", "09:00", "Asia/Kathmandu", "2024-05-01T03:15"),
    ],
)
def test_a_wall_time_becomes_an_instant(day: str, wall: str, name: str, instant: str) -> None:
    assert local_instant(date.fromisoformat(day), parse_wall(wall), zone(name)) == utc(instant)
    assert local_instant(date.fromisoformat(day), parse_wall(wall), name).tzinfo is UTC


@pytest.mark.parametrize(("day", "name"), [(date.min, "Pacific/Auckland"), (date.max, "America/New_York")])
def test_the_ends_of_the_calendar_are_a_problem_of_the_value(day: date, name: str) -> None:
    with pytest.raises(BadTime):
        local_instant(day, time(23, 59) if day == date.max else time(0), name)


@pytest.mark.parametrize(
    ("now", "name", "wall", "weekdays", "instant"),
    [
        ("2024-01-10T12:00", "America/New_York", "09:00", None, "2024-01-10T14:00"),
        ("2024-01-10T14:00", "America/New_York", "09:00", None, "2024-01-10T14:00"),
        ("2024-01-10T14:00:01", "America/New_York", "09:00", None, "2024-01-11T14:00"),
        # S31: an hour that has gone by is about 23 h ahead.
        ("2024-01-10T12:00", "UTC", "11:00", None, "2024-01-11T11:00"),
        # S25: the weekdays of the contact, not of UTC; an empty set means any day.
        ("2018-10-21T08:00", "UTC", "08:00", {2, 4}, "2018-10-24T08:00"),
        ("2018-10-21T08:00", "UTC", "08:00", {6}, "2018-10-21T08:00"),
        ("2018-10-21T08:00", "UTC", "08:00", set(), "2018-10-21T08:00"),
        ("2018-10-21T08:01", "UTC", "08:00", {6}, "2018-10-28T08:00"),
        ("2018-10-21T23:00", "Europe/Moscow", "03:00", {0}, "2018-10-22T00:00"),
        # Between the two 02:30 of autumn the first has gone by: tomorrow's is next.
        ("2024-10-27T01:00", "Europe/Berlin", "02:30", None, "2024-10-28T01:30"),
        ("2024-03-31T00:30", "Europe/Berlin", "02:30", None, "2024-03-31T01:00"),
    ],
)
def test_next_local_time(now: str, name: str, wall: str, weekdays: set[int] | None, instant: str) -> None:
    assert next_local_time(utc(now), zone(name), parse_wall(wall), weekdays) == utc(instant)


@pytest.mark.parametrize(
    ("now", "name", "window", "weekdays", "instant"),
    [
        # S24, ours: a window that ends before it starts crosses midnight, so 10:00 is inside.
        ("2018-10-19T10:00", "UTC", "10:00-08:00", None, "2018-10-19T10:00"),
        ("2018-10-19T08:00", "UTC", "10:00-08:00", None, "2018-10-19T10:00"),
        ("2018-10-19T07:59", "UTC", "10:00-08:00", None, "2018-10-19T07:59"),
        # The end is exclusive.
        ("2018-10-19T08:00", "UTC", "08:00-10:00", None, "2018-10-19T08:00"),
        ("2018-10-19T10:00", "UTC", "08:00-10:00", None, "2018-10-20T08:00"),
        # S25.
        ("2018-10-21T08:00", "UTC", "08:00-10:00", {2, 4}, "2018-10-24T08:00"),
        ("2018-10-21T08:00", "UTC", "08:00-10:00", {6}, "2018-10-21T08:00"),
        ("2018-10-21T08:00", "UTC", "08:00-10:00", set(), "2018-10-21T08:00"),
        # S27: 05:00 in New York waits for 08:00 there. S28's instant is inside.
        ("2018-10-19T09:00", "America/New_York", "08:00-10:00", None, "2018-10-19T12:00"),
        ("2018-10-19T13:00", "America/New_York", "08:00-10:00", None, "2018-10-19T13:00"),
        # S30: fifteen days across the change of clocks are due at that very instant.
        ("2021-11-08T17:00", "America/New_York", "08:00-20:00", None, "2021-11-08T17:00"),
        # Weekdays name the day on which the window opens: Friday's night goes on into Saturday.
        ("2024-01-13T03:00", "UTC", "22:00-06:00", {4}, "2024-01-13T03:00"),
        ("2024-01-14T03:00", "UTC", "22:00-06:00", {4}, "2024-01-19T22:00"),
        # Equal times mean the whole day.
        ("2024-01-10T15:00", "UTC", "09:00-09:00", None, "2024-01-10T15:00"),
        ("2024-01-10T15:00", "UTC", "00:00-00:00", {0}, "2024-01-15T00:00"),
        ("2024-01-15T23:59", "UTC", "00:00-00:00", {0}, "2024-01-15T23:59"),
        # A window that falls into the spring gap does not open that day.
        ("2024-03-31T00:30", "Europe/Berlin", "02:10-02:50", None, "2024-04-01T00:10"),
        ("2024-03-31T00:30", "Europe/Berlin", "02:10-02:50", {6}, "2024-04-07T00:10"),
        # In autumn a window over the repeated hour is an hour longer.
        ("2024-10-27T01:30", "Europe/Berlin", "02:00-03:00", None, "2024-10-27T01:30"),
    ],
)
def test_next_in_window(now: str, name: str, window: str, weekdays: set[int] | None, instant: str) -> None:
    start, end = map(parse_wall, window.split("-"))
    found = next_in_window(utc(now), zone(name), start, end, weekdays)
    assert found == utc(instant)


@pytest.mark.parametrize(
    ("now", "name", "start", "end", "until"),
    [
        ("2024-01-10T20:59", "UTC", "21:00", "09:00", None),
        ("2024-01-10T21:00", "UTC", "21:00", "09:00", "2024-01-11T09:00"),
        ("2024-01-11T08:59", "UTC", "21:00", "09:00", "2024-01-11T09:00"),
        ("2024-01-11T09:00", "UTC", "21:00", "09:00", None),
        ("2024-01-10T19:00", "Europe/Moscow", "21:00", "09:00", "2024-01-11T06:00"),
        ("2024-03-30T22:00", "Europe/Berlin", "21:00", "09:00", "2024-03-31T07:00"),
        ("2024-10-26T22:00", "Europe/Berlin", "21:00", "09:00", "2024-10-27T08:00"),
        ("2024-01-10T13:30", "UTC", "13:00", "14:00", "2024-01-10T14:00"),
        ("2024-01-10T13:30", "UTC", "09:00", "09:00", None),
    ],
)
def test_quiet_until(now: str, name: str, start: str, end: str, until: str | None) -> None:
    found = quiet_until(utc(now), zone(name), parse_wall(start), parse_wall(end))
    assert found == (utc(until) if until else None)


def test_calendar_days_are_days_of_the_contact() -> None:
    # 23:30 UTC is already the 11th in Moscow; across Berlin's change two days are 47 hours.
    assert calendar_days(utc("2024-01-10T23:30"), 2, "Europe/Moscow", time(9)) == utc("2024-01-13T06:00")
    assert calendar_days(utc("2024-03-30T08:00"), 2, "Europe/Berlin", time(9)) == utc("2024-04-01T07:00")
    assert calendar_days(utc("2024-01-10T12:00"), 0, "UTC", time(9)) == utc("2024-01-10T09:00")


def test_an_instant_needs_a_zone() -> None:
    naive = datetime(2024, 1, 10)
    with pytest.raises(BadTime, match="without a zone"):
        next_local_time(naive, "UTC", time(9))


@pytest.mark.parametrize("weekdays", [{7}, {-1, 2}])
def test_weekdays_run_from_0_to_6(weekdays: set[int]) -> None:
    with pytest.raises(BadTime, match="0"):
        next_in_window(utc("2024-01-10T12:00"), "UTC", time(9), time(10), weekdays)


def test_weekday_names() -> None:
    assert weekday_numbers(["mon", "sun"]) == {0, 6}
    assert [date(2024, 1, 1 + n).strftime("%a").lower() for n in range(7)] == list(WEEKDAYS)
    with pytest.raises(BadTime, match="mon"):
        weekday_numbers(["monday"])


@pytest.mark.parametrize(("text", "wall"), [("09:00", time(9)), ("9:05", time(9, 5)), (" 23:59 ", time(23, 59))])
def test_parse_wall(text: str, wall: time) -> None:
    assert parse_wall(text) == wall


@pytest.mark.parametrize("text", ["", "24:00", "9", "09:60", "09-00", "9:5", "09:00:00", "noon", "٠٩:٠٠"])
def test_other_clock_times_are_refused(text: str) -> None:
    with pytest.raises(BadTime, match="09:00"):
        parse_wall(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P2D", timedelta(days=2)),
        ("PT15M", timedelta(minutes=15)),
        ("P1W", timedelta(days=7)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("-P3D", timedelta(days=-3)),
        ("PT0S", timedelta(0)),
    ],
)
def test_parse_duration(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "2D", "P1M", "P1Y", "P1.5D", "p2d", "P99999W", "P٣D", "PT1H2D"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(BadTime, match="P2D"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=2), "2 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(days=7, seconds=1), "7 days 1 second"),
        (timedelta(0), "0 minutes"),
        (timedelta(hours=-3), "minus 3 hours"),
    ],
)
def test_words(length: timedelta, said: str) -> None:
    assert words(length) == said


@pytest.mark.parametrize(
    ("digits", "name"),
    [
        ("4915112345678", "Europe/Berlin"),
        ("+375291234567", "Europe/Minsk"),
        ("998901234567", "Asia/Tashkent"),
        ("77011234567", "Asia/Almaty"),
        # Russia and North America keep many times; a number that is none; no such country.
        ("79161234567", None),
        ("12125550100", None),
        ("5511912345678", None),
        ("", None),
        ("49", None),
        ("49151123456789012", None),
        ("49 151 12345678", None),
        ("٤٩١٥١١٢٣٤٥٦٧٨", None),
    ],
)
def test_zone_of_phone(digits: str, name: str | None) -> None:
    assert zone_of_phone(digits) == name


def test_zones_of_phones_exist() -> None:
    assert len(_BY_CODE) > 60
    for name in _BY_CODE.values():
        assert zone(name).key == name


@given(instants, zones, walls, some_weekdays)
@settings(max_examples=300, deadline=None)
def test_the_next_local_time_is_the_first_one(
    now: datetime, name: str, wall: time, weekdays: frozenset[int] | None
) -> None:
    found = next_local_time(now, name, wall, weekdays)
    assert now <= found <= now + timedelta(days=9)
    local = found.astimezone(zone(name))
    just_before = (found - timedelta(seconds=1)).astimezone(zone(name))
    skipped = local.utcoffset() != just_before.utcoffset()
    assert local.time() == wall or skipped
    assert not weekdays or local.weekday() in weekdays or skipped
    if not weekdays:
        assert found <= now + timedelta(days=2)
    if found > now + timedelta(seconds=1):
        middle = now + (found - now) / 2
        assert next_local_time(middle, name, wall, weekdays) == found


@given(instants, zones, walls, walls, some_weekdays)
@settings(max_examples=300, deadline=None)
def test_a_window_holds_what_it_gives(
    now: datetime, name: str, start: time, end: time, weekdays: frozenset[int] | None
) -> None:
    found = next_in_window(now, name, start, end, weekdays)
    assert found >= now
    assert next_in_window(found, name, start, end, weekdays) == found
    local = found.astimezone(zone(name))
    changed = len({(found + timedelta(days=n)).astimezone(zone(name)).utcoffset() for n in (-1, 0, 1)}) > 1
    inside = start <= local.time() < end if start < end else local.time() >= start or local.time() < end
    assert inside or changed
    if found > now:
        assert quiet_until(now, name, start, end) is None or weekdays


@given(instants, zones, walls, walls)
@settings(max_examples=300, deadline=None)
def test_quiet_hours_end_outside_themselves(now: datetime, name: str, start: time, end: time) -> None:
    until = quiet_until(now, name, start, end)
    if until is None:
        assert start == end or next_in_window(now, name, start, end) > now
    else:
        assert now < until <= now + timedelta(days=2)
        assert quiet_until(until, name, start, end) is None
        assert next_in_window(now, name, start, end) == now


@given(st.dates(date(1995, 1, 1), date(2037, 1, 1)), zones, walls)
@settings(max_examples=300, deadline=None)
def test_local_instants_keep_the_order_of_days(day: date, name: str, wall: time) -> None:
    today, tomorrow = local_instant(day, wall, name), local_instant(day + timedelta(days=1), wall, name)
    assert today < tomorrow or name == "Pacific/Apia"
    local = today.astimezone(zone(name))
    assert local.fold == 0
    assert (local.replace(tzinfo=None) >= datetime.combine(day, wall)) is True


@given(st.timedeltas(timedelta(0), timedelta(days=4000)).map(lambda each: timedelta(seconds=int(each.total_seconds()))))
def test_durations_survive_their_text(length: timedelta) -> None:
    text = f"P{length.days}DT{length.seconds}S"
    assert parse_duration(text) == length
    assert words(length)
