"""What the end of a journey (`ends_at`) cuts off: ways in that come after it, and exits that nobody lives to see."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

from journeys.check import Problem
from journeys.drawn import Drawn, Way
from journeys.facts import PROJECT_ZONE
from journeys.schedule import next_run

LATER = "Have the journey end later, or choose an earlier time."
SHORTER = "Have the journey end later, or wait for less."


def overtime(here: Drawn, now: datetime) -> Iterator[Problem]:
    """Warnings on the end of a journey that is published at an instant."""
    end = here.settings.ends_at
    if end is None:
        return
    if end <= now:
        yield Problem(text="This journey would be over before it begins.", fix="Choose a time to come.", path="ends_at")
        return
    begin = now
    runs = _runs(here, now)
    for path, at in runs.items():
        if at is not None and at >= end:
            yield Problem(text="This schedule comes when the journey is over already.", fix=LATER, path=path)
    if runs and len(runs) == len(here.settings.entry):
        begin = min((at for at in runs.values() if at is not None), default=now)
    if begin < end:
        for name, leaving, way in _cut_off(here, begin, end):
            text = f"The journey is over before anybody who enters now leaves by {leaving}."
            yield Problem(text=text, fix=SHORTER, node=name, exit=leaving, way=way)


def _runs(here: Drawn, now: datetime) -> dict[str, datetime | None]:
    """When each schedule comes next, by where it stands; None when it does not come any more."""
    zone = here.settings.timezone or PROJECT_ZONE
    return {
        f"entry.{number}.schedule": next_run(entry.schedule, zone, now, now)
        for number, entry in enumerate(here.settings.entry)
        if entry.schedule
    }


def _cut_off(here: Drawn, begin: datetime, end: datetime) -> Iterator[tuple[str, str, Way]]:
    """(step, exit, way to it) by which even those who are fastest would leave only after the end, ends included."""
    arrived: set[str] = set()
    queue: list[tuple[datetime, str, Way]] = [(begin, here.start, (here.start,))]
    while queue:
        at, name, way = heapq.heappop(queue)
        if name in arrived:
            continue
        arrived.add(name)
        node = here.nodes[name]
        onward = dict(here.onward.get(name, ()))
        for leaving in node.exits():
            until = getattr(node, "until", None)
            least = node.lasts(leaving)[0]
            if least >= end - at or (until is not None and until >= end):
                yield name, leaving, way
            elif leaving in onward:
                left = at + least if until is None else max(at, until)
                heapq.heappush(queue, (left, onward[leaving], (*way, onward[leaving])))
