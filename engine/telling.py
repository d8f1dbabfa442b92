"""Trips are told what became of their messages, and walk on in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.advance import advance
from engine.project import Project
from nodes.visit import Answered
from store import deliveries, enrollments, journeys
from store.counters import Tally
from store.deliveries import Settled
from store.tables.columns import micros


def refuse(project: Project, connection: Connection, refused: Sequence[tuple[Row[Any], str]], now: datetime) -> None:
    """Suppress deliveries and walk their enrollments on, in the same transaction."""
    if not refused:
        return
    tally = Tally()
    settled = []
    answers: dict[int, list[Answered]] = {}
    for row, reason in refused:
        project.database.meters.count("suppressed", reason.partition(":")[0])
        # What may be out already, by an attempt that nobody knows of, was not kept back.
        state = "suppressed" if row.unknown_at is None else "unresolved"
        settled.append(
            Settled(id=row.id, state=state, reason=reason, unknown_at=row.unknown_at, tries=row.tries, parts=row.parts)
        )
        deliveries.count_change(tally, row, row.state, state)
        if tells(row):
            answered = Answered(at=now, sent=False, reason=reason, part=row.part, visit=visit_of(row))
            answers.setdefault(row.enrollment_id, []).append(answered)
    deliveries.settle(connection, settled)
    tally.save(connection)
    walk_on(project, connection, answers, now)


def visit_of(row: Row[Any]) -> int | None:
    """Number of the visit that planned a delivery, from its origin; None for a delivery of no visit."""
    parts = str(row.origin).split(":")
    return int(parts[2]) if parts[0] in ("v", "c") else None


def tells(row: Row[Any]) -> bool:
    """Whether a trip waits to hear of this delivery: the first try of a visit's message, not one that follows it."""
    return row.enrollment_id is not None and str(row.origin).startswith("v:")


def walk_on(project: Project, connection: Connection, answers: Mapping[int, Sequence[Answered]], now: datetime) -> int:
    """Tell trips what became of their messages; those of paused journeys hear it when they are resumed."""
    if not answers:
        return 0
    claimed = enrollments.take(connection, list(answers))
    still = journeys.standing_still(connection, micros(now))
    later = [row.id for row in claimed if row.journey_id in still]
    signals = [
        (
            trip,
            "answer",
            {"sent": each.sent, "reason": each.reason, "part": each.part, "visit": each.visit},
            micros(each.at),
        )
        for trip in later
        for each in answers[trip]
    ]
    enrollments.send_signals(connection, signals, micros(now))
    moving = [row for row in claimed if row.journey_id not in still]
    return advance(project, connection, moving, now, {row.id: answers[row.id] for row in moving})
