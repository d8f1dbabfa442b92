"""ISO 8601 durations as a number and a unit, and back; pure."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}
_SHAPE = re.compile(
    r"(?P<sign>[-+−]?)P(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


class BadDuration(ValueError):
    """The text is not an ISO 8601 duration of weeks, days, hours, minutes and seconds."""


def parse(text: str) -> timedelta:
    """The length that an ISO 8601 duration names; months and years have none."""
    found = _SHAPE.fullmatch(text.strip())
    parts = (
        {name: float(value) for name, value in found.groupdict().items() if value and name != "sign"} if found else {}
    )
    if found is None or not parts:
        raise BadDuration(text)
    length = timedelta(**parts)
    return -length if found["sign"] in ("-", "−") else length


def text_of(length: timedelta) -> str:
    """The shortest ISO 8601 text: `P2D`, `PT1H30M`, `-P1D`."""
    sign, length = ("-", -length) if length < timedelta(0) else ("", length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{length.days}D" if length.days else ""
    clock = "".join(f"{n}{mark}" for n, mark in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def split(length: timedelta) -> tuple[tuple[str, int], ...]:
    """Days, hours, minutes and seconds, largest first."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (("day", length.days), ("hour", hours), ("minute", minutes), ("second", seconds))
