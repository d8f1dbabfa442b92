"""Schedules of journeys: written from what was chosen, and told in words."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_day_names

from ui.figures import NOTHING, when, zone
from ui.language import _, language

#: Days of the week as RFC 5545 calls them, from Monday on.
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def once(day: date, clock: time) -> str:
    """An instant by the wall clock of the journey."""
    return datetime.combine(day, clock).isoformat(timespec="minutes")


def again(clock: time, days: Collection[str] = ()) -> str:
    """Every day, or on some days of every week."""
    begin = f"FREQ=WEEKLY;BYDAY={','.join(one for one in DAYS if one in days)}" if days else "FREQ=DAILY"
    return f"{begin};BYHOUR={clock.hour};BYMINUTE={clock.minute}"


def day_name(day: str) -> str:
    """`MO` as `Mon`."""
    return str(get_day_names("abbreviated", "stand-alone", locale=language())[DAYS.index(day)])


def told(schedule: str) -> str:
    """How often it comes; a recurrence that has more to it is shown as it is written."""
    if moment(schedule, "UTC") is not None:
        return _("once")
    rule = re.fullmatch(
        r"FREQ=(DAILY|WEEKLY)(?:;BYDAY=([A-Z,]+))?;BYHOUR=(\d+)(?:;BYMINUTE=(\d+))?", schedule.strip().upper()
    )
    days = rule[2].split(",") if rule and rule[2] else []
    if not rule or not set(days) <= set(DAYS) or (rule[1] == "WEEKLY") != bool(days):
        return schedule
    clock = f"{int(rule[3]):02}:{int(rule[4] or 0):02}"
    if not days:
        return _("every day at {time}").format(time=clock)
    return _("every week: {days} at {time}").format(days=", ".join(map(day_name, days)), time=clock)


def moment(schedule: str, zone_name: str) -> datetime | None:
    """The instant of a schedule that comes once; None for a recurrence."""
    try:
        at = datetime.fromisoformat(schedule.strip())
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone_name))
    except (ValueError, LookupError, OSError):
        return None


def was(schedule: str, zone_name: str) -> str:
    """When a schedule was that does not come again, in the reader's zone; a dash where that is not known."""
    at = moment(schedule, zone_name)
    return NOTHING if at is None else when(at.isoformat())


def zones() -> list[str]:
    """Zones to choose from, the reader's among them."""
    known = {one for one in available_timezones() if "/" in one and not one.startswith("Etc/")}
    return sorted(known | {"UTC", zone().key})
