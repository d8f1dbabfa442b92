"""What a form can offer: attributes, tags, events and answers as they really are, from the newest of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import parsed, rows

#: So many of the newest are looked at: enough to know the names, few enough to answer at once.
SAMPLE = 500


def newest_contacts(connection: Connection, limit: int = SAMPLE) -> list[tuple[dict[str, Any], list[str]]]:
    """Attributes and tags of the newest contacts."""
    found = rows(connection, "SELECT attributes, tags FROM contact ORDER BY id DESC LIMIT :limit", limit=limit)
    return [(parsed(row.attributes), parsed(row.tags)) for row in found]


def newest_events(connection: Connection, limit: int = SAMPLE) -> list[tuple[str, dict[str, Any]]]:
    """Names and properties of the newest events."""
    found = rows(connection, "SELECT name, properties FROM event ORDER BY id DESC LIMIT :limit", limit=limit)
    return [(row.name, parsed(row.properties)) for row in found]


def newest_replies(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """What contacts wrote last: text, button, media."""
    return rows(connection, "SELECT text, button, media, at FROM reply ORDER BY id DESC LIMIT :limit", limit=limit)
