"""One contact's story: messages, replies, steps, events and consents, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import rows

_PARTS = (
    "SELECT planned_at AS at, 'message' AS kind, d.state AS title, {text} AS detail, d.journey_id AS journey_id,"
    " d.node AS node, CASE WHEN d.state = 'unknown' THEN d.unknown_at END AS doubted_at FROM delivery d"
    " WHERE d.contact_id = :id",
    "SELECT received_at, 'reply', r.rule, CASE WHEN r.text = '' THEN coalesce(r.media, r.button, '') ELSE r.text END,"
    " r.journey_id, r.node, NULL FROM reply r WHERE r.contact_id = :id",
    "SELECT received_at, 'event', e.name, '', NULL, '', NULL FROM event e WHERE e.contact_id = :id",
    "SELECT recorded_at, 'consent', c.action, c.channel || ' ' || c.purpose, NULL, '', NULL FROM consent_record c"
    " WHERE c.contact_id IN (SELECT id FROM contact WHERE id = :id OR merged_into = :id)",
    "SELECT entered_at, 'entered', '', '', n.journey_id, '', NULL FROM enrollment n WHERE n.contact_id = :id",
    "SELECT ended_at, 'left', n.status, n.reason, n.journey_id, n.node, NULL FROM enrollment n"
    " WHERE n.contact_id = :id AND n.ended_at IS NOT NULL",
    "SELECT v.left_at, 'step', coalesce(v.exit, ''), '', n.journey_id, v.node, NULL FROM visit v"
    " JOIN enrollment n ON n.id = v.enrollment_id WHERE n.contact_id = :id AND v.exit IS NOT NULL",
)


def of_contact(connection: Connection, contact_id: int, before: int, limit: int) -> Sequence[Row[Any]]:
    """The latest happenings before an instant (0: now): at, kind, title, detail, journey (public id and name), node.

    `doubted_at` of a message of which nobody knows whether it went out: since when.
    """
    text = "json_extract(d.content, '$.text')" if connection.dialect.name == "sqlite" else "d.content ->> 'text'"
    whole = " UNION ALL ".join(part.format(text=text) for part in _PARTS)
    condition = " WHERE t.at < :before" if before else ""
    values = {"before": before} if before else {}
    return rows(
        connection,
        "SELECT t.at, t.kind, t.title, coalesce(t.detail, '') AS detail, j.public_id AS journey,"
        " j.name AS journey_name, t.node, t.doubted_at"
        f" FROM ({whole}) AS t LEFT JOIN journey j ON j.id = t.journey_id{condition} ORDER BY t.at DESC LIMIT :limit",
        id=contact_id,
        limit=limit,
        **values,
    )
