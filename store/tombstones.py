"""Tombstones: addresses of erased people, so that an import of them reaches nobody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from sqlalchemy import Connection

from store.sql import insert_new, rows
from store.tables import Tombstone

Place = tuple[str, str]


def bury(connection: Connection, contact_id: int, now: int) -> None:
    """Put the addresses of a contact who is being erased on the list."""
    found = rows(
        connection,
        "SELECT channel, address FROM address WHERE contact_id = :id"
        " UNION SELECT channel, alias FROM address_alias WHERE contact_id = :id",
        id=contact_id,
    )
    values = sorted({(_hash(connection, (row.channel, row.address)), now) for row in found})
    insert_new(connection, Tombstone, ("hash", "at"), values, ("hash",))


def buried(connection: Connection, places: Sequence[Place]) -> set[Place]:
    """Which (channel, address) belonged to somebody who was erased."""
    if not places or not rows(connection, "SELECT 1 FROM tombstone LIMIT 1"):
        return set()
    hashes = {_hash(connection, place): place for place in places}
    found = rows(connection, "SELECT hash FROM tombstone WHERE hash IN [hashes:text]", hashes=sorted(hashes))
    return {hashes[row.hash] for row in found}


def _hash(connection: Connection, place: Place) -> str:
    # Keyed with a secret that is not in the database: phone numbers are few enough to be tried one by one.
    pepper: bytes = connection.info.get("pepper", b"")
    return hmac.new(pepper, "|".join(place).encode(), hashlib.sha256).hexdigest()
