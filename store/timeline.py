"""One contact's story: messages, replies, steps, events and consents, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import rows

#: `place` and `number`: of one instant, what comes of something stands above it, and what came later above what was.
_PARTS = (
    "SELECT planned_at AS at, 'message' AS kind, d.state AS title, {text} AS detail, d.journey_id AS journey_id,"
    " d.node AS node, CASE WHEN d.state = 'unknown' THEN d.unknown_at END AS doubted_at, 1 AS place, d.id AS number"
    " FROM delivery d WHERE d.contact_id = :id",
    "SELECT received_at, 'reply', r.rule, CASE WHEN r.text = '' THEN coalesce(r.media, r.button, '') ELSE r.text END,"
    " r.journey_id, r.node, NULL, 4, r.id FROM reply r WHERE r.contact_id = :id",
    "SELECT received_at, 'event', e.name, '', NULL, '', NULL, 5, e.id FROM event e WHERE e.contact_id = :id",
    "SELECT recorded_at, 'consent', c.action, c.channel || ' ' || c.purpose, NULL, '', NULL, 6, c.id"
    " FROM consent_record c"
    " WHERE c.contact_id IN (SELECT id FROM contact WHERE id = :id OR merged_into = :id)",
    "SELECT entered_at, 'entered', '', '', n.journey_id, '', NULL, 3, n.id FROM enrollment n WHERE n.contact_id = :id",
    "SELECT ended_at, 'left', n.status, n.reason, n.journey_id, n.node, NULL, 0, n.id FROM enrollment n"
    " WHERE n.contact_id = :id AND n.ended_at IS NOT NULL",
    "SELECT v.left_at, 'step', coalesce(v.exit, ''), '', n.journey_id, v.node, NULL, 2, v.seq FROM visit v"
    " JOIN enrollment n ON n.id = v.enrollment_id WHERE n.contact_id = :id AND v.exit IS NOT NULL",
)


def of_contact(
    connection: Connection, contact_id: int, limit: int, until: int | None = None, skip: int = 0
) -> Sequence[Row[Any]]:
    """The latest happenings: at, kind, title, detail, journey (public id and name), node.

    `until`: no later than this instant, without the first `skip` of them. `doubted_at` of a message of which nobody
    knows whether it went out: since when.
    """
    text = "json_extract(d.content, '$.text')" if connection.dialect.name == "sqlite" else "d.content ->> 'text'"
    whole = " UNION ALL ".join(part.format(text=text) for part in _PARTS)
    condition = "" if until is None else " WHERE t.at <= :until"
    values = {} if until is None else {"until": until}
    return rows(
        connection,
        "SELECT t.at, t.kind, t.title, coalesce(t.detail, '') AS detail, j.public_id AS journey,"
        " j.name AS journey_name, t.node, t.doubted_at"
        f" FROM ({whole}) AS t LEFT JOIN journey j ON j.id = t.journey_id{condition}"
        " ORDER BY t.at DESC, t.place, t.number DESC, t.journey_id LIMIT :limit OFFSET :skip",
        id=contact_id,
        limit=limit,
        skip=skip,
        **values,
    )
