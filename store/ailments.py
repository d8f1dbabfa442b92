"""What is stuck, late or lost by the database's own account: amounts and ages, cheap enough to be asked often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from store import invariants
from store.sql import one, rows, scalar

SECOND = 1_000_000
#: Real or virtual microseconds after which something counts as late.
LATE, INBOX_LATE, LEASE_LATE, UNKNOWN_LATE = 60 * SECOND, 60 * SECOND, 60 * SECOND, 3600 * SECOND
#: How many of the newest rows are looked at for what went wrong lately.
LATELY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One thing that is not as it should be; `seconds` is the age of the oldest."""

    code: str
    many: int = 0
    seconds: float = 0.0
    subject: str = ""


def ailments(connection: Connection, now: int, real: int) -> Iterator[Ailment]:
    """Everything that is wrong now. `now` is the product's time, `real` the clock's, in microseconds."""
    yield from _late(connection, now)
    yield from _in_flight(connection, now, real)
    yield from _lately(connection)
    stuck = sum(amount for _, amount in invariants.stuck(connection))
    if stuck:
        yield Ailment(code="trips_stuck", many=stuck)
    for row in rows(connection, "SELECT channel, name, status FROM channel_account WHERE status <> 'ok' ORDER BY id"):
        yield Ailment(code=f"account_{row.status}", many=1, subject=f"{row.channel}/{row.name}")
    for row in rows(
        connection, "SELECT name, failures, paused_because FROM journey WHERE failures IS NOT NULL ORDER BY id LIMIT 20"
    ):
        code = "journey_failed" if row.paused_because else "journey_failing"
        yield Ailment(code=code, many=row.failures, subject=row.name)
    ahead = one(
        connection,
        "SELECT name, beat_at FROM heartbeat WHERE beat_at > :soon ORDER BY beat_at DESC LIMIT 1",
        soon=real + 2 * SECOND,
    )
    if ahead is not None:
        yield Ailment(code="clock_ahead", many=1, seconds=(ahead.beat_at - real) / SECOND, subject=ahead.name)


def _late(connection: Connection, now: int) -> Iterator[Ailment]:
    due = scalar(connection, "SELECT min(due_at) FROM enrollment WHERE due_at IS NOT NULL")
    if due is not None and due < now - LATE:
        many = _up_to(connection, "enrollment WHERE due_at < :before", before=now - LATE)
        yield Ailment(code="trips_late", many=many, seconds=(now - due) / SECOND)
    ready = scalar(connection, "SELECT min(ready_at) FROM delivery WHERE ready_at IS NOT NULL")
    if ready is not None and ready < now - LATE:
        many = _up_to(connection, "delivery WHERE ready_at < :before", before=now - LATE)
        yield Ailment(code="messages_late", many=many, seconds=(now - ready) / SECOND)
    mail = scalar(connection, "SELECT received_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT 1")
    if mail is not None and mail < now - INBOX_LATE:
        many = _up_to(connection, "inbox WHERE state = 'new'")
        yield Ailment(code="inbox_late", many=many, seconds=(now - mail) / SECOND)


def _in_flight(connection: Connection, now: int, real: int) -> Iterator[Ailment]:
    lease = scalar(connection, "SELECT min(lease_until) FROM delivery WHERE state = 'sending'")
    if lease is not None and lease < real - LEASE_LATE:
        many = _up_to(
            connection, "delivery WHERE state = 'sending' AND lease_until < :before", before=real - LEASE_LATE
        )
        yield Ailment(code="sending_abandoned", many=many, seconds=(real - lease) / SECOND)
    unknown = scalar(connection, "SELECT min(unknown_at) FROM delivery WHERE state = 'unknown'")
    if unknown is not None and unknown < now - UNKNOWN_LATE:
        many = _up_to(connection, "delivery WHERE state = 'unknown'")
        yield Ailment(code="unknown_long", many=many, seconds=(now - unknown) / SECOND)


def _lately(connection: Connection) -> Iterator[Ailment]:
    """What went wrong among the newest rows: the older ones have been seen."""
    for code, table, state in (("unresolved", "delivery", "unresolved"), ("webhooks_failed", "inbox", "failed")):
        many = scalar(
            connection,
            f"SELECT count(*) FROM {table} WHERE state = :state AND id > (SELECT max(id) FROM {table}) - :lately",
            state=state,
            lately=LATELY,
        )
        if many:
            yield Ailment(code=code, many=int(many))


def _up_to(connection: Connection, source: str, **values: Any) -> int:
    """How many rows, counted no further than is worth knowing."""
    return int(scalar(connection, f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT 100000) AS some", **values) or 0)
