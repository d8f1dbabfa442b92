"""Which delivery somebody speaks of: a messenger by its own id or by a watermark, a person by what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, rows, scalar


def by_provider(
    connection: Connection, channel: str, account: str, provider_ids: Sequence[str], contact_id: int | None = None
) -> dict[str, int]:
    """Delivery ids by the messenger's own ids; only of one contact when it is named."""
    found = rows(
        connection,
        "SELECT id, provider_id FROM delivery WHERE channel = :channel AND account = :account"
        " AND provider_id IN [ids:text] AND provider_id IS NOT NULL"
        f"{'' if contact_id is None else ' AND contact_id = :contact'}",
        channel=channel,
        account=account,
        ids=list(provider_ids),
        **({} if contact_id is None else {"contact": contact_id}),
    )
    return {row.provider_id: row.id for row in found}


def by_ref(connection: Connection, ref: str) -> Row[Any] | None:
    """The delivery that carries this name of ours on the wire."""
    return one(
        connection,
        "SELECT id, origin, state, contact_id, enrollment_id, node, part, version_id, journey_id, channel, account,"
        " content FROM delivery WHERE ref = :ref",
        ref=ref,
    )


def sent_until(
    connection: Connection,
    channel: str,
    account: str,
    address: str,
    until: int,
    states: Sequence[str] = ("accepted", "delivered"),
) -> list[int]:
    """Deliveries to an address accepted up to an instant and still in one of the states: what a watermark covers."""
    found = rows(
        connection,
        "SELECT d.id FROM delivery d JOIN address a ON a.contact_id = d.contact_id AND a.channel = d.channel"
        " AND a.account = d.account WHERE a.channel = :channel AND a.account = :account AND a.address = :address"
        " AND d.state IN [states:text] AND d.accepted_at <= :until",
        channel=channel,
        account=account,
        address=address,
        until=until,
        states=list(states),
    )
    return [row.id for row in found]


def latest_question(connection: Connection, enrollment_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The newest delivery of each enrollment that went out, or may have."""
    found = rows(
        connection,
        "SELECT id, origin, enrollment_id, node, part, state, channel, account, content, accepted_at, sending_at"
        " FROM delivery"
        " WHERE id IN (SELECT max(id) FROM delivery WHERE contact_id IN (SELECT contact_id FROM enrollment"
        " WHERE id IN [ids]) AND enrollment_id IN [ids]"
        " AND state IN ('sending', 'accepted', 'delivered', 'read', 'unknown', 'unresolved') GROUP BY enrollment_id)",
        ids=list(enrollment_ids),
    )
    return {row.enrollment_id: row for row in found}


def in_flight(connection: Connection, contact_id: int, channel: str, real_now: int) -> bool:
    """Whether a message to this contact on this channel is being sent right now."""
    statement = (
        "SELECT 1 FROM delivery WHERE contact_id = :contact AND state = 'sending' AND channel = :channel"
        " AND lease_until >= :now LIMIT 1"
    )
    return scalar(connection, statement, contact=contact_id, channel=channel, now=real_now) is not None
