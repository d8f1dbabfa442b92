"""Names under which a messenger knows a person: the address that was first known, and others that mean the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import rows, run


def owners(connection: Connection, channel: str, account: str, names: Collection[str]) -> dict[str, Row[Any]]:
    """By name: the address that it means, with its contact: id, address, contact_id, external_id, `exact`."""
    columns = "a.id, a.address, a.contact_id, c.external_id"
    joined = "JOIN contact c ON c.id = a.contact_id"
    found = rows(
        connection,
        f"SELECT o.alias AS name, {columns}, 0 AS exact FROM address_alias o JOIN address a ON a.id = o.address_id"
        f" {joined} WHERE o.channel = :channel AND o.account = :account AND o.alias IN [names:text]"
        f" UNION ALL SELECT a.address, {columns}, 1 FROM address a {joined}"
        " WHERE a.channel = :channel AND a.account = :account AND a.address IN [names:text] ORDER BY exact",
        channel=channel,
        account=account,
        names=sorted(names),
    )
    return {row.name: row for row in found}


def put(connection: Connection, channel: str, account: str, alias: str, owner: Row[Any], now: int) -> None:
    """From now on a name means this address, whatever it meant before."""
    run(
        connection,
        "INSERT INTO address_alias (contact_id, address_id, channel, account, alias, created_at)"
        " VALUES (:contact, :address, :channel, :account, :alias, :now) ON CONFLICT (channel, account, alias)"
        " DO UPDATE SET contact_id = excluded.contact_id, address_id = excluded.address_id",
        contact=owner.contact_id,
        address=owner.id,
        channel=channel,
        account=account,
        alias=alias,
        now=now,
    )


def absorb(connection: Connection, kept: int, other: int) -> None:
    """An address turns out to be another name of one of the same contact: what it knew goes over, and it is gone."""
    run(connection, "UPDATE address_alias SET address_id = :kept WHERE address_id = :other", kept=kept, other=other)
    both = "FROM address WHERE id IN (:kept, :other)"
    run(
        connection,
        f"UPDATE address SET last_inbound_at = (SELECT max(last_inbound_at) {both}),"
        f" next_free_at = (SELECT max(next_free_at) {both}) WHERE id = :kept",
        kept=kept,
        other=other,
    )
    run(connection, "DELETE FROM address WHERE id = :other", other=other)


def taken(connection: Connection, names: Collection[str]) -> set[tuple[str, str, str]]:
    """Which (channel, account, name) are other names of addresses that there are."""
    statement = "SELECT channel, account, alias FROM address_alias WHERE alias IN [names:text]"
    return {(row.channel, row.account, row.alias) for row in rows(connection, statement, names=sorted(names))}


def of_addresses(connection: Connection, address_ids: Collection[int]) -> dict[int, list[str]]:
    """The other names of addresses, in the order in which they were learnt."""
    found: dict[int, list[str]] = {}
    statement = "SELECT address_id, alias FROM address_alias WHERE address_id IN [ids] ORDER BY id"
    for row in rows(connection, statement, ids=sorted(address_ids)):
        found.setdefault(row.address_id, []).append(row.alias)
    return found
