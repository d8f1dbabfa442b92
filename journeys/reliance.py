"""What messages rely on: values that are used before they are set, or that a part of the audience does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from journeys.audience import Audience
from journeys.drawn import Drawn, Way, way_to, ways_without
from journeys.graph import Entry
from journeys.templates import defaulted, variables

#: What the product itself tells of the message that brought a contact in.
TOLD = {"keyword": ("text", "channel"), "inbound": ("text", "channel"), "link": ("ref",)}


@dataclass(frozen=True, slots=True)
class Reliance:
    """A value that may be missing when a step needs it."""

    node: str
    path: str
    #: As templates name it: `answers.size`, `contact.city`, `coupon`.
    name: str
    #: A way on which nothing has set it.
    way: Way
    #: The share of contacts who lack it; None when nobody knows.
    share: float | None = None


def reliances(here: Drawn, audience: Audience) -> Iterator[Reliance]:
    """Each value that a step needs and that may be missing on some way to it, once per step."""
    without: dict[str, dict[str, str | None]] = {}
    given = {
        (source, way): names
        for source, node in here.nodes.items()
        for way in node.exits()
        if (names := tuple(node.gives(way)))
    }
    for node, path, name in _needs(here):
        if name not in without:
            without[name] = ways_without(here, partial(_sets, given, name))
        if node not in without[name]:
            continue
        way = way_to(without[name], node)
        root, _, rest = name.partition(".")
        if root == "contact":
            share = 1 - audience.known.get(rest.split(".")[0], 0.0) if audience.contacts else None
            if rest != "external_id" and share != 0:
                yield Reliance(node, path, name, way, share)
        elif root in ("answers", "coupon") or (root == "event" and not _told(here, rest)):
            yield Reliance(node, path, name, way)


def _needs(here: Drawn) -> Iterator[tuple[str, str, str]]:
    """(step, settings path, name) of what must be there; each name once per step."""
    for node, step in here.nodes.items():
        # The later questions of a survey may name the answers to the earlier ones.
        seen = {name for way in step.exits() for name in step.gives(way)} if step.hears_replies else set()
        needed = [(path, name) for path, text in step.templates() for name in _bare(text)]
        for path, name in (*needed, *step.needs()):
            if name not in seen:
                seen.add(name)
                yield node, path, name


def _sets(given: Mapping[tuple[str, str], tuple[str, ...]], name: str, source: str, way: str) -> bool:
    """Whether leaving by this exit sets the name, or the whole that it is a part of."""
    return any(name == each or name.startswith(f"{each}.") for each in given.get((source, way), ()))


@lru_cache(maxsize=4096)
def _bare(text: str) -> tuple[str, ...]:
    return tuple(sorted(variables(text) - defaulted(text))) if "{" in text else ()


def _told(here: Drawn, name: str) -> bool:
    """Whether every way in brings this property along; events and the API may bring any."""
    return all(_brings(entry, name) for entry in here.settings.entry)


def _brings(entry: Entry, name: str) -> bool:
    if entry.api or (entry.event and not entry.schedule):
        return True
    given = [word for way, words in TOLD.items() if getattr(entry, way) for word in words]
    return name.partition(".")[0] in given
