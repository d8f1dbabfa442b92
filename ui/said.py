"""Sentences that the API says, put into the reader's language: each is known by its shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from ui.figures import duration
from ui.language import N_, _, language
from ui.said_of_journeys import ADVICE
from ui.said_of_messengers import KINDS, MESSENGERS
from ui.said_problems import PROBLEMS
from ui.said_refusals import REFUSALS
from ui.said_remarks import REMARKS

#: `{name}` stands for anything and is kept; `{span}` is a duration in English words and is said anew.
#: The first shape that fits is taken, so the narrower stand first.
SHAPES = (
    *REMARKS,
    *REFUSALS,
    *PROBLEMS,
    *MESSENGERS,
    # The laws of the rules that come with Tropa
    N_(
        "41-FZ of 2025-04-01 (Russia): banks, microfinance, insurers, state bodies, telecoms, marketplaces may not"
        " talk to clients in foreign messengers"
    ),
    # Refusals of the API
    N_("Changed meanwhile"),
    N_("Not valid"),
    N_("Not found"),
    N_("Conflict"),
    N_("Too large"),
    N_("Not authorised"),
    N_("Not allowed"),
    N_("Not ready"),
    N_("This journey cannot be published until its problems are fixed."),
    N_("This key is not known or was revoked."),
    N_("Send your key as «Authorization: Bearer KEY»."),
    N_("This key only reports contacts and events; use an admin key."),
    N_("Somebody else has saved this draft meanwhile: load it again, or save yours over it with the new revision."),
    N_("No journey is called {name}."),
    N_("No contact is called {name}."),
    N_("A journey that is {status} cannot be stopped."),
    N_("A journey is at most 2 MB."),
    N_("The file is empty."),
    N_("Time is being played just now; wait for it."),
    N_("The pretend world has not started yet; try again soon."),
    N_("The pretend world does not answer; try again soon."),
    N_("The database cannot take this now; try again soon."),
    N_("The messenger says no to {request}: {answer}."),
    N_("The messenger knows no such id, or this token may not use it ({answer})."),
    N_("The messenger does not know this token ({answer}). Copy it once more, all of it."),
    N_("The messenger does not take our webhook's address ({answer}). See TROPA_PUBLIC_URL."),
    N_("The messenger cannot be reached ({reason})."),
    N_("{messenger} needs {name}."),
    # Rows of an import that do not go in
    N_("neither an id nor an address"),
    N_("{n} fields where the header has {length}"),
    N_("longer than {n} characters"),
    N_("{name} is not a chat id"),
    N_("no time zone is called {name}; write one like Europe/Moscow"),
    N_("the column's name has characters that an attribute cannot have"),
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
    N_("Goal: {name}"),
    N_("Start {name}"),
    N_("Hand over to {name}"),
    N_("Hand over to a person"),
    N_("Give a code from {name}"),
    N_("End: {name}"),
)
#: What a validator says to engineers, and the same for people.
PLAIN = (
    (r"String should have at least 1 character\.?", N_("Write something here.")),
    (r"String should have at least (?P<n>\d+) characters\.?", N_("At least {n} characters are needed.")),
    (r"String should have at most (?P<n>\d+) characters?\.?", N_("At most {n} characters fit here.")),
    (r"(?:Tuple|List|Dictionary) should have at least (?P<n>\d+) items?.*", N_("At least {n} is needed here.")),
    (r"(?:Tuple|List|Dictionary) should have at most (?P<n>\d+) items?.*", N_("At most {n} fit here.")),
    (r"Input should be greater than or equal to (?P<n>[\d.]+)\.?", N_("At least {n} fits here.")),
    (r"Input should be less than or equal to (?P<n>[\d.]+)\.?", N_("At most {n} fits here.")),
    (r"Input should be greater than (?P<n>[\d.]+).*", N_("More than {n} fits here.")),
    (r"String should match pattern .*", N_("Some of these signs do not fit here; see the hint.")),
    (r"Input should be a valid string\.?", N_("A text is needed here.")),
    (r"Input should be a valid (?:number|integer).*", N_("A number is needed here.")),
    (r"Input should be a valid timedelta.*", N_("A duration is needed here.")),
    (r"Field required\.?", N_("This is missing.")),
)
_HOLE = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"(\d+) (day|hour|minute|second)s?")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((shape, _pattern(shape)) for shape in (*SHAPES, *ADVICE))


def _pattern(shape: str) -> re.Pattern[str]:
    span = r"(?P<span>(?:\d+ (?:day|hour|minute|second)s? ?)+)"
    parts = _HOLE.split(shape)
    holes = [
        re.escape(part) if place % 2 == 0 else span if part == "span" else f"(?P<{part}>.+?)"
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(holes), re.DOTALL)


_VALUE = re.compile(r"\{\{\s*([\w.]+).*?(?:\}\}|$)", re.DOTALL)


def sentences(document: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The sentences of a document's steps in the reader's language; what a message says is never said anew."""
    kinds = {node["id"]: node["kind"] for node in document.get("nodes", ())}
    return {name: sentence(one.get("sentence"), str(kinds.get(name))) for name, one in told.items()}


def sentence(text: str | None, kind: str) -> str:
    """A card's sentence, with names in place of the templates' braces."""
    words = (text or "") if kind == "send" else _parts(text or "") if kind == "update" else said(text)
    return _VALUE.sub(lambda found: f"‹{found[1].rsplit('.', maxsplit=1)[-1]}›", words)


def _parts(text: str) -> str:
    """What an update does, part by part: «set city, tag vip»."""
    verbs = {"set": _("set {name}"), "tag": _("add tag {name}"), "untag": _("remove tag {name}")}
    parts = [part.partition(" ") for part in text.split(", ")]
    shown = [
        verbs[verb.lower()].format(name=name) if verb.lower() in verbs else f"{verb} {name}"
        for verb, _space, name in parts
    ]
    line = ", ".join(shown)
    return line[:1].upper() + line[1:]


def said(text: str | None) -> str:
    """The sentence in the reader's language; unchanged when we do not know its shape."""
    if not text:
        return ""
    for pattern, plain in PLAIN:
        found = re.fullmatch(pattern, text)
        if found:
            return _(plain).format(**found.groupdict())
    if language() == "en":
        return text
    known = _(text)
    if known != text:
        return known
    for shape, expression in _patterns():
        found = expression.fullmatch(text)
        if found:
            return _(shape).format(**{name: _hole(name, value) for name, value in found.groupdict().items()})
    return text


def _hole(name: str, value: str) -> str:
    if name == "what":
        return said(value)
    if name == "kind":
        return _(KINDS.get(value, value))
    return duration(_length(value)) if name == "span" else value.replace(", else if ", ", ")


def _length(words: str) -> timedelta:
    return timedelta(**{f"{unit}s": int(amount) for amount, unit in _SPAN.findall(words)})
