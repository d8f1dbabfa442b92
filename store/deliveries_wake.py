"""Look again at messages that were kept back: something about the contact has changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from store.sql import run


def recheck(connection: Connection, contact_ids: Sequence[int], now: int) -> None:
    """Let the gates decide again about everything that was not sent yet to these contacts."""
    run(
        connection,
        "UPDATE delivery SET ready_at = :now WHERE contact_id IN [ids] AND state = 'held' AND ready_at > :now",
        now=now,
        ids=list(contact_ids),
    )
