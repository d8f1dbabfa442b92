"""How time passes along the ways of a journey: when a messenger's window is closed, how much comes within a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from journeys.drawn import Drawn, Way
from nodes.times import LONGEST, parse_wall

DAY = timedelta(days=1)
#: How much of a journey is walked for one count.
EXPANSIONS = 4_000
#: A silence without a beginning.
NEVER = timedelta.max
#: Entries by which a contact comes because they have just written.
WRITTEN = ("keyword", "link", "inbound")


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a contact is within a day of messages."""

    node: str
    passed: timedelta
    #: The time of day at which that day began, once a wait for a clock time has told it.
    clock: timedelta | None


def silences(here: Drawn) -> dict[str, tuple[timedelta, Way]]:
    """For each step that can be reached: the longest that the contact may not have written, and the way of it.

    NEVER when they may not have written at all. The way begins where they last wrote, or at the start.
    """
    found: dict[str, tuple[timedelta, Way]] = {here.start: (_before(here), (here.start,))}
    raised: dict[str, int] = {}
    queue = deque([here.start])
    while queue:
        name = queue.popleft()
        silent, way = found[name]
        for leaving, target in here.onward.get(name, ()):
            longer, since = _after(here, name, leaving, silent, way)
            if target in found and longer <= found[target][0]:
                continue
            raised[target] = raised.get(target, 0) + 1
            # It only grows by going round: there is no longest.
            longer = LONGEST if raised[target] > len(here.nodes) else longer
            found[target] = (longer, since if target in since else (*since, target))
            queue.append(target)
    return found


def _before(here: Drawn) -> timedelta:
    """How long ago those who enter wrote."""
    # Whom the API enrolls besides is its caller's affair.
    entries = [entry for entry in here.settings.entry if not entry.api]
    wrote = bool(entries) and all(any(getattr(entry, name) for name in WRITTEN) for entry in entries)
    return timedelta(0) if wrote else NEVER


def _after(here: Drawn, name: str, leaving: str, silent: timedelta, way: Way) -> tuple[timedelta, Way]:
    node = here.nodes[name]
    if node.heard(leaving):
        return timedelta(0), (name,)
    return silent if silent == NEVER else min(silent + node.lasts(leaving)[1], LONGEST), way


def crowded_day(here: Drawn, most: int) -> Way | None:
    """A way on which more than `most` marketing messages go out within 24 hours and no answer comes between them."""
    for name in here.nodes:
        if _markets(here, name) and (way := _day_from(here, name, most)):
            return way
    return None


def _day_from(here: Drawn, first: str, most: int) -> Way | None:
    """The messages of a day that begins with this one, if they are too many."""
    seen: dict[Moment, int] = {}
    stack: list[tuple[Moment, Way]] = [(Moment(first, timedelta(0), None), ())]
    for _ in range(EXPANSIONS):
        if not stack:
            return None
        moment, said = stack.pop()
        said = (*said, moment.node) if _markets(here, moment.node) else said
        if len(said) > most:
            return said
        if seen.get(moment, -1) >= len(said):
            continue
        seen[moment] = len(said)
        stack.extend((later, said) for later in _later(here, moment))
    return None


def _later(here: Drawn, moment: Moment) -> Iterator[Moment]:
    node = here.nodes[moment.node]
    wall = getattr(node, "local_time", None)
    for leaving, target in here.onward.get(moment.node, ()):
        if node.heard(leaving):
            continue
        least, clock = node.lasts(leaving)[0], moment.clock
        if wall is not None:
            at = parse_wall(wall)
            aim = timedelta(hours=at.hour, minutes=at.minute)
            if clock is not None:
                # The same clock time again is tomorrow's.
                least = max(least, (aim - clock - moment.passed) % DAY or DAY)
            clock = (aim - moment.passed - least) % DAY
        if moment.passed + least < DAY:
            yield Moment(target, moment.passed + least, clock)


def _markets(here: Drawn, name: str) -> bool:
    return any(says.category == "marketing" for says in here.nodes[name].all_says())
