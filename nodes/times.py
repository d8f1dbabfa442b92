"""Local times, windows and quiet hours of a contact's zone: aware UTC in, aware UTC out (`semantics.md` 5-8)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: A zone by its IANA name, or the zone itself.
Zone = ZoneInfo | str

#: Weekdays as journeys name them; the place in the tuple is `date.weekday()`.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: The longest duration that a journey may name: a hundred years.
LONGEST = timedelta(days=36_525)

_ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")
_WALL = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_ONE_SECOND = timedelta(seconds=1)


class UnknownZone(ValueError):
    """There is no such time zone. Use a name like Europe/Moscow."""


class BadTime(ValueError):
    """This is not a time that can be read. Write a clock time as 09:00 and a duration as P2D or PT15M."""


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownZone for anything else, a path or a machine's own file included."""
    # "Factory" is tzdata's placeholder for "nobody has set a zone": a mistake at our door.
    if not isinstance(name, str) or not _ZONE_NAME.fullmatch(name) or name == "Factory":
        raise UnknownZone(f"There is no time zone “{str(name)[:60]}”. Use a name like Europe/Moscow.")
    return _load(name)


def parse_wall(text: str) -> time:
    """A clock time like 09:00. Raises BadTime."""
    found = _WALL.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise BadTime(f"“{str(text)[:60]}” is not a clock time. Write it as 09:00.")
    return time(int(found[1]), int(found[2]))


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration in weeks, days, hours, minutes and seconds, with a sign if need be. Raises BadTime.

    Months and years are refused: their length is not the same every time.
    """
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    parts = {unit: int(n) for unit, n in found.groupdict().items() if n and unit != "sign"} if found else {}
    if not found or not parts or (length := timedelta(**parts)) > LONGEST:
        raise BadTime(f"“{str(text)[:60]}” is not a duration. Write it as P2D (days), PT3H (hours) or PT15M (minutes).")
    return -length if found["sign"] == "-" else length


def weekday_numbers(names: Iterable[str]) -> frozenset[int]:
    """`mon`..`sun` as 0..6. Raises BadTime for another word."""
    chosen = tuple(names)
    for name in chosen:
        if name not in WEEKDAYS:
            raise BadTime(f"“{str(name)[:60]}” is not a weekday. Use {', '.join(WEEKDAYS)}.")
    return frozenset(WEEKDAYS.index(name) for name in chosen)


def local_instant(day: date, wall: time, zone: Zone) -> datetime:
    """When the clock shows `wall` on `day` in the zone, in UTC.

    A wall time that the spring change skips is the first valid instant after the gap; one that autumn
    repeats is the first of the two (`semantics.md` 7). Raises BadTime at the ends of the calendar.
    """
    there = _zone_of(zone)
    naive = datetime.combine(day, wall.replace(tzinfo=None, fold=0))
    try:
        instant = naive.replace(tzinfo=there).astimezone(UTC)
        if instant.astimezone(there).replace(tzinfo=None) == naive:
            return instant
        # PEP 495: inside a gap fold=1 takes the offset after the change, which lies before it, and fold=0 the other.
        return _change_between(naive.replace(tzinfo=there, fold=1).astimezone(UTC), instant, there)
    except OverflowError as error:
        raise BadTime(f"{day} lies outside the calendar.") from error


def next_local_time(now: datetime, zone: Zone, wall: time, weekdays: Collection[int] | None = None) -> datetime:
    """The first instant at or after `now` at which the clock shows `wall`, on one of the weekdays (none: any)."""
    for day in _days_from(now, zone, weekdays):
        instant = local_instant(day, wall, zone)
        if instant >= now:
            return instant
    raise BadTime("There is no such time in the coming weeks.")


def next_in_window(
    now: datetime, zone: Zone, start: time, end: time, weekdays: Collection[int] | None = None
) -> datetime:
    """`now` inside the window, else the instant at which it next opens.

    The end is exclusive; an end at or before the start lies on the next day, so that 22:00-06:00 crosses midnight
    and equal times mean the whole day. Weekdays (none: any) name the day on which the window opens.
    """
    for day in _days_from(now, zone, weekdays):
        opens, closes = _window(day, start, end, zone)
        if opens < closes and now < closes:
            return max(now, opens)
    raise BadTime("There is no such window in the coming weeks.")


def quiet_until(now: datetime, zone: Zone, start: time, end: time) -> datetime | None:
    """When the quiet hours around `now` end, or None outside them. Equal times mean no quiet hours at all."""
    if start == end:
        return None
    today = _utc(now).astimezone(_zone_of(zone)).date()
    for day in (today - timedelta(days=1), today):
        opens, closes = _window(day, start, end, zone)
        if opens <= now < closes:
            return closes
    return None


def calendar_days(now: datetime, days: int, zone: Zone, wall: time) -> datetime:
    """`wall` on the day that is `days` calendar days from today in the zone; it may lie before `now` for 0 days."""
    return local_instant(_utc(now).astimezone(_zone_of(zone)).date() + timedelta(days=days), wall, zone)


def words(length: timedelta) -> str:
    """A duration for a sentence: `2 days`, `15 minutes`, `1 hour 30 minutes`."""
    if length < timedelta(0):
        return f"minus {words(-length)}"
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    counted = ((length.days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    said = [f"{n} {unit}" if n == 1 else f"{n} {unit}s" for n, unit in counted if n]
    return " ".join(said) or "0 minutes"


def zone_of_phone(digits: str) -> str | None:
    """The zone of a phone number's country, for countries that keep one time; None for the others and for no number.

    `digits` is the international number, with or without its plus. Countries of several zones (Russia, the USA and
    Canada, Brazil, Australia, Indonesia, Mexico, Spain, Portugal, Chile...) are left out on purpose: a guess is a
    message at night. Codes: ITU-T E.164 assigned country codes.
    """
    number = digits.strip().removeprefix("+")
    if not (number.isascii() and number.isdecimal() and 8 <= len(number) <= 15):
        return None
    return next((_BY_CODE[number[:size]] for size in (3, 2) if number[:size] in _BY_CODE), None)


@lru_cache(maxsize=1024)
def _load(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise UnknownZone(f"There is no time zone “{name}”. Use a name like Europe/Moscow.") from error


def _zone_of(given: Zone) -> ZoneInfo:
    return zone(given) if isinstance(given, str) else given


def _utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise BadTime("A time without a zone is not an instant.")
    return now.astimezone(UTC)


def _days_from(now: datetime, zone: Zone, weekdays: Collection[int] | None) -> Iterable[date]:
    """Local days that may matter, oldest first: yesterday's window may be open, a whole week's windows may fail."""
    if weekdays and not set(weekdays) <= set(range(7)):
        raise BadTime("Weekdays are numbers from 0 (Monday) to 6 (Sunday).")
    today = _utc(now).astimezone(_zone_of(zone)).date()
    days = (today + timedelta(days=n) for n in range(-1, 16))
    return (day for day in days if not weekdays or day.weekday() in weekdays)


def _window(day: date, start: time, end: time, zone: Zone) -> tuple[datetime, datetime]:
    last = day if end > start else day + timedelta(days=1)
    return local_instant(day, start, zone), local_instant(last, end, zone)


def _change_between(before: datetime, after: datetime, there: ZoneInfo) -> datetime:
    """The first instant of the new offset; clocks change at whole seconds."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    old = low.astimezone(there).utcoffset()
    while high - low > _ONE_SECOND:
        middle = low + timedelta(seconds=(high - low) // _ONE_SECOND // 2)
        low, high = (middle, high) if middle.astimezone(there).utcoffset() == old else (low, middle)
    return high


_ONE_ZONE = """
20 Africa/Cairo, 27 Africa/Johannesburg, 30 Europe/Athens, 31 Europe/Amsterdam, 32 Europe/Brussels, 33 Europe/Paris,
36 Europe/Budapest, 39 Europe/Rome, 40 Europe/Bucharest, 41 Europe/Zurich, 43 Europe/Vienna, 44 Europe/London,
45 Europe/Copenhagen, 46 Europe/Stockholm, 47 Europe/Oslo, 48 Europe/Warsaw, 49 Europe/Berlin, 51 America/Lima,
57 America/Bogota, 60 Asia/Kuala_Lumpur, 63 Asia/Manila, 65 Asia/Singapore, 66 Asia/Bangkok, 76 Asia/Almaty,
77 Asia/Almaty, 81 Asia/Tokyo, 82 Asia/Seoul, 84 Asia/Ho_Chi_Minh, 86 Asia/Shanghai, 90 Europe/Istanbul,
91 Asia/Kolkata, 92 Asia/Karachi, 94 Asia/Colombo, 98 Asia/Tehran, 212 Africa/Casablanca, 213 Africa/Algiers,
216 Africa/Tunis, 234 Africa/Lagos, 254 Africa/Nairobi, 352 Europe/Luxembourg, 353 Europe/Dublin, 355 Europe/Tirane,
358 Europe/Helsinki, 359 Europe/Sofia, 370 Europe/Vilnius, 371 Europe/Riga, 372 Europe/Tallinn, 373 Europe/Chisinau,
374 Asia/Yerevan, 375 Europe/Minsk, 380 Europe/Kyiv, 381 Europe/Belgrade, 385 Europe/Zagreb, 386 Europe/Ljubljana,
420 Europe/Prague, 421 Europe/Bratislava, 598 America/Montevideo, 852 Asia/Hong_Kong, 880 Asia/Dhaka, 886 Asia/Taipei,
964 Asia/Baghdad, 965 Asia/Kuwait, 966 Asia/Riyadh, 968 Asia/Muscat, 971 Asia/Dubai, 972 Asia/Jerusalem,
973 Asia/Bahrain, 974 Asia/Qatar, 977 Asia/Kathmandu, 992 Asia/Dushanbe, 993 Asia/Ashgabat, 994 Asia/Baku,
995 Asia/Tbilisi, 996 Asia/Bishkek, 998 Asia/Tashkent
"""
#: Country code (for Kazakhstan the first digits after 7) to its one zone.
_BY_CODE = {pair.split()[0]: pair.split()[1] for pair in _ONE_ZONE.split(",")}
