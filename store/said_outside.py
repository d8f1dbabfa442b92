"""Messages of no journey: what people say from the inbox, and hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from store.planning import PLANNED
from store.sql import insert_new
from store.tables import Delivery

#: How the origin begins of what a person answers from the inbox.
INBOX = "inbox:"


def plan(
    connection: Connection,
    origin: str,
    contact_id: int,
    channel: str,
    account: str,
    content: Mapping[str, Any],
    expires_at: int,
    now: int,
) -> bool:
    """Plan a message of no journey on one messenger, once for its origin; False when it was planned before."""
    row = dict.fromkeys(PLANNED, "") | {
        "origin": origin, "contact_id": contact_id, "journey_id": None, "version_id": None, "enrollment_id": None,
        "cohort": 0, "category": "service", "state": "planned", "ready_at": now, "expires_at": expires_at, "attempt": 0,
        "channel": channel, "account": account, "content": {**content, "channel": channel or None}, "planned_at": now,
        "accepted_at": None,
    }  # fmt: skip
    return bool(insert_new(connection, Delivery, PLANNED, [[row[name] for name in PLANNED]], ("id",)))
