"""Two contacts that are one person: what is whose is moved, the other id goes on meaning the one who stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.contacts import merge
from store.sql import parsed, rows, run, update
from store.tables import Contact

#: Rows that go with the person. The consent ledger stays as it was written: its hashes hold the contact's number.
MOVED = (
    "address",
    "address_alias",
    "conversation",
    "coupon",
    "delivery",
    "enrollment",
    "event",
    "reply",
    "survey_answer",
)


def lock(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Both contacts, locked in one order."""
    suffix = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    return rows(
        connection,
        "SELECT id, external_id, attributes, tags, timezone, locale, searched FROM contact WHERE id IN [ids]"
        f" ORDER BY id{suffix}",
        ids=sorted(ids),
    )


def slots(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The trips of contacts that hold a place in a journey, elder ones first."""
    return rows(
        connection,
        "SELECT id, journey_id, slot, status FROM enrollment WHERE contact_id IN [ids] AND slot IS NOT NULL"
        " ORDER BY entered_at, id",
        ids=sorted(ids),
    )


def give_up(connection: Connection, trips: Sequence[int]) -> None:
    """These trips hold no place any more."""
    run(connection, "UPDATE enrollment SET slot = NULL WHERE id IN [ids]", ids=sorted(trips))


def move(connection: Connection, old: Row[Any], into: Row[Any], now: int) -> None:
    """Everything of `old` becomes of `into`; what `into` says of itself wins."""
    run(
        connection,
        "UPDATE conversation SET closed_at = :now, closed_by = 'merged' WHERE contact_id = :old AND closed_at IS NULL"
        " AND EXISTS (SELECT 1 FROM conversation o WHERE o.contact_id = :to AND o.closed_at IS NULL)",
        now=now,
        old=old.id,
        to=into.id,
    )
    for table in MOVED:
        run(connection, f"UPDATE {table} SET contact_id = :to WHERE contact_id = :old", to=into.id, old=old.id)
    for table in ("consent", "segment_member"):
        run(connection, f"DELETE FROM {table} WHERE contact_id = :old", old=old.id)
    run(connection, "UPDATE contact SET merged_into = :to WHERE merged_into = :old", to=into.id, old=old.id)
    attributes = merge(parsed(old.attributes), parsed(into.attributes))
    tags = list(dict.fromkeys([*parsed(into.tags), *parsed(old.tags)]))
    searched = " ".join(dict.fromkeys([*into.searched.split(), *old.searched.split()]))[:1000]
    _write(
        connection,
        [
            (
                attributes,
                tags,
                into.timezone or old.timezone,
                into.locale or old.locale,
                searched,
                None,
                None,
                None,
                now,
                into.id,
            ),
            ({}, [], None, None, "", {}, into.id, now, now, old.id),
        ],
    )


def _write(connection: Connection, values: Sequence[tuple[Any, ...]]) -> None:
    columns = (
        "attributes", "tags", "timezone", "locale", "searched", "compared", "merged_into", "gone_at", "updated_at",
    )  # fmt: skip
    update(connection, Contact, columns, values)
