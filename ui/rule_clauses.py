"""What rules can ask, described once: the pages' form and the canvas's panel are both drawn from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ui.canvas.comparisons import OPERATORS, OUTCOMES
from ui.language import N_, _
from ui.words import PURPOSE

Json = dict[str, Any]
#: A comparison of an attribute; a name of the project's; one of some words; a number; a duration; a rule over the
#: event's properties; one of the event's properties; a message of this journey or of another.
Widget = Literal[
    "comparison", "tag", "segment", "event", "messenger", "choice", "count", "span", "where", "property", "message"
]
#: How many groups may stand in each other.
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a condition says, and what asks for it."""

    name: str
    widget: Widget
    title: str
    choices: Mapping[str, str] = field(default_factory=dict)
    #: What it is while the rule does not say it.
    unsaid: Any = None
    #: Whether it compares with the trip that one is on: only a journey's rules can.
    of_trip: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One kind of condition: what it says, and how a new one begins."""

    kind: str
    title: str
    begins: Mapping[str, Any]
    parts: tuple[Part, ...]
    #: How one begins in a journey, where that differs.
    on_trip: Mapping[str, Any] | None = None
    #: Whether the properties of an event can be asked so.
    over_event: bool = False


JOINTS = {
    "all": N_("All of these"),
    "any": N_("Any of these"),
    "not any": N_("None of these"),
    "not all": N_("Not all of these"),
}
#: With what a date is compared.
MOMENTS = {"now": N_("now"), "day": N_("the date"), "ago": N_("days ago"), "ahead": N_("days ahead")}
SIDES = {"last": N_("the last"), "next": N_("the next")}
KNOWN = {True: N_("known"), False: N_("not known")}
FLAGS = {True: N_("yes"), False: N_("no")}
#: The kinds of conditions in the order in which they are offered.
CLAUSES = (
    Clause(
        "attribute",
        N_("Attribute"),
        {"attribute": "", "is": "equal", "value": ""},
        (Part("attribute", "comparison", N_("Attribute")),),
        over_event=True,
    ),
    Clause("tag", N_("Tag"), {"tag": ""}, (Part("tag", "tag", N_("Tag")),)),
    Clause("segment", N_("Segment"), {"segment": ""}, (Part("segment", "segment", N_("Segment")),)),
    Clause(
        "event",
        N_("Past event"),
        {"event": ""},
        (
            Part("event", "event", N_("Event")),
            Part("at_least", "count", N_("At least so many times"), unsaid=1),
            Part("within", "span", N_("Within the last"), unsaid="P30D"),
            Part("match", "property", N_("Same value as in the entry event"), of_trip=True),
            Part("where", "where", N_("Only with properties")),
        ),
    ),
    Clause(
        "consent",
        N_("Consent"),
        {"consent": "telegram", "purpose": "marketing"},
        (
            Part("consent", "messenger", N_("Messenger")),
            Part("purpose", "choice", N_("Purpose"), PURPOSE, unsaid="marketing"),
        ),
    ),
    Clause(
        "delivery",
        N_("Message"),
        {"delivery": {"journey": ""}, "was": "read"},
        (
            Part("delivery", "message", N_("Message")),
            Part("was", "choice", N_("What became of it"), {one: OPERATORS[one] for one in OUTCOMES}),
        ),
        on_trip={"delivery": {"node": ""}, "was": "read"},
    ),
)
BY_KIND = {one.kind: one for one in CLAUSES}


def choices_of(part: Part) -> dict[str, str]:
    """The words that a part may be, as they are read."""
    return {name: _(text) for name, text in part.choices.items()}


def book() -> Json:
    """All of it with words in the reader's language, for the canvas."""
    words: dict[str, Mapping[Any, str]] = {
        "joints": JOINTS,
        "moments": MOMENTS,
        "sides": SIDES,
        "known": KNOWN,
        "flags": FLAGS,
    }
    return {
        "deepest": DEEPEST,
        "clauses": [
            {
                "kind": one.kind,
                "title": _(one.title),
                "begins": dict(one.on_trip or one.begins),
                "over_event": one.over_event,
                "parts": [
                    {
                        "name": part.name,
                        "widget": part.widget,
                        "title": _(part.title),
                        "choices": _named(choices_of(part)),
                        "unsaid": part.unsaid,
                    }
                    for part in one.parts
                ],
            }
            for one in CLAUSES
        ],
        **{name: _named({key: _(text) for key, text in each.items()}) for name, each in words.items()},
    }


def _named(words: Mapping[Any, str]) -> list[Json]:
    return [{"name": str(name).lower(), "title": text} for name, text in words.items()]
