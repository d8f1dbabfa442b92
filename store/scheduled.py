"""Journeys that whole audiences enter by a schedule, and how far each schedule has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import parsed, rows

#: Whether a draft has a schedule, in the words of `ix_journey_scheduled`: the list reads no documents of others.
#: SQLite lets no index ask into JSON while the schema is not trusted, so there the index only knows where to look.
IN_DRAFT = {
    "sqlite": """instr(draft, '"schedule":') > 0 AND instr(json_extract(draft, '$.graph.entry'), '"schedule":') > 0""",
    "postgresql": """strpos(draft #>> '{graph,entry}', '"schedule":') > 0""",
}
_PUBLISHED = """entry LIKE '{"%"schedule":%'"""


def condition(connection: Connection) -> str:
    """Which rows of `journey` have a schedule, in the draft or as published."""
    drafted = f"SELECT id FROM journey WHERE {IN_DRAFT[connection.dialect.name]}"
    return f"id IN ({drafted} UNION SELECT journey_id FROM audience_entry WHERE {_PUBLISHED})"


def rounds(connection: Connection, journey_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Schedules of published journeys: journey_id, entry as JSON, due_at, cursor; those that come first, first."""
    return rows(
        connection,
        f"SELECT journey_id, entry, due_at, cursor FROM audience_entry WHERE journey_id IN [ids] AND {_PUBLISHED}"
        " ORDER BY due_at IS NULL, due_at, id",
        ids=sorted(journey_ids),
    )


def drafts(connection: Connection, journey_ids: Sequence[int]) -> dict[int, Any]:
    """The drafts of some journeys."""
    found = rows(connection, "SELECT id, draft FROM journey WHERE id IN [ids]", ids=sorted(journey_ids))
    return {row.id: parsed(row.draft) for row in found}
