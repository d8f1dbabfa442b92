"""The inbox: conversations that people of the business hold with contacts; one that is open for each contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, one, rows, run
from store.tables import Conversation

COLUMNS = (
    "v.id, v.contact_id, v.queue, v.journey_id, v.enrollment_id, v.seq, v.node, v.channel, v.account, v.opened_at,"
    " v.last_at, v.closed_at, v.closed_by, c.external_id, j.public_id"
)
JOINED = "conversation v JOIN contact c ON c.id = v.contact_id LEFT JOIN journey j ON j.id = v.journey_id"


def hand_over(connection: Connection, handed: Sequence[tuple[int, str, int, int, int, str, int]]) -> None:
    """Trips hand their contacts over: (contact, queue, journey, enrollment, seq, node, at). An open one is taken up."""
    if not handed:
        return
    latest = {row[0]: row for row in handed}
    columns = ("contact_id", "queue", "journey_id", "enrollment_id", "seq", "node", "opened_at", "last_at")
    values = [(*row, row[-1]) for _, row in sorted(latest.items())]
    made = {row.contact_id for row in insert_new(connection, Conversation, columns, values, ("contact_id",))}
    for contact, queue, journey, enrollment, seq, node, at in (
        row for who, row in sorted(latest.items()) if who not in made
    ):
        run(
            connection,
            "UPDATE conversation SET queue = :queue, journey_id = :journey, enrollment_id = :enrollment, seq = :seq,"
            " node = :node, last_at = :at WHERE contact_id = :contact AND closed_at IS NULL",
            contact=contact,
            queue=queue,
            journey=journey,
            enrollment=enrollment,
            seq=seq,
            node=node,
            at=at,
        )


def heard(connection: Connection, contact_id: int, channel: str, account: str, at: int) -> None:
    """A contact wrote what concerns no question: their open conversation goes on, or one begins."""
    columns = ("contact_id", "channel", "account", "opened_at", "last_at")
    made = insert_new(connection, Conversation, columns, [(contact_id, channel, account, at, at)], ("id",))
    if not made:
        run(
            connection,
            "UPDATE conversation SET channel = :channel, account = :account, last_at = :at"
            " WHERE contact_id = :contact AND closed_at IS NULL",
            channel=channel,
            account=account,
            at=at,
            contact=contact_id,
        )


def page(connection: Connection, queue: str | None, closed: bool, after: int, limit: int) -> Sequence[Row[Any]]:
    """Conversations for a list, oldest first."""
    which = "v.closed_at IS NOT NULL" if closed else "v.closed_at IS NULL"
    named = " AND v.queue = :queue" if queue is not None else ""
    return rows(
        connection,
        f"SELECT {COLUMNS} FROM {JOINED} WHERE v.id > :after AND {which}{named} ORDER BY v.id LIMIT :limit",
        after=after,
        limit=limit,
        **({"queue": queue} if queue is not None else {}),
    )


def get(connection: Connection, conversation_id: int) -> Row[Any] | None:
    """One conversation, locked."""
    lock = " FOR UPDATE OF v" if connection.dialect.name == "postgresql" else ""
    return one(connection, f"SELECT {COLUMNS} FROM {JOINED} WHERE v.id = :id{lock}", id=conversation_id)


def close(connection: Connection, conversation_id: int, by: str, now: int) -> None:
    """The conversation is over."""
    statement = "UPDATE conversation SET closed_at = :now, closed_by = :by WHERE id = :id AND closed_at IS NULL"
    run(connection, statement, id=conversation_id, by=by[:80], now=now)
