"""Messages that wait to be tried on the next messenger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.counters import Tally
from store.planning import PLANNED
from store.sql import insert_new, one, rows, run
from store.tables import Delivery

#: Origins of second tries: `c:<enrollment>:<visit>:<messenger that did not deliver>:<part>`.
NEXT = "c:"


def due(connection: Connection, now: int, limit: int) -> Sequence[Row[Any]]:
    """Deliveries whose time to be delivered is over, with what became of them; locked until the transaction ends."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, origin, contact_id, journey_id, version_id, enrollment_id, node, part, cohort, category, state,"
        " channel, expires_at, replied_at FROM delivery WHERE cascade_at IS NOT NULL AND cascade_at <= :now"
        f" ORDER BY cascade_at, id LIMIT :limit{lock}",
        now=now,
        limit=limit,
    )


def done(connection: Connection, ids: Sequence[int]) -> None:
    """These have had their turn."""
    run(connection, "UPDATE delivery SET cascade_at = NULL WHERE id IN [ids]", ids=list(ids))


def plan(connection: Connection, planned: Sequence[Sequence[Any]]) -> int:
    """Plan second tries, each once: rows in the order of `PLANNED`; how many were new."""
    made = insert_new(connection, Delivery, PLANNED, planned, ("version_id", "node", "cohort"))
    tally = Tally()
    for row in made:
        tally.add(row.version_id, row.node, "delivery:planned", row.cohort)
    tally.save(connection)
    return len(made)


def asked_on(connection: Connection, enrollment_id: int, channel: str, account: str) -> Row[Any] | None:
    """The newest delivery of a trip on this account that went out, or may have."""
    return one(
        connection,
        "SELECT id, origin, enrollment_id, node, part, state, channel, account, content, accepted_at, sending_at"
        " FROM delivery WHERE contact_id = (SELECT contact_id FROM enrollment WHERE id = :trip)"
        " AND enrollment_id = :trip AND channel = :channel AND account = :account"
        " AND state IN ('sending', 'accepted', 'delivered', 'read', 'unknown', 'unresolved') ORDER BY id DESC LIMIT 1",
        trip=enrollment_id,
        channel=channel,
        account=account,
    )
