"""Advice before publishing: what would run and still disappoint, each with its step, the way of it, and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from channels import registry as channels
from channels.message import Button, Message
from journeys.audience import Audience
from journeys.check import Problem
from journeys.contradictions import doubled, never, shadowed
from journeys.copywriting import calls, mistakes, stops, uncounted
from journeys.counted import counted, marketing, messengers
from journeys.drawn import Drawn, Way, drawn, way_to, ways_without
from journeys.overtime import overtime
from journeys.samples import filled
from journeys.timing import NEVER, crowded_day, silences
from nodes.base import Says

#: Marketing messages within 24 hours that a contact who says nothing bears.
PATIENCE = 3
#: Within it marketing is a part of a conversation, whatever the hour.
TALKING = timedelta(hours=1)


def lint(document: Any, audience: Audience | None = None) -> list[Problem]:
    """Warnings on a document as far as it can be read; `check` has what blocks publishing.

    With an `audience` also what depends on the people: shares that lack a value or a consent, the longest samples.
    """
    here = drawn(document)
    if here is None:
        return []
    known = audience or Audience()
    found = [*_windows(here, known), *counted(here, known), *_opt_outs(here), *_nights(here), *_crowds(here)]
    found += [*_rules(here), *_words(here), *_visits(here), *_lengths(here, known), *overtime(here, known.at)]
    return list(dict.fromkeys(replace(each, level="warning") for each in found))


def _windows(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """Free text that would come when the messenger takes only templates."""
    for name, (silent, way) in silences(here).items():
        says = next(iter(here.nodes[name].all_says()), None)
        if says is None or says.on_blocked in ("branch", "skip"):
            continue
        closing = [channels()[each] for each in messengers(says, audience) if each in channels()]
        hours = [each.limits.window_hours for each in closing if not _has_template(says, each.name)]
        if len(hours) < len(closing) or not closing or None in hours:
            continue
        if silent < timedelta(hours=min(each for each in hours if each is not None)):
            continue
        title = closing[0].title
        text = (
            f"{title} takes free text only within 24 hours after a contact wrote; here they may never have written."
            if silent == NEVER
            else f"{title} takes free text only within 24 hours after a contact wrote; here the window may be closed."
        )
        fix = "Add an approved template or another messenger, or choose “branch” for what is blocked."
        yield Problem(text=text, fix=fix, node=name, path="channel", way=way)
        share = max((audience.open[each.name] for each in closing if each.name in audience.open), default=None)
        if share is not None:
            text = f"Now {share:.0%} of those who can be reached on {title} have written within these hours."
            yield Problem(text=text, fix=fix, node=name, path="channel")


def _opt_outs(here: Drawn) -> Iterator[Problem]:
    """First marketing messages that do not say how to stop it, except within a conversation."""
    silent = silences(here)
    for name, says, way in _first_marketing(here):
        if not stops(says) and silent[name][0] > TALKING:
            yield Problem(
                text="Marketing comes before any message has said how to stop it.",
                fix="Add a line such as “Reply STOP to unsubscribe” to the first marketing message.",
                node=name,
                path="text",
                way=way,
            )


def _nights(here: Drawn) -> Iterator[Problem]:
    if here.settings.quiet_hours is not None:
        return
    silent = silences(here)
    if any(name in silent and silent[name][0] > TALKING for name, _ in marketing(here)):
        yield Problem(text="Marketing may arrive at night.", fix="Set quiet hours of the journey.", path="quiet_hours")


def _crowds(here: Drawn) -> Iterator[Problem]:
    way = crowded_day(here, PATIENCE)
    if way is not None:
        yield Problem(
            text=f"A contact who says nothing may get {len(way)} marketing messages within 24 hours.",
            fix="Wait longer between them, or leave some out.",
            node=way[-1],
            way=way,
        )


def _rules(here: Drawn) -> Iterator[Problem]:
    """Rules that never hold, and branches that nobody takes."""
    for name, node in here.nodes.items():
        for path, rule, _ in node.rules():
            if why := never(rule):
                yield Problem(text=why, fix="Correct the rule.", node=name, path=path)
        branches = [branch for branch in getattr(node, "branches", ()) if hasattr(branch, "rule")]
        for number, earlier in shadowed([branch.rule for branch in branches]):
            yield Problem(
                text=f"Nobody takes {branches[number].exit}: {branches[earlier].exit} takes all of them before.",
                fix="Put the narrower rule first.",
                node=name,
                exit=branches[number].exit,
                path=f"branches.{number}.rule",
            )
        heard = [branch for branch in getattr(node, "branches", ()) if hasattr(branch, "keywords")]
        for number, setting, word in doubled(heard):
            yield Problem(
                text=f"«{word}» is taken by an earlier branch.",
                fix="Keep it in one branch.",
                node=name,
                exit=heard[number].exit,
                path=f"branches.{number}.{setting}",
            )


def _words(here: Drawn) -> Iterator[Problem]:
    """The words of marketing messages; the first on each way calls for something."""
    opening = {name for name, _, _ in _first_marketing(here)}
    for name, says in marketing(here):
        following = [here.nodes[target] for _, target in here.onward.get(name, ())]
        answered = here.nodes[name].hears_replies or any(each.hears_replies for each in following)
        for path, text, fix in mistakes(says):
            yield Problem(text=text, fix=fix, node=name, path=path)
        if name in opening and not answered and not calls(says):
            yield Problem(
                text="The message calls for nothing: no button, link or question.",
                fix="Add one clear call to action.",
                node=name,
                path="text",
            )


def _visits(here: Drawn) -> Iterator[Problem]:
    """Links without utm marks in a journey whose other links have them: forgotten ones, not a habit."""
    told = [(name, uncounted(says)) for name, says in marketing(here)]
    if any(marked for _, (marked, _) in told):
        for name, (_, plain) in told:
            for link in plain:
                text = f"Visits by {link} are not counted."
                yield Problem(text=text, fix="Add utm_source and others.", node=name, path="text")


def _lengths(here: Drawn, audience: Audience) -> Iterator[Problem]:
    """What a messenger refuses only with the longest values, and what connected messengers make of a message."""
    for name, node in here.nodes.items():
        for says in node.all_says():
            for each in messengers(says, audience):
                if each in channels():
                    lines = _lines(says, each, audience)
                    yield from (_weight(name, line, each in says.channels) for line in lines)


def _lines(says: Says, channel: str, audience: Audience) -> Iterable[str]:
    least = channels()[channel].problems(_message(says, {}))
    most = channels()[channel].problems(_message(says, audience.longest))
    new = [line for line in most if line not in least and line.startswith("error: ")]
    return new if channel in says.channels else [*least, *new]


def _weight(name: str, line: str, named: bool) -> Problem:
    fix = "Shorten it, or choose another messenger."
    text = line.removeprefix("error: ")
    return Problem(text=f"With the longest values: {text}" if named else text, fix=fix, node=name, path="text")


def _message(says: Says, longest: Any) -> Message:
    return Message(
        text=filled(says.text, longest),
        buttons=tuple(
            Button(id=each.id, title=filled(each.title, longest), url=each.url, copy=each.copy) for each in says.buttons
        ),
        media=says.media,
        album=tuple(says.album),
        cards=tuple(says.cards),
        category=says.category,
    )


def _has_template(says: Says, channel: str) -> bool:
    return bool((says.per_channel or {}).get(channel, {}).get("template"))


def _first_marketing(here: Drawn) -> list[tuple[str, Says, Way]]:
    """Marketing messages before which there is none on some way, with that way."""
    markets = {name for name, _ in marketing(here)}
    reached = ways_without(here, lambda source, _: source in markets)
    first: dict[str, Says] = {}
    for name, says in marketing(here):
        first.setdefault(name, says)
    return [(name, says, way_to(reached, name)) for name, says in first.items() if name in reached]
