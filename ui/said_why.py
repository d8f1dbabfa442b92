"""Why a rehearsal went the way it went, in the reader's language: what rules found, what of an answer matched."""

from __future__ import annotations

import re
from collections.abc import Callable

from ui.canvas.comparisons import OUTCOMES, operator_name
from ui.language import N_, _
from ui.said_of_journeys import DECISIONS
from ui.words import exit_name, reason

#: What of an answer decided; narrower shapes first.
MATCHES = (
    N_("pressed «{name}»"),
    N_("wrote the label «{name}»"),
    N_("wrote the number of «{name}»"),
    N_("keyword «{name}»"),
    N_("pattern «{name}»"),
    N_("any text"),
)
#: What people send, and what is read of words.
SORTS = {
    "image": N_("a picture"),
    "video": N_("a video"),
    "document": N_("a document"),
    "audio": N_("a sound"),
    "location": N_("a place"),
    "contact": N_("a contact card"),
    "sticker": N_("a sticker"),
    "number": N_("a number"),
    "date": N_("a date"),
    "phone": N_("a phone number"),
    "email": N_("an e-mail address"),
    "text": N_("a text"),
    "choice": N_("one of the options"),
    "multiple": N_("some of the options"),
    "scale": N_("a number on the scale"),
    "nps": N_("a number from 0 to 10"),
    "rating": N_("a rating"),
}
#: Parts of rules besides attributes: the word that the part begins with.
PARTS = {
    "event": N_("event {name}"),
    "tag": N_("tag {name}"),
    "segment": N_("segment {name}"),
    "consent": N_("consent on {name}"),
}
#: Comparisons as the API tells them, the longer before those they begin with.
ASKED = (
    ("is less than", "less"),
    ("is at most", "at_most"),
    ("is more than", "more"),
    ("is at least", "at_least"),
    ("is one of", "in"),
    ("is known", "exists"),
    ("is before", "before"),
    ("is after", "after"),
    ("is within", "within"),
    ("is not", "not_equal"),
    ("starts with", "starts_with"),
    ("contains", "contains"),
    ("is", "equal"),
)
_HOLE = re.compile(r"\{(\w+)\}")
_ATTRIBUTE = re.compile(rf"(\S+) ({'|'.join(title for title, _name in ASKED)})( .*)? \((.*)\)", re.DOTALL)
_MESSAGE = re.compile(rf"message (.*) ({'|'.join(OUTCOMES)})")


def said_why(text: str | None) -> str:
    """A decision's reason in the reader's language; unchanged where its shape is not known."""
    return _by_shape(text or "", DECISIONS, _of_decision) or text or ""


def said_match(text: str) -> str:
    """What of an answer decided, as «pressed «Yes»»."""
    known = _by_shape(text, MATCHES, lambda _name, value: value)
    if known:
        return known
    head, _space, rest = text.partition(" ")
    if head == "sent" and rest in SORTS:
        return _("sent: {name}").format(name=_(SORTS[rest]))
    return f"{_(SORTS[head])}: {rest}" if head in SORTS and rest else text


def said_rule(text: str) -> str:
    """The parts of a rule with what each found."""
    return "; ".join(_part(part) for part in text.split("; "))


def _by_shape(text: str, shapes: tuple[str, ...], told: Callable[[str, str], str]) -> str:
    for shape in shapes:
        parts = _HOLE.split(shape)
        expression = "".join(f"(?P<{one}>.+)" if place % 2 else re.escape(one) for place, one in enumerate(parts))
        found = re.fullmatch(expression, text, re.DOTALL)
        if found:
            return _(shape).format(**{name: told(name, value) for name, value in found.groupdict().items()})
    return ""


def _of_decision(name: str, value: str) -> str:
    match name:
        case "reason":
            return reason(value)
        case "exit":
            return exit_name(value)
        case "what":
            return said_rule(value) if value[:1] in "✓✗" else said_match(value)
        case "sort":
            return _(SORTS[value]) if value in SORTS else value
        case _:
            return value


def _part(text: str) -> str:
    mark, _space, rest = text.partition(" ")
    if mark not in ("✓", "✗"):
        return text
    told = rest.removeprefix("not ")
    words = _words(told)
    return f"{mark} {words}" if told == rest else f"{mark} " + _("not: {what}").format(what=words)


def _words(text: str) -> str:
    asked = _ATTRIBUTE.fullmatch(text)
    if asked:
        name = dict(ASKED)[asked[2]]
        found = _("there is {value}").format(value=asked[4])
        return f"{asked[1]} {operator_name(name)}{asked[3] or ''} ({found})"
    message = _MESSAGE.fullmatch(text)
    if message:
        return _("message {name}: {was}").format(name=message[1], was=operator_name(message[2]))
    head, _space, rest = text.partition(" ")
    return _(PARTS[head]).format(name=rest) if head in PARTS and rest else text
