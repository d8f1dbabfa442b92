"""Contacts who stand alike are decided once: a walk is shared by all who agree in everything that it has looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from journeys.facts import Past, Person
from journeys.graph import Journey
from journeys.walk import Trip, Walk, walk
from nodes.visit import Heard

#: So few are walked one by one: noting what a walk looks at costs as much as two walks.
FEW = 4
ABSENT = object()
#: Reads one thing of a contact that a walk has looked at.
Look = Callable[[Person], Any]


def walk_alike(
    journey: Journey,
    trip: Trip,
    people: Sequence[Person],
    now: datetime,
    horizon: datetime,
    heard: Sequence[Heard] = (),
) -> list[tuple[Walk, Sequence[int]]]:
    """Walk people whose trips are the same: each walk with the numbers of those whose walk it is.

    A walk is a function of what it looks at, so whoever agrees with its first walker in all of that has the same one.
    A walk that looks at what is nobody else's (an id, all attributes at once, past events) is its walker's alone.
    """
    done: list[tuple[Walk, Sequence[int]]] = []
    #: Who is still to be walked, and what they are known to agree in.
    groups: list[tuple[Sequence[int], frozenset[Any]]] = [(range(len(people)), frozenset())]
    while groups:
        group, agreed = groups.pop()
        first = _Watched(people[group[0]])
        parts: list[list[int]] | None = None
        if len(group) > FEW:
            walked = walk(journey, trip.again(), cast("Person", first), now, horizon, heard)
            parts = [list(group)] if first.looked_at <= agreed else _parts(first, people, group)
        if parts is None or first.alone:
            done += [(walk(journey, trip.again(), people[each], now, horizon, heard), (each,)) for each in group]
            continue
        done.append((walked, parts[0]))
        groups += [(part, first.looked_at) for part in parts[1:]]
    return done


def joined(before: Walk, after: Walk) -> Walk:
    """Two legs of one walk, as one: the second takes in the first."""
    after.trail = before.trail + after.trail
    after.effects = before.effects + after.effects
    after.converted |= before.converted
    after.remembers |= before.remembers
    return after


def _parts(first: _Watched, people: Sequence[Person], group: Sequence[int]) -> list[list[int]] | None:
    """The group by what its first one's walk would see, the first one's part first; None when sharing does not pay."""
    them = [people[each] for each in group]
    parts: dict[Any, list[int]] = {}
    try:
        columns = [column for seen in first.seen_of(them) if len(set(column := _told_apart(seen))) > 1]
        for each, *seen in zip(group, *columns, strict=True):
            parts.setdefault(tuple(seen), []).append(each)
    except TypeError:  # A list or an object among the attributes is like no other.
        return None
    return None if len(parts) > 1 and len(parts) * 2 > len(group) else list(parts.values())


def _told_apart(seen: list[Any]) -> list[Any]:
    """Values of which no two are equal that a rule could tell apart: 1, 1.0 and true are not the same."""
    return seen if len({*map(type, seen)}) == 1 else [(type(value), value) for value in seen]


class _Watched:
    """Stands for a person in a walk, and notes what it looks at."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.names: dict[str, None] = {}
        self.looks: dict[tuple[str, Any], Look] = {}
        #: Whether it has looked at what two people hardly share.
        self.alone = False
        self.attributes: Mapping[str, Any] = _Attributes(self)
        self.tags: Collection[Any] = _Holding(self, "tags")
        self.consents: Collection[Any] = _Holding(self, "consents")
        self.segments: Collection[Any] = _Holding(self, "segments")
        self.receipts: Collection[Any] = _Holding(self, "receipts")

    def look(self, kind: str, key: Any, look: Look) -> Any:
        self.looks[(kind, key)] = look
        return look(self._person)

    @property
    def looked_at(self) -> frozenset[Any]:
        """What the walk has looked at."""
        return frozenset([*self.names, *self.looks])

    def seen_of(self, people: Sequence[Person]) -> Iterator[list[Any]]:
        """What the same walk would see of other people, look by look."""
        for name in self.names:
            yield [person.attributes.get(name, ABSENT) for person in people]
        for look in self.looks.values():
            yield [look(person) for person in people]

    def zone_in(self, journey_zone: str | None) -> str:
        return cast("str", self.look("zone", journey_zone, lambda person: person.zone_in(journey_zone)))

    @property
    def external_id(self) -> str:
        self.alone = True
        return self._person.external_id

    @property
    def events(self) -> Sequence[Past]:
        self.alone = True
        return self._person.events


class _Attributes(Mapping[str, Any]):
    """A person's attributes, read one by one; whoever reads them all is alone."""

    def __init__(self, watched: _Watched) -> None:
        self._watched = watched

    def get(self, key: str, default: Any = None) -> Any:
        self._watched.names[key] = None
        return self._watched._person.attributes.get(key, default)

    def __getitem__(self, key: str) -> Any:
        value = self.get(key, ABSENT)
        if value is ABSENT:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return self.get(cast("str", key), ABSENT) is not ABSENT

    def __iter__(self) -> Iterator[str]:
        self._watched.alone = True
        return iter(self._watched._person.attributes)

    def __len__(self) -> int:
        self._watched.alone = True
        return len(self._watched._person.attributes)


class _Holding(Collection[Any]):
    """Tags and the like, asked one by one; whoever reads them all is alone."""

    def __init__(self, watched: _Watched, name: str) -> None:
        self._watched, self._name = watched, name

    def __contains__(self, one: object) -> bool:
        name = self._name
        return cast("bool", self._watched.look(name, one, lambda person: one in getattr(person, name)))

    def __iter__(self) -> Iterator[Any]:
        self._watched.alone = True
        return iter(getattr(self._watched._person, self._name))

    def __len__(self) -> int:
        self._watched.alone = True
        return len(getattr(self._watched._person, self._name))
