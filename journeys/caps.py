"""How many advertisements one contact may get: per calendar day of their own, and per week of such days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from nodes.times import local_instant, zone

MIDNIGHT = time()
#: Days that the caps look back over, today included.
WEEK = 7


class Caps(BaseModel):
    """The most marketing messages that one contact gets, whichever journeys send them; unset is no cap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_day: int | None = Field(
        None, title="Marketing messages a day, at most", ge=1, le=1000, description="The contact's own calendar day."
    )
    per_week: int | None = Field(
        None, title="Marketing messages a week, at most", ge=1, le=1000, description="Today and the six days before."
    )


def capped_until(caps: Sequence[Caps], sent: Sequence[datetime], now: datetime, zone_name: str) -> datetime | None:
    """When one more may go, if the caps are reached: the beginning of a day of the contact; None: now.

    `sent`: when the contact was sent marketing messages lately, all journeys together.
    """
    there = zone(zone_name)
    today = now.astimezone(there).date()
    days = sorted(day for day in (at.astimezone(there).date() for at in sent) if day > today - timedelta(days=WEEK))
    free = today
    for cap in caps:
        free = max(free, _free(days, cap.per_week, WEEK), _free([day for day in days if day == today], cap.per_day, 1))
    return None if free == today else local_instant(free, MIDNIGHT, there)


def _free(days: Sequence[date], most: int | None, length: int) -> date:
    """The first day on which fewer than `most` of these days count, when each counts for `length` days."""
    if most is None or len(days) < most:
        return date.min
    return days[len(days) - most] + timedelta(days=length)
