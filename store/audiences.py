"""Audiences that enter a journey as a whole: by a schedule, or because it has begun or gone on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, one, rows, run, update
from store.tables import AudienceEntry


def plan(connection: Connection, journey_id: int, entries: Mapping[str, int | None]) -> None:
    """Set when each entry of a journey is to be done; a round in progress goes on, entries not named are dropped."""
    known = rows(connection, "SELECT id, entry, cursor FROM audience_entry WHERE journey_id = :id", id=journey_id)
    gone = [row.id for row in known if row.entry not in entries]
    run(connection, "DELETE FROM audience_entry WHERE id IN [ids]", ids=gone) if gone else None
    there = [(entries[row.entry], row.id) for row in known if row.entry in entries and not row.cursor]
    update(connection, AudienceEntry, ("due_at",), there)
    new = sorted(set(entries) - {row.entry for row in known})
    columns = ("journey_id", "entry", "due_at", "cursor")
    insert_new(connection, AudienceEntry, columns, [(journey_id, entry, entries[entry], 0) for entry in new], ("id",))


def due(connection: Connection, now: int) -> Row[Any] | None:
    """An audience that is due, locked."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    return one(
        connection,
        "SELECT id, journey_id, entry, due_at, cursor FROM audience_entry WHERE due_at <= :now"
        f" ORDER BY due_at, journey_id DESC, id LIMIT 1{lock}",
        now=now,
    )


def advance(connection: Connection, entry_id: int, cursor: int, due_at: int | None) -> None:
    """Write down how far a round has come, or when the next one is."""
    update(connection, AudienceEntry, ("cursor", "due_at"), [(cursor, due_at, entry_id)])


def everybody(connection: Connection, segment: str | None, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next contacts of a segment, or of all: id, external_id."""
    inside = (
        " AND EXISTS (SELECT 1 FROM segment_member m JOIN segment s ON s.id = m.segment_id"
        " WHERE m.contact_id = c.id AND s.public_id = :segment)"
    )
    return rows(
        connection,
        "SELECT c.id, c.external_id FROM contact c WHERE c.id > :after AND c.gone_at IS NULL"
        f"{inside if segment else ''} ORDER BY c.id LIMIT :limit",
        after=after,
        limit=limit,
        **({"segment": segment} if segment else {}),
    )


def not_yet(connection: Connection, segment: str, journey_id: int, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next members of a segment who have not entered a journey since they came into the segment."""
    return rows(
        connection,
        "SELECT c.id, c.external_id FROM segment s JOIN segment_member m ON m.segment_id = s.id"
        " JOIN contact c ON c.id = m.contact_id WHERE s.public_id = :segment AND m.contact_id > :after"
        " AND NOT EXISTS (SELECT 1 FROM enrollment e WHERE e.contact_id = m.contact_id AND e.journey_id = :journey"
        " AND e.entered_at >= m.since) ORDER BY m.contact_id LIMIT :limit",
        segment=segment,
        journey=journey_id,
        after=after,
        limit=limit,
    )
