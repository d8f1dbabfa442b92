"""The mover's batch: webhooks, what trips are told, chores of journeys as a whole, and the trips that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import Connection

from engine.advance import advance_due
from engine.people import tell_trips
from engine.planned import CHORES
from engine.project import Project
from engine.receive import receive
from store.crash_points import reach
from store.dues import Dues

#: One unit of writing: how much was done.
Part = Callable[[Project, Connection], int]


def move(project: Project, dues: Dues) -> tuple[int, int]:
    """Do what a look found due, one transaction of each kind: how much was received, and how many visits finished.

    All of it may be lost with a server that falls: what it was made of is still there, and it is done again before
    anything of it leaves the machine.
    """
    database, moved = project.database, 0
    received = sum(database.transact(partial(part, project), lazy=True) for part in _wanted(dues))
    if received or dues.due(dues.trips):
        moved = database.transact(partial(advance_due, project), lazy=True)
        if moved:
            reach("after-move-commit")
    return received, moved


def _wanted(dues: Dues) -> Iterator[Part]:
    """What comes before the trips: what a person wrote before theirs became due is processed before it moves."""
    if dues.mail:
        yield receive
    if dues.untold:
        yield tell_trips
    if dues.changed or dues.due(dues.rounds, dues.audiences):
        yield from CHORES
