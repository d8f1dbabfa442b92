"""Sentences that the API says, put into the reader's language: each is known by its shape."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

from ui.figures import duration
from ui.language import N_, _, language

#: `{name}` stands for anything and is kept; `{span}` is a duration in English words and is said anew.
#: The first shape that fits is taken, so the narrower stand first.
SHAPES = (
    # Problems of a journey and what to do about them
    N_("A journey is a JSON object."),
    N_("The journey is empty."),
    N_("Add a first step."),
    N_("The journey has more than {n} steps."),
    N_("Split it into several journeys."),
    N_("Two steps are called {name}."),
    N_("Rename one of them."),
    N_("No kind of step is called {name}."),
    N_("There is no setting {name}."),
    N_("Remove it, or check how it is spelt."),
    N_("{name} is missing."),
    N_("Fill in {name}."),
    N_("Correct {name}."),
    N_("An edge starts at {name}, which does not exist."),
    N_("Remove the edge."),
    N_("The exit {exit} leads to {name}, which does not exist."),
    N_("The exit {exit} leads to two places."),
    N_("Keep one of the edges."),
    N_("The exit {exit} leads nowhere."),
    N_("Connect {exit} to another step."),
    N_("Connect {exit} to a step."),
    N_("There is no exit {exit}."),
    N_("Its exits: {exits}."),
    N_("Nobody said what happens when there is no answer."),
    N_("Connect no_answer to a reminder or to an exit."),
    N_("The first step {name} does not exist."),
    N_("Name another."),
    N_("It is not clear where the journey starts ({steps})."),
    N_("Name the first step."),
    N_("No way leads to this step."),
    N_("Connect an exit to it, or remove it."),
    N_("From here no way leads to an end."),
    N_("Lead one of the ways to an exit step."),
    N_("A contact would run round without end: {steps}."),
    N_("Put a wait of a minute or more, or a question, on the way round."),
    N_("No message has a button {name}."),
    N_("Choose a button of a message of this journey."),
    N_("The button «{name}» is an opt-out word and would unsubscribe."),
    N_("Call it something else."),
    N_("No messenger is called {name}."),
    N_("Use one of {names}."),
    N_("Shorten it, or choose another messenger."),
    N_("Correct the template."),
    N_("Correct the rule."),
    N_("Write a text, or choose a picture or a template."),
    N_("Two buttons have the same id."),
    N_("Two questions have the same id."),
    N_("A choice needs at least two options."),
    N_("An address starts with https://."),
    N_("Each branch needs an exit of its own, and none may be called otherwise."),
    N_("Each arm needs an exit of its own, and none may be called holdout."),
    N_("Each branch needs an exit of its own other than something_else and no_answer."),
    N_("Set an attribute, or add or remove a tag."),
    N_('An event or rule needs a patience, or "forever".'),
    N_("With a time of day the duration is whole days."),
    N_("Choose one of {names} (or for with local_time)."),
    N_("Parallel trips need a key: the property of the entry event that tells them apart."),
    N_("No time zone is called {name}; write one like Europe/Moscow."),
    N_("An entry is one of api, event, segment, schedule, keyword, link, inbound."),
    N_("Input should be a valid string."),
    N_("Field required."),
    # What the cards of steps say
    N_("Wait {span}, then {clock}"),
    N_("Wait {span}"),
    N_("Wait for an answer: as long as it takes"),
    N_("Wait for an answer: {span}"),
    N_("Wait for a rule to hold, at most {span}"),
    N_("Wait for a rule to hold"),
    N_("Wait for {name}, at most {span}"),
    N_("Wait for {name}"),
    N_("Wait until {name}"),
    N_("Ask {n} questions, {span} each"),
    N_("Ask {n} question, {span} each"),
    N_("If {names}"),
    N_("Split {names}"),
    N_("Set {names}"),
    N_("Goal: {name}"),
    N_("Give a code from {name}"),
    N_("End: {name}"),
)
_HOLE = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"(\d+) (day|hour|minute|second)s?")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((shape, _pattern(shape)) for shape in SHAPES)


def _pattern(shape: str) -> re.Pattern[str]:
    span = r"(?P<span>(?:\d+ (?:day|hour|minute|second)s? ?)+)"
    parts = _HOLE.split(shape)
    holes = [
        re.escape(part) if place % 2 == 0 else span if part == "span" else f"(?P<{part}>.+?)"
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(holes), re.DOTALL)


_VALUE = re.compile(r"\{\{\s*([\w.]+).*?(?:\}\}|$)", re.DOTALL)


def sentence(text: str | None) -> str:
    """A card's sentence in the reader's language, with names in place of the templates' braces."""
    return _VALUE.sub(lambda found: f"‹{found[1].rsplit('.', maxsplit=1)[-1]}›", said(text))


def said(text: str | None) -> str:
    """The sentence in the reader's language; unchanged when we do not know its shape."""
    if not text or language() == "en":
        return text or ""
    known = _(text)
    if known != text:
        return known
    for shape, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return _(shape).format(**{name: _hole(name, value) for name, value in found.groupdict().items()})
    return text


def _hole(name: str, value: str) -> str:
    return duration(_length(value)) if name == "span" else value


def _length(words: str) -> timedelta:
    return timedelta(**{f"{unit}s": int(amount) for amount, unit in _SPAN.findall(words)})
