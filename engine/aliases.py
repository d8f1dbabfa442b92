"""A person whom a messenger knows by several names: what is told under any of them reaches one contact and address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    return _called(events, _known(connection, account, events))


def understand(
    project: Project, connection: Connection, account: Account, events: Sequence[Any], now: int
) -> tuple[list[Any], list[Named]]:
    """The same, once it is learnt which names mean one person; and the names of strangers, to be learnt after."""
    known = _known(connection, account, events)
    new = [each for each in events if isinstance(each, Named) and len({_id(known, name) for name in each.names}) > 1]
    strangers = [each for each in events if isinstance(each, Named) and not known.keys() & set(each.names)]
    if new:
        learn(project, connection, account, new, now)
        known = _known(connection, account, events)
    return _called(events, known), strangers


def _known(connection: Connection, account: Account, events: Sequence[Any]) -> dict[str, Row[Any]]:
    if not channels()[account.channel].limits.several_names:
        return {}
    names = {str(event.address) for event in events if getattr(event, "address", None)}
    names = names.union(*(event.names for event in events if isinstance(event, Named)))
    return _owners(connection, account, names) if names else {}


def _id(known: Mapping[str, Row[Any]], name: str) -> int | None:
    return known[name].id if name in known else None


def _called(events: Sequence[Any], known: Mapping[str, Row[Any]]) -> list[Any]:
    ours = {name: str(row.address) for name, row in known.items()}
    for event in events:
        if isinstance(event, Named):
            name = next((ours[name] for name in event.names if name in ours), event.names[0])
            ours = {**dict.fromkeys(event.names, name), **ours}
    return [
        replace(event, address=ours[event.address]) if getattr(event, "address", None) in ours else event
        for event in events
    ]


def learn(project: Project, connection: Connection, account: Account, names: Sequence[Named], now: int) -> None:
    """Keep which names mean one person, as far as any of them is known.

    Two contacts that turn out to be one become one, if at least one of them was made by us, by its address: two that
    somebody told us of stay as they are.
    """
    for each in names:
        first, *others = each.names
        for other in others:
            _pair(project, connection, account, (first, other), now)


def _pair(project: Project, connection: Connection, account: Account, names: tuple[str, str], now: int) -> None:
    one, other = names
    known = _owners(connection, account, names)
    a, b = known.get(one), known.get(other)
    if _id(known, one) == _id(known, other):
        return
    if a is None or (b is not None and b.exact and not a.exact):
        assert b is not None
        aliases.put(connection, account.channel, account.name, one, b, now)
    elif b is None or not b.exact:
        aliases.put(connection, account.channel, account.name, other, a, now)
    elif _one_contact(project, connection, account, a, b, now):
        aliases.absorb(connection, a.id, b.id)
        aliases.put(connection, account.channel, account.name, other, _owners(connection, account, [one])[one], now)


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
