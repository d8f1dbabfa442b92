"""The inbox: conversations that people of the business hold with contacts; one that is open for each contact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from store.contacts import pattern
from store.sql import insert_new, one, rows, run
from store.tables import Conversation

COLUMNS = (
    "v.id, v.contact_id, v.queue, v.journey_id, v.enrollment_id, v.seq, v.node, v.channel, v.account, v.opened_at,"
    " v.last_at, v.closed_at, v.closed_by, v.assignee, c.external_id, c.attributes, j.public_id, j.name AS journey"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Conversations that are looked for; None and empty: any."""

    closed: bool = False
    queue: str | None = None
    assignee: str | None = None
    #: In the contact's id, name and addresses.
    search: str = ""
    newest_first: bool = False


def page(connection: Connection, which: Which, after: int, limit: int) -> Sequence[Row[Any]]:
    """Conversations for a list, oldest first unless asked otherwise."""
    parts = ["v.closed_at IS NOT NULL" if which.closed else "v.closed_at IS NULL"]
    values: dict[str, Any] = {}
    for name, column, value in (("queue", "v.queue", which.queue), ("assignee", "v.assignee", which.assignee)):
        if value is not None:
            parts.append(f"{column} = :{name}")
            values[name] = value
    if which.search:
        parts.append("c.searched LIKE :search ESCAPE '!'")
        values["search"] = pattern(which.search)
    order = "DESC" if which.newest_first else "ASC"
    if after or not which.newest_first:
        parts.append(f"v.id {'<' if which.newest_first else '>'} :after")
        values["after"] = after
    return rows(
        connection,
        f"SELECT {COLUMNS} FROM {JOINED} WHERE {' AND '.join(parts)} ORDER BY v.id {order} LIMIT :limit",
        limit=limit,
        **values,
    )


def queues(connection: Connection) -> dict[str, int]:
    """How many open conversations each queue has."""
    found = rows(connection, "SELECT queue, count(*) AS many FROM conversation WHERE closed_at IS NULL GROUP BY queue")
    return {row.queue: row.many for row in found}


def last_words(connection: Connection, contact_ids: Collection[int]) -> dict[int, Row[Any]]:
    """What each contact wrote last: text, button, media, received_at."""
    found = rows(
        connection,
        "SELECT r.contact_id, r.text, r.button, r.media, r.received_at FROM reply r WHERE r.id IN"
        " (SELECT max(id) FROM reply WHERE contact_id IN [ids] GROUP BY contact_id)",
        ids=sorted(contact_ids),
    )
    return {row.contact_id: row for row in found}


def thread(connection: Connection, contact_id: int, limit: int) -> Sequence[Row[Any]]:
    """What was said last by both, oldest first: side, id, at, text, button, media, content, state, reason, origin."""
    ours = (
        "SELECT 'bot' AS side, d.id, d.planned_at AS at, '' AS text, NULL AS button, NULL AS media,"
        " d.content, d.state, d.reason, d.origin, d.channel FROM delivery d WHERE d.contact_id = :id"
        " ORDER BY d.id DESC LIMIT :limit"
    )
    theirs = (
        "SELECT 'person', r.id, r.received_at, r.text, r.button, r.media, CAST(NULL AS JSONB), '', '', '', r.channel"
        " FROM reply r WHERE r.contact_id = :id ORDER BY r.id DESC LIMIT :limit"
    )
    both = f"SELECT * FROM ({ours}) AS ours UNION ALL SELECT * FROM ({theirs}) AS theirs"
    found = rows(
        connection, f"SELECT * FROM ({both}) AS said ORDER BY at DESC, id DESC LIMIT :limit", id=contact_id, limit=limit
    )
    return found[::-1]


def assign(connection: Connection, conversation_id: int, assignee: str) -> None:
    """Somebody looks after it, or nobody."""
    run(connection, "UPDATE conversation SET assignee = :who WHERE id = :id", who=assignee[:80], id=conversation_id)


def get(connection: Connection, conversation_id: int, *, lock: bool = True) -> Row[Any] | None:
    """One conversation, locked unless it is only read."""
    for_us = " FOR UPDATE OF v" if lock and connection.dialect.name == "postgresql" else ""
    return one(connection, f"SELECT {COLUMNS} FROM {JOINED} WHERE v.id = :id{for_us}", id=conversation_id)


def close(connection: Connection, conversation_id: int, by: str, now: int) -> None:
    """The conversation is over."""
    statement = "UPDATE conversation SET closed_at = :now, closed_by = :by WHERE id = :id AND closed_at IS NULL"
    run(connection, statement, id=conversation_id, by=by[:80], now=now)
