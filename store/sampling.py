"""A sample of the contacts, spread evenly over all of them and cheap however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, rows, scalar

MOST = 2_000


def contacts(connection: Connection) -> Sequence[Row[Any]]:
    """Up to 2,000 contacts: id, external_id, attributes, tags and timezone."""
    least, most = _ends(connection)
    step = max(1, (most - least + 1) // MOST)
    return rows(
        connection,
        "SELECT id, external_id, attributes, tags, timezone FROM contact"
        " WHERE id IN [ids] AND gone_at IS NULL ORDER BY id",
        ids=list(range(most, least - 1, -step))[:MOST],
    )


def everybody(connection: Connection, seen: int) -> int:
    """How many contacts there are, when the sample has seen so many."""
    least, most = _ends(connection)
    # Those who are gone are counted along: to look for them would read every row.
    return seen if most - least < MOST else max(seen, int(scalar(connection, "SELECT count(*) FROM contact") or 0))


def _ends(connection: Connection) -> tuple[int, int]:
    ends = one(connection, "SELECT min(id) AS least, max(id) AS most FROM contact")
    return (1, 0) if ends is None or ends.least is None else (int(ends.least), int(ends.most))


def addresses(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """On which messengers these contacts can be reached: contact, channel, and when they last wrote there."""
    return rows(
        connection,
        "SELECT contact_id, channel, last_inbound_at FROM address WHERE contact_id IN [ids] AND state = 'ok'",
        ids=list(contact_ids),
    )
