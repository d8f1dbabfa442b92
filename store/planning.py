"""Messages as they are planned: one row each, in the order in which they are to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from store.alike import insert_in_order
from store.counters import Tally
from store.tables import Delivery

#: What a planned delivery has of its own, and what many have alike.
OWN = ("enrollment_id", "contact_id", "origin", "address", "content")
SAME = (
    "journey_id", "version_id", "node", "part", "cohort", "category", "state", "reason", "ready_at", "expires_at",
    "attempt", "channel", "account", "planned_at", "accepted_at",
)  # fmt: skip
PLANNED = (*OWN, *SAME)


def plan(connection: Connection, planned: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> None:
    """Write deliveries of visits in the move's transaction, in this order; each as (`OWN`, `SAME`)."""
    insert_in_order(connection, Delivery, OWN, SAME, planned)
    at_once = Tally()
    for accepted_at, many in Counter([alike[-1] for _, alike in planned]).items():
        if accepted_at is not None:
            at_once.add_sent(accepted_at, many)
    at_once.save(connection)
