"""Sentences that the API says, put into the reader's language: each is known by its shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from ui.figures import duration
from ui.language import N_, _, language
from ui.said_of_journeys import ADVICE, DECISIONS
from ui.said_of_messengers import KINDS, MESSENGERS
from ui.said_refusals import REFUSALS
from ui.said_remarks import REMARKS

#: `{name}` stands for anything and is kept; `{span}` is a duration in English words and is said anew.
#: The first shape that fits is taken, so the narrower stand first.
SHAPES = (
    *REMARKS,
    *REFUSALS,
    *MESSENGERS,
    # The laws of the rules that come with Tropa
    N_(
        "41-FZ of 2025-04-01 (Russia): banks, microfinance, insurers, state bodies, telecoms, marketplaces may not"
        " talk to clients in foreign messengers"
    ),
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
    N_("{share} of contacts have no time zone of their own: for them it is the time of {name}."),
    N_("Set the journey's time zone, or tell theirs."),
    N_("{url} may not be called from here."),
    N_("Have its host added to the setting webhook_hosts."),
    N_("An address starts with https:// and a host that is no template."),
    N_("This journey would start itself without end."),
    N_("Put a wait of a minute or more, or a question, before the step that starts it."),
    N_("No segment is called {name}."),
    N_("Choose another, or make it first."),
    N_("This schedule is over: nobody would ever enter by it."),
    N_("This journey would be over before it begins."),
    N_("Failures are a percent of contacts, a number of them, or both: set one."),
    N_("Choose a time to come."),
    N_("This schedule never comes."),
    N_("A schedule comes at most once an hour: use FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY."),
    N_("Write one recurrence, without a zone (it is the journey's), that begins after 2000."),
    N_("Write an instant as 2026-03-01T10:00 or a recurrence as FREQ=WEEKLY;BYDAY=MO;BYHOUR=10 (an UNTIL without Z)."),
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
    N_("{names} would change nothing in this kind of wait; remove it."),
    N_("A word has from 1 to 100 characters."),
    N_("«{name}» unsubscribes a person and is never an answer; choose another word."),
    N_("At least and at most go with the types number and text."),
    N_("At least is more than at most."),
    # Rules
    N_("There is nothing to compare with. Add a value."),
    N_("Write true (is known) or false (is not known), or leave it out."),
    N_("Write how many times at least: a whole number from 1."),
    N_("The rule is empty and never holds."),
    N_("It asks that {what} both holds and does not hold."),
    N_("No value of {name} fits all that it asks."),
    N_("Nobody takes {name}: {other} takes all of them before."),
    N_("Put the narrower rule first."),
    N_("«{name}» is taken by an earlier branch."),
    N_("Keep it in one branch."),
    # Messages on each messenger
    N_("{messenger} has nothing to send: write a text or add a picture."),
    N_("{messenger} takes at most {n} characters of text; this message has {length}."),
    N_("{messenger} takes at most {n} choices; this message has {length}."),
    N_("{messenger} shows no buttons without a text."),
    N_("WhatsApp takes at most {n} characters over buttons; this text has {length}."),
    N_("WhatsApp takes no two buttons with the same title."),
    N_("{messenger} cuts «{name}» to {n} characters."),
    N_("{messenger} has no room for a link button here: the link of «{name}» is written under the text."),
    N_("{messenger} has no button that copies: the code of «{name}» is written under the text."),
    N_("Messenger allows no marketing in templates: they are for orders, payments and appointments."),
    N_("Messenger shows these buttons as quick replies that disappear after an answer."),
    N_("Telegram takes captions up to {n} characters: the text follows on its own."),
    N_("Telegram may not show all of the button «{name}»: keep it within 64 characters."),
    N_("Viber needs the size of a video or file in bytes."),
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
    return tuple((shape, _pattern(shape)) for shape in (*SHAPES, *ADVICE, *DECISIONS))


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
