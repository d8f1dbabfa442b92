"""Forget a person: what they said and who they were goes; trips and counters stay, so funnels still add up."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from store.sql import run

#: Rows that are about the person alone. The consent ledger stays as proof, under an id that no longer names anybody.
OWNED = ("address", "consent", "event", "reply", "segment_member", "survey_answer")


def erase(connection: Connection, contact_id: int, now: int) -> str:
    """Remove everything personal of a contact whose trips have been ended: the name under which the rest stays.

    Raw webhooks are kept until their own time is over (30 days), because they are stored by message, not by person.
    """
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
    name = f"erased:{secrets.token_hex(8)}"
    run(
        connection,
        "UPDATE contact SET external_id = :name, attributes = '{}', tags = '[]', timezone = NULL, locale = NULL,"
        " searched = '', compared = NULL, updated_at = :now WHERE id = :id",
        name=name,
        now=now,
        id=contact_id,
    )
    return name
