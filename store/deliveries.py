"""Deliveries: planned by moves, claimed for sending under a lease, settled by answers and receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from store.counters import Tally
from store.sql import rows, scalar, update
from store.tables import Delivery

CLAIMED = (
    "d.id, d.origin, d.contact_id, d.journey_id, d.version_id, d.enrollment_id, d.node, d.part, d.cohort, d.category,"
    " d.state, d.reason, d.ready_at, d.expires_at, d.attempt, d.tries, d.parts, d.channel, d.account, d.address, d.ref,"
    " d.content, d.planned_at, d.unknown_at"
)
#: Later states never go back to earlier ones; a receipt that comes late or twice changes nothing.
RANK = {"unknown": 0, "unresolved": 0, "accepted": 1, "delivered": 2, "read": 3}
#: How states are counted in the funnel: what is on its way is one number.
BUCKET = {"ready": "planned", "sending": "planned"}


def due(connection: Connection, now: int, limit: int) -> Sequence[Row[Any]]:
    """Deliveries that may be claimed, in the order of planning; never two in flight to one person."""
    lock = " FOR UPDATE OF d SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        f"SELECT {CLAIMED}, c.external_id, c.attributes, c.timezone FROM delivery d"
        " JOIN contact c ON c.id = d.contact_id WHERE d.ready_at <= :now"
        " AND NOT EXISTS (SELECT 1 FROM delivery s WHERE s.contact_id = d.contact_id"
        " AND s.state IN ('sending', 'ready') AND s.state = 'sending')"
        f" ORDER BY d.ready_at, d.id LIMIT :limit{lock}",
        now=now,
        limit=limit,
    )


def start_sending(connection: Connection, values: Sequence[Sequence[Any]]) -> None:
    """Put claimed deliveries into `sending`: (channel, account, address, ref, content, lease_until, sending_at, id)."""
    columns = (
        "state", "ready_at", "attempt", "channel", "account", "address", "ref", "content", "lease_until", "sending_at",
    )  # fmt: skip
    update(connection, Delivery, columns, [("sending", None, *row) for row in values])


def hold(connection: Connection, values: Sequence[tuple[str, str, int, int]]) -> None:
    """Keep deliveries back: (state, reason, ready_at, id)."""
    update(connection, Delivery, ("state", "reason", "ready_at"), values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one claimed delivery."""

    id: int
    state: str
    reason: str = ""
    #: When it may be claimed again; None: it is out of our hands.
    ready_at: int | None = None
    provider_id: str | None = None
    accepted_at: int | None = None
    unknown_at: int | None = None
    cascade_at: int | None = None
    tries: int = 0
    parts: int = 0


def settle(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write outcomes; the leases end."""
    columns = (
        "state", "reason", "ready_at", "provider_id", "accepted_at", "unknown_at", "cascade_at", "tries", "parts",
        "lease_until",
    )  # fmt: skip
    values = [
        (
            each.state, each.reason, each.ready_at, each.provider_id, each.accepted_at, each.unknown_at,
            each.cascade_at, each.tries, each.parts, None, each.id,
        )
        for each in settled
    ]  # fmt: skip
    update(connection, Delivery, columns, values)


def lock(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The given deliveries as they are, locked until the transaction ends."""
    suffix = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, state, attempt, contact_id, version_id, enrollment_id, node, part, cohort, category, channel,"
        " account, address, expires_at, provider_id, accepted_at, unknown_at, lease_until, origin, replied_at,"
        " cascade_at, tries, parts FROM delivery"
        f" WHERE id IN [ids] ORDER BY id{suffix}",
        ids=sorted(ids),
    )


def content_of(connection: Connection, delivery_id: int) -> Any:
    """What a delivery says, as it was rendered; None before that, and once the contact was erased."""
    return scalar(connection, "SELECT content FROM delivery WHERE id = :id", id=delivery_id)


def expired_leases(connection: Connection, real_now: int, limit: int) -> list[int]:
    """Deliveries whose sender has vanished."""
    found = rows(
        connection,
        "SELECT id FROM delivery WHERE state = 'sending' AND lease_until < :now ORDER BY lease_until LIMIT :limit",
        now=real_now,
        limit=limit,
    )
    return [row.id for row in found]


def unknown_since(connection: Connection, before: int, limit: int) -> Sequence[Row[Any]]:
    """Deliveries whose outcome nobody has told by `before`."""
    return rows(
        connection,
        "SELECT id, unknown_at FROM delivery WHERE state = 'unknown' AND unknown_at <= :before"
        " ORDER BY id LIMIT :limit",
        before=before,
        limit=limit,
    )


def advance_state(connection: Connection, values: Sequence[tuple[str, str, int, int]]) -> None:
    """Move accepted deliveries forward: (state, column of the instant, instant, id)."""
    for column in ("delivered_at", "read_at"):
        update(
            connection,
            Delivery,
            ("state", column),
            [(state, at, delivery) for state, where, at, delivery in values if where == column],
        )


def outcomes_of(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """What became of the journeys' messages to these contacts."""
    return rows(
        connection,
        "SELECT d.contact_id, d.node, d.state, d.replied_at, j.public_id FROM delivery d"
        " JOIN journey j ON j.id = d.journey_id WHERE d.contact_id IN [ids]",
        ids=list(contact_ids),
    )


def next_ready(connection: Connection) -> int | None:
    """The earliest instant at which a delivery may be claimed."""
    value = scalar(connection, "SELECT min(ready_at) FROM delivery WHERE ready_at IS NOT NULL")
    return None if value is None else int(value)


def told_to_wait(connection: Connection, channel: str, account: str, now: int, most: int) -> list[int]:
    """Contacts, `most` at the most, to whom messages of an account wait because the messenger said «not now»."""
    found = rows(
        connection,
        "SELECT DISTINCT contact_id FROM delivery WHERE ready_at > :now AND state = 'ready'"
        " AND reason = 'again_later' AND channel = :channel AND account = :account LIMIT :most",
        now=now,
        channel=channel,
        account=account,
        most=most,
    )
    return [row.contact_id for row in found]


def ready_between(connection: Connection, after: int, until: int) -> int | None:
    """The latest instant in (after, until] at which a delivery may be claimed."""
    value = scalar(
        connection,
        "SELECT max(ready_at) FROM delivery WHERE ready_at > :after AND ready_at <= :until",
        after=after,
        until=until,
    )
    return None if value is None else int(value)


def page(
    connection: Connection, *, contact_id: int | None, journey_id: int | None, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Deliveries for a list, oldest first."""
    conditions, values = ["d.id > :after"], {"after": after, "limit": limit}
    for column, value in (("contact_id", contact_id), ("journey_id", journey_id)):
        if value is not None:
            conditions.append(f"d.{column} = :{column}")
            values[column] = value
    return rows(
        connection,
        "SELECT d.id, d.node, d.part, d.channel, d.account, d.address, d.category, d.state, d.reason, d.content,"
        " d.ready_at, d.expires_at, d.planned_at, d.sending_at, d.accepted_at, d.delivered_at,"
        " d.read_at, d.replied_at, d.attempt, d.tries, d.unknown_at, d.version_id, c.external_id,"
        " d.enrollment_id, j.public_id FROM delivery d JOIN contact c ON c.id = d.contact_id"
        f" LEFT JOIN journey j ON j.id = d.journey_id WHERE {' AND '.join(conditions)} ORDER BY d.id LIMIT :limit",
        **values,
    )


def count_change(
    tally: Tally, row: Row[Any] | Mapping[str, Any], before: str, after: str, channel: str | None = None
) -> None:
    """Move one delivery between the funnel's columns; `row` knows its version, node, cohort and channel."""
    values = row if isinstance(row, Mapping) else row._mapping
    left, entered = BUCKET.get(before, before), BUCKET.get(after, after)
    # What is not out yet stands in no messenger's column: the channel is chosen at the claim.
    channel_before = "" if left in ("planned", "held") else values["channel"]
    channel_after = "" if entered in ("planned", "held") else (channel or values["channel"])
    if values["version_id"] is None or (left, channel_before) == (entered, channel_after):
        return
    key = (values["version_id"], values["node"])
    tally.add(*key, f"delivery:{left}", values["cohort"], -1, channel_before)
    tally.add(*key, f"delivery:{entered}", values["cohort"], 1, channel_after)
