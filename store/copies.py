"""A message is said once more as a delivery of its own: the first one stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.counters import Tally
from store.sql import rows

#: Origins of deliveries that a person sent again.
AGAIN = "again:"


def again(connection: Connection, ids: Sequence[int], now: int) -> dict[int, int]:
    """Plan the same messages once more, as they were rendered: new ids by the old ones; the same ones when asked twice.

    They belong to no trip: it has gone on.
    """
    made = rows(
        connection,
        "INSERT INTO delivery (origin, contact_id, journey_id, version_id, node, part, cohort, category, state, reason,"
        " ready_at, expires_at, attempt, parts, channel, account, address, content, planned_at)"
        f" SELECT '{AGAIN}' || id, contact_id, journey_id, version_id, node, part, cohort, category, 'planned', '',"
        " :now, :now + expires_at - planned_at, 0, parts, channel, account, address, content, :now FROM delivery"
        " WHERE id IN [ids] ON CONFLICT DO NOTHING RETURNING version_id, node, cohort",
        ids=list(ids),
        now=now,
    )
    tally = Tally()
    for row in made:
        if row.version_id is not None:
            tally.add(row.version_id, row.node, "delivery:planned", row.cohort)
    tally.save(connection)
    names = [f"{AGAIN}{each}" for each in ids]
    found = rows(connection, "SELECT id, origin FROM delivery WHERE origin IN [names:text]", names=names)
    return {int(row.origin.removeprefix(AGAIN)): row.id for row in found}


def states(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """State and content of deliveries."""
    found = rows(connection, "SELECT id, state, content FROM delivery WHERE id IN [ids]", ids=list(ids))
    return {row.id: row for row in found}
