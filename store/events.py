"""Events of contacts: stored once per message id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, rows
from store.tables import Event


def add(
    connection: Connection, values: Sequence[tuple[int, str, Mapping[str, Any], str, str, int, int]]
) -> set[tuple[str, str]]:
    """Store (contact, name, properties, source, message id, at, received at); (source, message id) of the new ones."""
    columns = ("contact_id", "name", "properties", "source", "message_id", "at", "received_at")
    made = insert_new(connection, Event, columns, values, ("source", "message_id"))
    return {(row.source, row.message_id) for row in made}


def of_contacts(connection: Connection, contact_ids: Sequence[int], names: Sequence[str]) -> Sequence[Row[Any]]:
    """Events with these names of these contacts, oldest first."""
    return rows(
        connection,
        "SELECT contact_id, name, properties, at, received_at FROM event WHERE contact_id IN [ids]"
        " AND name IN [names:text] ORDER BY id",
        ids=list(contact_ids),
        names=list(names),
    )
