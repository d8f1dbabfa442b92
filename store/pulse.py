"""How busy it is: sums and ages for metrics and the first page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from store.sql import rows, scalar

DAY = 86_400_000_000


def gauges(connection: Connection, now: int) -> list[tuple[str, str, float]]:
    """(name, what it is, value) of each metric."""
    late = scalar(connection, "SELECT min(due_at) FROM enrollment WHERE due_at IS NOT NULL AND due_at <= :now", now=now)
    mail = scalar(connection, "SELECT received_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT 1")
    unknown = scalar(connection, "SELECT min(unknown_at) FROM delivery WHERE state = 'unknown'")
    return [
        ("timer_lateness_seconds", "How late the oldest due trip is", _age(now, late)),
        ("inbox_lag_seconds", "How old the oldest unprocessed webhook is", _age(now, mail)),
        ("unknown_age_seconds", "How old the oldest unknown outcome is", _age(now, unknown)),
        (
            "deliveries_ready",
            "Deliveries that may be claimed now",
            _count(connection, "delivery WHERE ready_at <= :now", now),
        ),
        ("deliveries_sending", "Deliveries in flight", _count(connection, "delivery WHERE state = 'sending'")),
        ("trips_due", "Trips that are due now", _count(connection, "enrollment WHERE due_at <= :now", now)),
    ]


def overview(connection: Connection, now: int) -> dict[str, Any]:
    """Sums for the first page."""
    journeys = rows(connection, "SELECT status, count(*) AS many FROM journey GROUP BY status")
    return {
        "contacts": _count(connection, "contact"),
        "consents": int(scalar(connection, "SELECT count(DISTINCT contact_id) FROM consent WHERE granted") or 0),
        "journeys": {row.status: row.many for row in journeys},
        "enrolled_today": _count(connection, "enrollment WHERE entered_at > :now", now - DAY),
        "inside": _count(connection, "enrollment WHERE ended_at IS NULL"),
        "sent_today": _count(connection, "delivery WHERE accepted_at > :now", now - DAY),
        "replies_today": _count(connection, "reply WHERE received_at > :now", now - DAY),
        "accounts": _count(connection, "channel_account"),
    }


def _count(connection: Connection, source: str, now: int | None = None) -> int:
    values = {} if now is None else {"now": now}
    return int(scalar(connection, f"SELECT count(*) FROM {source}", **values) or 0)


def _age(now: int, at: int | None) -> float:
    return 0.0 if at is None else max(0.0, (now - at) / 1_000_000)
