"""How busy it is: sums and ages for metrics and the first page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from store import counters
from store.running import SILENCE
from store.sql import rows, scalar

DAY = 86_400_000_000
#: Tables whose dead rows tell that PostgreSQL's vacuum falls behind.
HOT = ("delivery", "enrollment", "inbox", "node_count_delta", "signal")
#: (name, what it is, labels, values by label).
Gauge = tuple[str, str, Sequence[str], Sequence[tuple[Sequence[str], float]]]


def gauges(connection: Connection, now: int, real: int) -> Iterator[Gauge]:
    """Each metric of the present moment; `now` is the product's time, `real` the clock's."""
    late = scalar(connection, "SELECT min(due_at) FROM enrollment WHERE due_at IS NOT NULL AND due_at <= :now", now=now)
    mail = scalar(connection, "SELECT received_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT 1")
    unknown = scalar(connection, "SELECT min(unknown_at) FROM delivery WHERE state = 'unknown'")
    for name, about, value in (
        ("timer_lateness_now_seconds", "How late the oldest due trip is", _age(now, late)),
        ("inbox_lag_seconds", "How old the oldest unprocessed webhook is", _age(now, mail)),
        ("unknown_age_max_seconds", "How old the oldest unknown outcome is", _age(now, unknown)),
        (
            "deliveries_due",
            "Messages that may be claimed now",
            _count(connection, "delivery WHERE ready_at <= :now", now),
        ),
        ("trips_due", "Trips that are due now", _count(connection, "enrollment WHERE due_at <= :now", now)),
    ):
        yield name, about, (), [((), value)]
    yield _intents(connection)
    yield _processes(connection, real)
    if connection.dialect.name == "postgresql":
        yield _dead_rows(connection)


def _intents(connection: Connection) -> Gauge:
    """What is on its way; what has come to its end is counted by `sends`. Each state has a small index of its own."""
    found: dict[tuple[str, str], int] = {}
    for held in ("ready_at IS NOT NULL", "state = 'sending'", "state = 'unknown'"):
        statement = f"SELECT state, channel, count(*) AS many FROM delivery WHERE {held} GROUP BY state, channel"
        found |= {(row.state, row.channel): int(row.many) for row in rows(connection, statement)}
    values = [(place, float(many)) for place, many in sorted(found.items())]
    return "intents", "Messages on their way, by state and, once chosen, messenger", ("state", "channel"), values


def _processes(connection: Connection, real: int) -> Gauge:
    alive = rows(connection, "SELECT name FROM heartbeat WHERE beat_at > :since", since=real - SILENCE)
    kinds = [row.name.partition(":")[0] for row in alive if ":" in row.name]
    values = [((kind,), float(kinds.count(kind))) for kind in ("api", "engine")]
    return "processes", "Processes that were heard of within ten seconds", ("kind",), values


def _dead_rows(connection: Connection) -> Gauge:
    found = rows(
        connection, "SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE relname IN [names:text]", names=HOT
    )
    values = [((row.relname,), float(row.n_dead_tup)) for row in sorted(found, key=lambda row: row.relname)]
    return "pg_dead_tuples", "Rows that PostgreSQL's vacuum has yet to remove", ("table",), values


def overview(connection: Connection, now: int) -> dict[str, Any]:
    """Sums for the first page, of counters where there are any: they cost the same however many trips there are."""
    journeys = rows(connection, "SELECT status, count(*) AS many FROM journey GROUP BY status")
    day = counters.cohort(now - DAY)
    trips = counters.overall(connection, day)
    return {
        "contacts": _count(connection, "contact"),
        "journeys": {row.status: row.many for row in journeys},
        "enrolled_today": trips.lately,
        "inside": trips.inside,
        "converted": trips.converted,
        "sent_today": counters.sent(connection, day),
        "replies_today": _replies_since(connection, now - DAY),
        "accounts": _count(connection, "channel_account"),
    }


def _replies_since(connection: Connection, since: int) -> int:
    """Replies come in the order of their ids: only those since then are read."""
    before = "SELECT id FROM reply WHERE received_at <= :since ORDER BY id DESC LIMIT 1"
    return int(scalar(connection, f"SELECT count(*) FROM reply WHERE id > coalesce(({before}), 0)", since=since) or 0)


def _count(connection: Connection, source: str, now: int | None = None) -> int:
    values = {} if now is None else {"now": now}
    return int(scalar(connection, f"SELECT count(*) FROM {source}", **values) or 0)


def _age(now: int, at: int | None) -> float:
    return 0.0 if at is None else max(0.0, (now - at) / 1_000_000)
