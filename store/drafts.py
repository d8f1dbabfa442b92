"""The history of drafts: every saved state, thinned as it ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from journeys.history import superfluous
from store.sql import insert, one, rows, run
from store.tables import DraftRevision
from store.tables.columns import instant


def keep(
    connection: Connection, journey_id: int, revision: int, document: Mapping[str, Any], by: str, now: int
) -> None:
    """Keep a state of a draft, and let go of those that age has made superfluous."""
    columns = ("journey_id", "revision", "document", "saved_by", "saved_at")
    insert(connection, DraftRevision, columns, [(journey_id, revision, document, by[:80], now)])
    saved = rows(
        connection,
        "SELECT revision, saved_at FROM draft_revision WHERE journey_id = :id ORDER BY revision",
        id=journey_id,
    )
    gone = superfluous([(row.revision, instant(row.saved_at)) for row in saved], instant(now))
    if gone:
        run(
            connection,
            "DELETE FROM draft_revision WHERE journey_id = :id AND revision IN [gone]",
            id=journey_id,
            gone=gone,
        )


def page(connection: Connection, journey_id: int, before: int, limit: int) -> Sequence[Row[Any]]:
    """Kept states, newest first, without documents; `id` is the revision, `before` the last of the page before."""
    return rows(
        connection,
        "SELECT revision AS id, saved_by, saved_at FROM draft_revision"
        f" WHERE journey_id = :id{' AND revision < :before' if before else ''} ORDER BY revision DESC LIMIT :limit",
        id=journey_id,
        limit=limit,
        **({"before": before} if before else {}),
    )


def get(connection: Connection, journey_id: int, revision: int) -> Row[Any] | None:
    """One kept state with its document."""
    return one(
        connection,
        "SELECT revision, document, saved_by, saved_at FROM draft_revision"
        " WHERE journey_id = :id AND revision = :revision",
        id=journey_id,
        revision=revision,
    )
