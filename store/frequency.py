"""How often contacts were sent advertisements, and the project's own caps.

A message that is `sending` is a reservation, written in the claim that counted before it; it counts on unless the
messenger definitely refused it. Claims follow one another, so no two of them can take the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import parsed, rows, run, scalar


def marketing_since(connection: Connection, contact_ids: Sequence[int], since: int) -> dict[int, list[Row[Any]]]:
    """(id, when) of each contact's marketing messages that went out since an instant, or may have."""
    found = rows(
        connection,
        "SELECT contact_id, id, sending_at FROM delivery WHERE contact_id IN [ids] AND category = 'marketing'"
        " AND sending_at IS NOT NULL AND sending_at >= :since AND (unknown_at IS NOT NULL OR parts > 0"
        " OR state IN ('sending', 'accepted', 'delivered', 'read'))",
        ids=list(contact_ids),
        since=since,
    )
    sent: dict[int, list[Row[Any]]] = {}
    for row in found:
        sent.setdefault(row.contact_id, []).append(row)
    return sent


def marked(connection: Connection, contact_ids: Sequence[int], mark: str) -> frozenset[tuple[int, str]]:
    """(contact, channel) of messages that carry a mark in their content and went out, or may have."""
    found = rows(
        connection,
        "SELECT DISTINCT contact_id, channel FROM delivery WHERE contact_id IN [ids] AND content ->> :mark IS NOT NULL"
        " AND (unknown_at IS NOT NULL OR parts > 0 OR state IN ('sending', 'accepted', 'delivered', 'read'))",
        ids=list(contact_ids),
        mark=mark,
    )
    return frozenset((row.contact_id, row.channel) for row in found)


def setting(connection: Connection, name: str) -> Any:
    """A choice of the project; None when nobody has made it."""
    value = scalar(connection, "SELECT value FROM project_setting WHERE name = :name", name=name)
    # PostgreSQL's driver has read it already: what is a text then is the value.
    return value if connection.dialect.name == "postgresql" else parsed(value)


def choose(connection: Connection, name: str, value: Any) -> None:
    """Make a choice of the project, or take it back with None."""
    run(connection, "DELETE FROM project_setting WHERE name = :name", name=name)
    if value is not None:
        json = "CAST(:value AS jsonb)" if connection.dialect.name == "postgresql" else ":value"
        statement = f"INSERT INTO project_setting (name, value) VALUES (:name, {json})"
        run(connection, statement, name=name, value=dumps(value))
