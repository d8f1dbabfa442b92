"""What is known of the people whom a journey will meet: a sample of the contacts, folded into shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from journeys.caps import Caps

#: The zone that a contact told, if any, and when they were sent advertisements within the days that caps look at.
Lately = tuple[str | None, tuple[datetime, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Shares are 0 to 1; nothing is known of an audience without contacts."""

    contacts: int = 0
    #: The share of contacts that have an attribute.
    known: Mapping[str, float] = field(default_factory=dict)
    #: The length of an attribute's longest value, in characters.
    longest: Mapping[str, int] = field(default_factory=dict)
    #: The share whose time zone nobody knows: neither told, nor told by the country of a phone number.
    unzoned: float = 0.0
    #: Messengers that are connected.
    channels: tuple[str, ...] = ()
    #: Of those who can be reached on a messenger, the share that has agreed to marketing there.
    consents: Mapping[str, float] = field(default_factory=dict)
    #: Of the same, the share to whom the messenger takes free text now.
    open: Mapping[str, float] = field(default_factory=dict)
    #: Of each contact who was sent advertisements of late.
    lately: tuple[Lately, ...] = ()
    #: When this was seen.
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    #: The project's caps, which hold for every journey.
    caps: Caps | None = None


def fold_audience(
    attributes: Iterable[Mapping[str, Any]],
    reached: Iterable[tuple[str, bool, bool]],
    channels: Iterable[str],
    unzoned: int = 0,
) -> Audience:
    """An audience from a sample: each contact's attributes; (messenger, agreed to marketing, takes free text now) for
    each of their addresses; how many of the contacts have no zone of their own."""
    contacts, known, longest = 0, Counter[str](), dict[str, int]()
    for each in attributes:
        contacts += 1
        for name, value in each.items():
            if value is None or value == "":
                continue
            known[name] += 1
            if isinstance(value, str | int | float):
                longest[name] = max(longest.get(name, 0), len(str(value)))
    there, agreed, taken = Counter[str](), Counter[str](), Counter[str]()
    for channel, yes, now in reached:
        there[channel] += 1
        agreed[channel] += yes
        taken[channel] += now
    return Audience(
        contacts=contacts,
        known={name: count / contacts for name, count in known.items()},
        longest=longest,
        unzoned=unzoned / contacts if contacts else 0.0,
        channels=tuple(sorted(set(channels))),
        consents={channel: agreed[channel] / count for channel, count in there.items()},
        open={channel: taken[channel] / count for channel, count in there.items()},
    )
