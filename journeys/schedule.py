"""When a schedule comes: an instant, or a recurrence of RFC 5545 by the journey's own wall clock."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from nodes.times import local_instant, zone

#: A recurrence is looked ahead so far; what does not come by then does not come.
AHEAD = timedelta(days=366 * 5)
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "WKST"}
)


class BadSchedule(ValueError):
    """Write an instant as 2026-03-01T10:00 or a recurrence as FREQ=WEEKLY;BYDAY=MO;BYHOUR=10 (an UNTIL without Z)."""


def check_schedule(text: str) -> None:
    """Raises BadSchedule for what is neither an instant nor a recurrence of an hour or more."""
    if _instant(text) is None:
        _rule(text, datetime(2026, 1, 1))


def next_run(text: str, zone_name: str, begun: datetime, after: datetime) -> datetime | None:
    """The first instant past `after`; None when there is none.

    Wall times are those of the zone. A recurrence without DTSTART counts from the midnight before `begun`, so that
    «every second Monday» stays where it is.
    """
    own = zone(zone_name)
    once = _instant(text)
    if once is not None:
        at = once if once.tzinfo else local_instant(once.date(), once.time(), own)
        return at if at > after else None
    first = datetime.combine(begun.astimezone(own).date(), time(0))
    here = after.astimezone(own).replace(tzinfo=None)
    rule = _rule(text, first)
    # A wall time that the clock skips comes a little later: the hours before are looked at as well.
    for wall in islice(rule.xafter(here - timedelta(hours=3), inc=True), 10):
        at = local_instant(wall.date(), wall.time(), own)
        if at > after:
            return at
    return None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _rule(text: str, first: datetime) -> rrule:
    """A recurrence of which it is soon found out that it never comes: dateutil looks up to the year 9999."""
    parts = dict(re.findall(r"([A-Z]+)=([^;\s]+)", text.upper()))
    if parts.get("FREQ") in ("MINUTELY", "SECONDLY"):
        raise BadSchedule("A schedule comes at most once an hour: use FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.")
    if unknown := sorted(set(parts) - _PARTS):
        raise BadSchedule(f"{unknown[0]} is not known here; a recurrence may hold {', '.join(sorted(_PARTS))}.")
    try:
        rule = rrulestr(text.strip(), dtstart=first, cache=False)
        begin = rule._dtstart if isinstance(rule, rrule) else None
        if begin is None or begin.tzinfo is not None or begin.year < 2000:
            raise BadSchedule("Write one recurrence, without a zone (it is the journey's), that begins after 2000.")
        bounded = rule.replace(count=None, until=max(first, begin) + AHEAD)
        if not _exists(parts) or next(iter(bounded), None) is None:
            raise BadSchedule("This schedule never comes.")
    except BadSchedule:
        raise
    except (ValueError, TypeError, AttributeError, KeyError) as wrong:
        raise BadSchedule(str(BadSchedule.__doc__)) from wrong
    return rule if rule._count or rule._until else bounded


def _exists(parts: dict[str, str]) -> bool:
    months = [int(each) for each in parts.get("BYMONTH", "1").split(",")]
    days = [abs(int(each)) for each in parts.get("BYMONTHDAY", "1").split(",")]
    return any(day <= monthrange(2000, month)[1] for month in months for day in days)
