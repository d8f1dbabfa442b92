"""A person whom a messenger knows by several names: what is told under any of them reaches one contact and address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account, Named
from engine.merging import merge
from engine.project import Project
from store import aliases


def spoken_of(connection: Connection, channel: str, account: str, events: Iterable[Any]) -> set[str]:
    """Every address that events speak of, as the messenger calls it and as we do."""
    names = {str(event.address) for event in events if getattr(event, "address", None)}
    if not channels()[channel].limits.several_names:
        return names
    names = names.union(*(event.names for event in events if isinstance(event, Named)))
    return names | {row.address for row in aliases.owners(connection, channel, account, names).values()}


def called(connection: Connection, account: Account, events: Sequence[Any]) -> list[Any]:
    """The events with each person called as we know them; who is not known is called as the messenger does."""
    if not channels()[account.channel].limits.several_names:
        return list(events)
    names = {str(event.address) for event in events if getattr(event, "address", None)}
    names = names.union(*(event.names for event in events if isinstance(event, Named)))
    known = {name: row.address for name, row in _owners(connection, account, names).items()}
    for event in events:
        if isinstance(event, Named):
            ours = next((known[name] for name in event.names if name in known), event.names[0])
            known = {**dict.fromkeys(event.names, ours), **known}
    return [
        replace(event, address=known[event.address]) if getattr(event, "address", None) in known else event
        for event in events
    ]


def learn(project: Project, connection: Connection, account: Account, events: Sequence[Any], now: int) -> list[Named]:
    """Keep which names mean one person: those of strangers are left, to be learnt when they have an address.

    Two contacts that turn out to be one become one, if at least one of them was made by us, by its address: two that
    somebody told us of stay as they are.
    """
    strangers = []
    for event in events:
        if isinstance(event, Named):
            first, *others = event.names
            for other in others:
                if not _pair(project, connection, account, (first, other), now):
                    strangers.append(Named(names=(first, other)))
    return strangers


def _pair(project: Project, connection: Connection, account: Account, names: tuple[str, str], now: int) -> bool:
    """Whether at least one of two names was known."""
    one, other = names
    known = _owners(connection, account, names)
    a, b = known.get(one), known.get(other)
    if a is None and b is None:
        return False
    if a is not None and b is not None and a.id == b.id:
        return True
    if a is None or (b is not None and b.exact and not a.exact):
        assert b is not None
        aliases.put(connection, account.channel, account.name, one, b, now)
    elif b is None or not b.exact:
        aliases.put(connection, account.channel, account.name, other, a, now)
    elif _one_contact(project, connection, account, a, b, now):
        aliases.absorb(connection, a.id, b.id)
        aliases.put(connection, account.channel, account.name, other, _owners(connection, account, [one])[one], now)
    return True


def _one_contact(
    project: Project, connection: Connection, account: Account, a: Row[Any], b: Row[Any], now: int
) -> bool:
    """Whether two addresses are, or have become, one contact's."""
    if a.contact_id == b.contact_id:
        return True
    made = [row.external_id == f"{account.channel}:{row.address}" for row in (a, b)]
    if not any(made):
        return False
    old, into = (b, a) if made[1] else (a, b)
    merge(project, connection, old.contact_id, into.contact_id, now)
    return True


def _owners(connection: Connection, account: Account, names: Iterable[str]) -> dict[str, Row[Any]]:
    return aliases.owners(connection, account.channel, account.name, set(names))
