"""All that wants to be done, now or later, in one snapshot: time that is played passes no instant with work left."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from store.sql import one

#: Every question is one look into an index; together they cost one round trip.
LOOK = """
SELECT (SELECT min(due_at) FROM enrollment WHERE due_at IS NOT NULL) AS trips,
    (SELECT min(ready_at) FROM delivery WHERE ready_at IS NOT NULL) AS messages,
    (SELECT 1 FROM delivery WHERE state = 'sending' LIMIT 1) AS on_the_wire,
    (SELECT 1 FROM delivery WHERE state = 'unknown' LIMIT 1) AS unknown,
    (SELECT min(unknown_at) FROM delivery WHERE state = 'unknown' AND unknown_at > :window) AS unknown_at,
    (SELECT min(cascade_at) FROM delivery WHERE cascade_at IS NOT NULL) AS cascade,
    (SELECT 1 FROM inbox WHERE state = 'new' LIMIT 1) AS mail,
    (SELECT 1 FROM signal WHERE kind = 'untold' LIMIT 1) AS untold,
    (SELECT 1 WHERE EXISTS (SELECT 1 FROM segment)
        AND EXISTS (SELECT 1 FROM contact WHERE compared IS NULL)) AS changed,
    (SELECT min(due_at) FROM segment) AS rounds,
    (SELECT min(due_at) FROM (SELECT due_at FROM audience_entry UNION ALL
        SELECT due_at FROM planned_publish UNION ALL SELECT ends_at FROM journey) AS dated) AS audiences,
    (SELECT 1 FROM web_request WHERE state = 'calling' LIMIT 1) AS calling,
    (SELECT min(w.ready_at) FROM web_request w JOIN journey j ON j.id = w.journey_id
        WHERE w.ready_at IS NOT NULL AND j.status <> 'paused') AS requests,
    (SELECT 1 FROM import WHERE status IN ('waiting', 'running') LIMIT 1) AS importing,
    (SELECT target_at FROM clock WHERE id = 1) AS played
"""
FLAGS = ("unknown", "on_the_wire", "mail", "untold", "changed", "calling", "importing")
INSTANTS = ("trips", "messages", "cascade", "rounds", "audiences", "requests", "unknown_at", "played")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """What wants to be done, in microseconds since 1970; None: never."""

    now: int
    trips: int | None
    messages: int | None
    cascade: int | None
    rounds: int | None
    #: Audiences that are to enter, publishing that was put off, journeys that are over.
    audiences: int | None
    requests: int | None
    #: When the oldest outcome within its window of evidence became unknown.
    unknown_at: int | None
    unknown: bool
    on_the_wire: bool
    mail: bool
    untold: bool
    changed: bool
    calling: bool
    importing: bool
    #: Until when a sandbox's time is to be played.
    played: int | None

    def due(self, *at: int | None) -> bool:
        """Whether any of the instants has come."""
        return any(each is not None and each <= self.now for each in at)

    @property
    def to_move(self) -> bool:
        """Whether trips, webhooks, segments or audiences are due."""
        return self.mail or self.untold or self.changed or self.due(self.trips, self.rounds, self.audiences)

    @property
    def left(self) -> bool:
        """Whether anything is due, or in somebody's hands."""
        return (
            self.to_move
            or self.on_the_wire
            or self.calling
            or self.due(self.messages, self.cascade, self.requests)
        )  # fmt: skip

    @property
    def unsettled(self) -> bool:
        """Whether the fate of a message is open, or a next messenger is due."""
        return self.unknown or self.on_the_wire or self.due(self.cascade)

    def upcoming(self, window: int) -> list[int]:
        """Instants at which something will fall due; what is unknown is decided on `window` microseconds later."""
        unknown = None if self.unknown_at is None else self.unknown_at + window
        known = (self.trips, self.messages, self.cascade, self.rounds, self.audiences, self.requests, unknown)
        return [each for each in known if each is not None and each > self.now]


def look(connection: Connection, now: int, window: int) -> Dues:
    """Everything that is due at an instant, or will be; `window`: how long evidence is waited for, in microseconds."""
    row = one(connection, LOOK, window=now - window)
    assert row is not None
    found = row._mapping
    flags = {name: found[name] is not None for name in FLAGS}
    return Dues(now=now, **flags, **{name: found[name] for name in INSTANTS})
