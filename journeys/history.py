"""Which saved states of a draft are worth keeping: all of the last minutes, then fewer the older they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

#: Everything is kept this long: what somebody overwrote by mistake is noticed within it.
ALL = timedelta(minutes=10)
#: Younger than the first: one state in each of the second, the last one.
STEPS = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(days=1), timedelta(minutes=10)),
    (timedelta(days=30), timedelta(days=1)),
)
OLDEST = timedelta(days=30)
_BEGIN = datetime.min


def superfluous(saved: Iterable[tuple[int, datetime]], now: datetime) -> list[int]:
    """The revisions that may go, of (revision, when it was saved) in order; the newest always stays."""
    ordered = list(saved)
    last: dict[tuple[timedelta, int], int] = {}
    for revision, at in ordered:
        if now - at > ALL:
            width = next((width for age, width in STEPS if now - at <= age), OLDEST)
            last[(width, (at - _BEGIN.replace(tzinfo=at.tzinfo)) // width)] = revision
    kept = {*last.values(), *(revision for revision, at in ordered if now - at <= ALL)}
    kept.update(revision for revision, _ in ordered[-1:])
    return [revision for revision, _ in ordered if revision not in kept]
