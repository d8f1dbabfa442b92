"""What may be forgotten: raw webhooks and idempotent answers past their time."""

from __future__ import annotations

from sqlalchemy import Connection

from store.sql import run

BATCH = 5_000


def forget_inbox(connection: Connection, before: int) -> int:
    """Remove the oldest processed webhooks received before an instant."""
    return run(
        connection,
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE state = 'done' AND received_at < :before"
        " ORDER BY id LIMIT :batch)",
        before=before,
        batch=BATCH,
    )


def forget_answers(connection: Connection, before: int) -> int:
    """Remove the oldest idempotent answers given before an instant."""
    return run(
        connection,
        "DELETE FROM idempotent_answer WHERE id IN (SELECT id FROM idempotent_answer WHERE created_at < :before"
        " ORDER BY id LIMIT :batch)",
        before=before,
        batch=BATCH,
    )
