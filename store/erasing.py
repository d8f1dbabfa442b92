"""Forget a person: what they said and who they were goes; trips and counters stay, so funnels still add up."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection

from store.sql import rows, run, update
from store.tables import Contact
from store.tombstones import bury

#: Rows that are about the person alone. The consent ledger stays as proof, under an id that no longer names anybody.
OWNED = ("address", "address_alias", "consent", "conversation", "event", "reply", "segment_member", "survey_answer")


def erase(connection: Connection, contact_id: int, now: int) -> str:
    """Remove everything personal of a contact whose trips have been ended: the name under which the rest stays.

    Raw webhooks are kept until their own time is over (30 days), because they are stored by message, not by person.
    """
    bury(connection, contact_id, now)
    for table in OWNED:
        run(connection, f"DELETE FROM {table} WHERE contact_id = :id", id=contact_id)
    run(
        connection,
        "DELETE FROM enrollment_state WHERE enrollment_id IN (SELECT id FROM enrollment WHERE contact_id = :id)",
        id=contact_id,
    )
    run(
        connection, "UPDATE delivery SET content = NULL, address = '', ref = NULL WHERE contact_id = :id", id=contact_id
    )
    run(
        connection,
        "UPDATE web_request SET request = NULL, ready_at = NULL, state = 'dropped' WHERE enrollment_id IN"
        " (SELECT id FROM enrollment WHERE contact_id = :id) AND request IS NOT NULL",
        id=contact_id,
    )
    name = f"erased:{secrets.token_hex(8)}"
    parts = rows(connection, "SELECT id FROM contact WHERE id = :id OR merged_into = :id ORDER BY id", id=contact_id)
    values: list[tuple[Any, ...]] = [
        (name if row.id == contact_id else f"{name}-{row.id}", {}, [], None, None, "", {}, now, now, row.id)
        for row in parts
    ]
    columns = (
        "external_id", "attributes", "tags", "timezone", "locale", "searched", "compared", "gone_at", "updated_at",
    )  # fmt: skip
    update(connection, Contact, columns, values)
    return name
