"""A sample of the contacts, spread evenly over all of them and cheap however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, rows

MOST = 2_000


def contacts(connection: Connection) -> Sequence[Row[Any]]:
    """Up to 2,000 contacts: id, attributes and timezone."""
    ends = one(connection, "SELECT min(id) AS least, max(id) AS most FROM contact")
    if ends is None or ends.least is None:
        return []
    step = max(1, (ends.most - ends.least + 1) // MOST)
    ids = list(range(ends.most, ends.least - 1, -step))[:MOST]
    return rows(
        connection,
        "SELECT id, attributes, timezone FROM contact WHERE id IN [ids] AND gone_at IS NULL ORDER BY id",
        ids=ids,
    )


def addresses(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """On which messengers these contacts can be reached: contact and channel."""
    return rows(
        connection,
        "SELECT contact_id, channel FROM address WHERE contact_id IN [ids] AND state = 'ok'",
        ids=list(contact_ids),
    )
