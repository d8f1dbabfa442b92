"""Contacts and their addresses: bulk upsert, search, patches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row

from store import aliases
from store.sql import insert_new, one, parsed, rows, tuples, update
from store.tables import Address, Contact
from store.tombstones import buried


@dataclass(slots=True, kw_only=True)
class ContactFacts:
    """What is known of one contact, as a caller reports it."""

    external_id: str
    #: Keys to set; None removes.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: None leaves the tags as they are.
    tags: Sequence[str] | None = None
    timezone: str | None = None
    locale: str | None = None
    #: (channel, account, address)
    addresses: Sequence[tuple[str, str, str]] = ()


def merge(attributes: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes after a patch: given keys win, None removes."""
    merged = {**attributes, **patch}
    return {name: value for name, value in merged.items() if value is not None}


def fold(value: str) -> str:
    """Text as it is searched: case and ё folded (SQLite itself only knows ASCII)."""
    return value.casefold().replace("ё", "е")


def pattern(search: str) -> str:
    """What `searched LIKE … ESCAPE '!'` takes to find a text anywhere."""
    return "%" + "".join(f"!{sign}" if sign in "!%_" else sign for sign in fold(search)) + "%"


def ids_of(connection: Connection, external_ids: Iterable[str]) -> dict[str, int]:
    """Internal ids by external id; unknown ones are absent."""
    wanted = list(dict.fromkeys(external_ids))
    statement = "SELECT external_id, coalesce(merged_into, id) AS id FROM contact WHERE external_id IN [wanted:text]"
    found = rows(connection, statement, wanted=wanted)
    return {row.external_id: row.id for row in found}


def names_of(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """External ids by internal id."""
    found = rows(connection, "SELECT id, external_id FROM contact WHERE id IN [ids]", ids=sorted(ids))
    return {row.id: row.external_id for row in found}


def upsert(connection: Connection, facts: Sequence[ContactFacts], now: int) -> tuple[dict[str, int], set[str]]:
    """Create or patch contacts; several reports of one contact apply in order. Returns ids and who is new.

    What is reported of a contact that was merged is reported of the one that it is a part of.
    """
    parts = merged(connection, [each.external_id for each in facts])
    latest: dict[str, ContactFacts] = {}
    for each in facts:
        name = parts.get(each.external_id, each.external_id)
        latest[name] = _joined(latest.get(name), replace(each, external_id=name) if name in parts.values() else each)
    blank: list[tuple[Any, ...]] = [(name, {}, [], "", now, now) for name in sorted(latest)]
    columns = ("external_id", "attributes", "tags", "searched", "created_at", "updated_at")
    new = {row.external_id for row in insert_new(connection, Contact, columns, blank, ("external_id",))}
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    known = rows(
        connection,
        "SELECT id, external_id, attributes, tags, timezone, locale, searched FROM contact"
        f" WHERE external_id IN [names:text] ORDER BY id{lock}",
        names=list(latest),
    )
    ids = {row.external_id: row.id for row in known}
    addresses = [(ids[name], *address) for name, each in latest.items() for address in each.addresses]
    add_addresses(connection, addresses, now)
    changed = [_patched(row, latest[row.external_id], now) for row in known]
    patched = ("attributes", "tags", "timezone", "locale", "searched", "compared", "updated_at")
    update(connection, Contact, patched, changed)
    return {**ids, **{old: ids[now_called] for old, now_called in parts.items()}}, new


def merged(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """By the external ids of contacts that were merged: those of whom they are a part now."""
    found = rows(
        connection,
        "SELECT c.external_id, s.external_id AS now_called FROM contact c JOIN contact s ON s.id = c.merged_into"
        " WHERE c.external_id IN [names:text] AND c.merged_into IS NOT NULL",
        names=list(names),
    )
    return {row.external_id: row.now_called for row in found}


def add_addresses(connection: Connection, addresses: Sequence[tuple[int, str, str, str]], now: int) -> None:
    """Give contacts addresses: (contact, channel, account, address). An address of another contact stays theirs.

    One whose owner was erased reaches nobody until the person writes.
    """
    if not addresses:
        return
    erased = buried(connection, [(channel, address) for _, channel, _, address in addresses])
    named = aliases.taken(connection, {address for *_, address in addresses})
    values = [
        (*each, *(("erased", "its owner was erased") if (each[1], each[3]) in erased else ("ok", "")), now)
        for each in sorted(set(addresses))
        if each[1:] not in named
    ]
    columns = ("contact_id", "channel", "account", "address", "state", "reason", "created_at")
    insert_new(connection, Address, columns, values, ("id",))


def patch(
    connection: Connection, patches: Mapping[int, tuple[Mapping[str, Any], set[str], set[str]]], now: int
) -> None:
    """Apply (attributes, tags to add, tags to remove) to contacts by id."""
    if not patches:
        return
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    known = rows(
        connection,
        f"SELECT id, attributes, tags FROM contact WHERE id IN [ids] ORDER BY id{lock}",
        ids=sorted(patches),
    )
    values = []
    for row in known:
        attributes, add, remove = patches[row.id]
        tags = [tag for tag in dict.fromkeys([*parsed(row.tags), *sorted(add)]) if tag not in remove]
        values.append((merge(parsed(row.attributes), attributes), tags, None, now, row.id))
    update(connection, Contact, ("attributes", "tags", "compared", "updated_at"), values)


def get(connection: Connection, external_id: str) -> Row[Any] | None:
    """One contact by its external id, or by that of one who was merged into it."""
    return one(
        connection,
        "SELECT s.id, s.external_id, s.attributes, s.tags, s.timezone, s.locale, s.created_at, s.updated_at"
        " FROM contact c JOIN contact s ON s.id = coalesce(c.merged_into, c.id) WHERE c.external_id = :name",
        name=external_id,
    )


def addresses_of(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """All addresses of contacts, in the order in which they were added."""
    return rows(
        connection,
        "SELECT id, contact_id, channel, account, address, state, reason, last_inbound_at, next_free_at FROM address"
        " WHERE contact_id IN [ids] ORDER BY id",
        ids=list(ids),
    )


def reachable(connection: Connection, ids: Sequence[int]) -> Sequence[tuple[Any, ...]]:
    """Contact, channel, account, address, state and last message of theirs of each address, in order of adding."""
    statement = (
        "SELECT contact_id, channel, account, address, state, last_inbound_at FROM address"
        " WHERE contact_id IN [ids] ORDER BY id"
    )
    return tuples(connection, statement, ids=list(ids))


def page(connection: Connection, search: str, after: int, limit: int) -> Sequence[Row[Any]]:
    """Contacts by creation, optionally those whose id, attributes or addresses contain the text."""
    condition = " AND searched LIKE :search ESCAPE '!'" if search else ""
    return rows(
        connection,
        "SELECT id, external_id, attributes, tags, timezone, locale, created_at, updated_at FROM contact"
        f" WHERE id > :after AND gone_at IS NULL{condition} ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
        **({"search": pattern(search)} if search else {}),
    )


def _joined(earlier: ContactFacts | None, later: ContactFacts) -> ContactFacts:
    if earlier is None:
        return later
    return ContactFacts(
        external_id=later.external_id,
        attributes={**earlier.attributes, **later.attributes},
        tags=later.tags if later.tags is not None else earlier.tags,
        timezone=later.timezone or earlier.timezone,
        locale=later.locale or earlier.locale,
        addresses=(*earlier.addresses, *later.addresses),
    )


def _patched(row: Row[Any], facts: ContactFacts, now: int) -> tuple[Any, ...]:
    attributes = merge(parsed(row.attributes), facts.attributes)
    tags = parsed(row.tags) if facts.tags is None else list(dict.fromkeys(facts.tags))
    words = [row.external_id, *(address for _, _, address in facts.addresses)]
    words += [value for value in attributes.values() if isinstance(value, str)]
    searched = " ".join(dict.fromkeys([*fold(" ".join(words)).split(), *row.searched.split()]))[:1000]
    zone, locale = facts.timezone or row.timezone, facts.locale or row.locale
    return attributes, tags, zone, locale, searched, None, now, row.id
