"""Two contacts turn out to be one person (`semantics.md` 23)."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.enroll import end_trips
from engine.people import give_consent, tell_changed
from engine.project import Project
from store import consents, enrollments, merging, order
from store.consents import ConsentGiven


def merge(project: Project, connection: Connection, old: int, into: int, now: int) -> None:
    """Make `old` a part of `into`, in the caller's transaction.

    Of two trips that hold one place the elder goes on; a consent that either has taken back is taken back; every wait
    is looked at again. The id of `old` goes on meaning `into`.
    """
    order.hold(connection, [old, into])
    people = {row.id: row for row in merging.lock(connection, [old, into])}
    held: set[tuple[int, str]] = set()
    younger, running = [], []
    for trip in merging.slots(connection, [old, into]):
        if (trip.journey_id, trip.slot) in held:
            younger.append(trip.id)
            running += [trip.id] if trip.status in ("active", "waiting") else []
        held.add((trip.journey_id, trip.slot))
    end_trips(project, connection, running, "merged", now)
    merging.give_up(connection, younger)
    agreed = _agreed(connection, people[old].external_id, old, into, now)
    merging.move(connection, people[old], people[into], now)
    give_consent(project, connection, agreed, now)
    tell_changed(project, connection, [into], now)
    trips = enrollments.waiting_of(connection, [into])
    enrollments.send_signals(connection, [(row.id, "changed", {}, now) for row in trips], now)


def _agreed(connection: Connection, name: str, old: int, into: int, now: int) -> list[ConsentGiven]:
    """What `into` has to be told of the consents of `old`: a withdrawal wins over a grant, on whichever side it is."""
    own = {(row.channel, row.purpose): row for row in consents.folded(connection, into)}
    given = []
    for row in consents.folded(connection, old):
        mine = own.get((row.channel, row.purpose))
        if mine is not None and (not mine.granted or (row.granted and (mine.proven or not row.proven))):
            continue
        given.append(
            ConsentGiven(
                contact_id=into, channel=row.channel, purpose=row.purpose,
                action="grant" if row.granted else "withdraw",
                source=f"merged: {name}"[:120], at=now, proven=bool(row.proven),
                evidence={"contact": old, "at": row.at},
            )
        )  # fmt: skip
    return given
