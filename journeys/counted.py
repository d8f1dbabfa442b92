"""Advice that counts people: how many lack a consent, a value, a time zone, or have been told enough already."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.audience import Audience
from journeys.caps import capped_until
from journeys.check import Problem
from journeys.drawn import Drawn
from journeys.facts import PROJECT_ZONE
from journeys.reliance import Reliance, reliances
from nodes.base import Says
from nodes.wait import Wait


def counted(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """What disappoints a share of the audience, with that share; values also where nothing is known of the share."""
    yield from _consents(here, audience)
    yield from _capped(here, audience)
    yield from _zones(here, audience)
    yield from (_missing(each) for each in reliances(here, audience))


def messengers(says: Says, audience: Audience) -> tuple[str, ...]:
    """The messengers that a message may take, as far as they are known."""
    return tuple(says.channels) or audience.channels


def marketing(here: Drawn) -> list[tuple[str, Says]]:
    """The marketing messages of each node."""
    return [
        (name, says) for name, node in here.nodes.items() for says in node.all_says() if says.category == "marketing"
    ]


def _consents(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """Marketing that a part of the audience has not agreed to."""
    for name, says in marketing(here):
        shares = [audience.consents[each] for each in messengers(says, audience) if each in audience.consents]
        if shares and max(shares) < 1:
            yield Problem(
                text=f"{1 - max(shares):.0%} of those who can be reached have not agreed to marketing here.",
                fix="Ask for consent first, or accept that they get nothing.",
                node=name,
                path="category",
            )


def _capped(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """Marketing to people who have been sent as much of it as the caps allow."""
    caps = [each for each in (audience.caps, here.settings.caps) if each is not None]
    if not caps or not marketing(here):
        return
    own = here.settings.timezone or PROJECT_ZONE
    full = sum(capped_until(caps, sent, audience.at, zone or own) is not None for zone, sent in audience.lately)
    if full:
        yield Problem(
            text=f"{max(full / audience.contacts, 0.01):.0%} of contacts have had as much marketing as the caps allow.",
            fix="What comes now waits for another day of theirs, or expires: send later, or raise the caps.",
            path="caps",
        )


def _zones(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """Whose clock is read for those who have told no zone of theirs."""
    clocks = any(isinstance(node, Wait) and (node.local_time or node.window) for node in here.nodes.values())
    if audience.unzoned and (clocks or here.settings.quiet_hours is not None):
        text = (
            f"{audience.unzoned:.0%} of contacts have no time zone of their own:"
            f" for them it is the time of {here.settings.timezone or PROJECT_ZONE}."
        )
        yield Problem(text=text, fix="Set the journey's time zone, or tell theirs.", path="timezone")


def _missing(found: Reliance) -> Problem:
    default = f'Add a default: {{{{ {found.name}|default("…") }}}}.'
    if not found.name.startswith("contact."):
        return Problem(
            text=f"{found.name} may not be set here.",
            fix=f"Set it on every way to this step. {default}",
            node=found.node,
            path=found.path,
            way=found.way,
        )
    text = (
        f"{found.name} may be missing."
        if found.share is None
        else f"{found.name} is missing for {max(found.share, 0.01):.0%} of contacts."
    )
    return Problem(text=text, fix=default, node=found.node, path=found.path, way=found.way)
