"""What is wrong with a rule, each with its path and the way out; any JSON may come in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from journeys.comparing import OPERATOR_NAMES, as_moment, as_number
from nodes.times import BadTime, parse_duration

MAX_DEPTH = 16
MAX_PARTS = 200
#: Values of one `in`.
MAX_VALUES = 1000
MAX_TEXT = 1000
MAX_NAME = 200
#: The furthest that `{"days": n}` reaches: a hundred years.
MAX_DAYS = 36_525
#: What may have become of a delivery.
OUTCOMES = ("read", "clicked", "replied", "failed")

#: What a part begins with, and what else it may hold.
PARTS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "any": (),
    "not": (),
    "attribute": ("is", "value"),
    "tag": (),
    "segment": (),
    "consent": ("purpose",),
    "event": ("where", "at_least", "within", "match"),
    "delivery": ("was",),
}
#: What a rule over an event's own properties may use.
OVER_EVENT = ("all", "any", "not", "attribute")

_EXAMPLE = '{"attribute": "city", "is": "equal", "value": "Moscow"}'


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Something to mend: a dotted path inside the rule, what is wrong and what to write instead."""

    path: str
    text: str


def check_rule(rule: Any, *, over_event: bool = False) -> list[RuleProblem]:
    """Everything malformed in a rule; empty for one that can be compiled. Never raises, whatever JSON it gets.

    An empty rule is well formed and never true. `over_event`: the rule looks at an event's properties only.
    """
    reading = _Reading()
    reading.part(rule, "", 1, over_event)
    return reading.problems


class _Reading:
    """One pass over a rule that stops at its limits."""

    def __init__(self) -> None:
        self.problems: list[RuleProblem] = []
        self.parts = 0

    def say(self, path: str, text: str) -> None:
        self.problems.append(RuleProblem(path, text))

    def part(self, rule: Any, path: str, depth: int, over_event: bool) -> None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            if self.parts == MAX_PARTS + 1:
                self.say(path, f"A rule has at most {MAX_PARTS} parts. Make a segment of some of them.")
        elif depth > MAX_DEPTH:
            self.say(path, f"A rule is nested at most {MAX_DEPTH} deep. Make a segment of the inner part.")
        elif not isinstance(rule, Mapping):
            self.say(path, f"A rule is an object like {_EXAMPLE}.")
        elif rule:
            self._one(rule, path, depth, over_event)

    def _one(self, rule: Mapping[str, Any], path: str, depth: int, over_event: bool) -> None:
        offered = OVER_EVENT if over_event else tuple(PARTS)
        begins = [name for name in PARTS if name in rule]
        if len(begins) != 1 or begins[0] not in offered:
            self.say(path, _begins(begins, offered))
            return
        name = begins[0]
        extra = [str(key) for key in rule if key != name and key not in PARTS[name]]
        if extra:
            known = ", ".join((name, *PARTS[name]))
            self.say(_join(path, extra[0][:40]), f"“{extra[0][:40]}” is not known here. This part may hold {known}.")
        if name in ("all", "any"):
            self._many(rule[name], _join(path, name), depth, over_event)
        elif name == "not":
            self.part(rule["not"], _join(path, "not"), depth + 1, over_event)
        else:
            _CLAUSES[name](self, rule, path, depth)

    def _many(self, parts: Any, path: str, depth: int, over_event: bool) -> None:
        if not isinstance(parts, list | tuple):
            self.say(path, "Put the parts into a list: [ ... ].")
            return
        for number, each in enumerate(parts):
            if self.parts > MAX_PARTS:
                return
            self.part(each, _join(path, str(number)), depth + 1, over_event)

    def name(self, value: Any, path: str, what: str) -> None:
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
            self.say(path, f"Write {what} as text of 1 to {MAX_NAME} characters.")

    def duration(self, value: Any, path: str) -> None:
        try:
            fits = isinstance(value, str) and parse_duration(value).total_seconds() > 0
        except BadTime:
            fits = False
        if not fits:
            self.say(path, 'Write a duration above zero as P30D (days), PT3H (hours); for coming days {"next": "P3D"}.')


def _attribute(reading: _Reading, rule: Mapping[str, Any], path: str, depth: int) -> None:
    reading.name(rule["attribute"], _join(path, "attribute"), "the attribute's name")
    name = rule.get("is")
    if not isinstance(name, str) or name not in OPERATOR_NAMES:
        shown = f"There is no comparison “{str(name)[:40]}”." if "is" in rule else "The comparison is missing."
        reading.say(_join(path, "is"), f"{shown} Use one of {', '.join(OPERATOR_NAMES)}.")
        return
    where = _join(path, "value")
    if name == "exists":
        if not isinstance(rule.get("value", True), bool):
            reading.say(where, "Write true (is known) or false (is not known), or leave it out.")
    elif "value" not in rule:
        reading.say(where, "There is nothing to compare with. Add a value.")
    elif name == "within":
        value = rule["value"]
        coming = isinstance(value, Mapping) and set(value) == {"next"}
        reading.duration(value["next"] if coming else value, _join(where, "next") if coming else where)
    elif problem := _value_problem(name, rule["value"]):
        reading.say(where, problem)


def _value_problem(name: str, value: Any) -> str | None:
    if name in ("less", "at_most", "more", "at_least"):
        return None if _finite(value) else "Write a number. Dates are compared with before and after."
    if name in ("before", "after"):
        return None if _date_like(value) else 'Write an ISO date or instant, "now", or {"days": 3} from now.'
    if name == "in":
        fits = isinstance(value, list | tuple) and 1 <= len(value) <= MAX_VALUES and all(map(_plain, value))
        return None if fits else f"Write a list of 1 to {MAX_VALUES} texts, numbers, true or false."
    if name in ("contains", "starts_with") and isinstance(value, str) and not value.strip():
        return "Write the text to look for: every text holds an empty one."
    if not _plain(value) or (name == "starts_with" and not isinstance(value, str)):
        return (
            "Write a text, a number, true or false (a text alone for starts_with). To ask if it is known, use exists."
        )
    return None


def _event(reading: _Reading, rule: Mapping[str, Any], path: str, depth: int) -> None:
    reading.name(rule["event"], _join(path, "event"), "the event's name")
    if rule.get("where") is not None:
        reading.part(rule["where"], _join(path, "where"), depth + 1, over_event=True)
    if rule.get("match") is not None:
        reading.name(rule["match"], _join(path, "match"), "the property that it shares with the entry event")
    times = rule.get("at_least", 1)
    if type(times) is not int or not 1 <= times <= 1_000_000:
        reading.say(_join(path, "at_least"), "Write how many times at least: a whole number from 1.")
    if rule.get("within") is not None:
        reading.duration(rule["within"], _join(path, "within"))


def _delivery(reading: _Reading, rule: Mapping[str, Any], path: str, depth: int) -> None:
    what = rule["delivery"]
    if not isinstance(what, Mapping) or set(what) not in ({"node"}, {"journey"}):
        reading.say(_join(path, "delivery"), 'Name one step or one journey: {"node": "hello"} or {"journey": "..."}.')
    else:
        kind = next(iter(what))
        reading.name(what[kind], _join(path, f"delivery.{kind}"), f"the {'step' if kind == 'node' else 'journey'}'s id")
    if not isinstance(rule.get("was"), str) or rule["was"] not in OUTCOMES:
        reading.say(_join(path, "was"), f"Say what became of it: one of {', '.join(OUTCOMES)}.")


def _consent(reading: _Reading, rule: Mapping[str, Any], path: str, depth: int) -> None:
    reading.name(rule["consent"], _join(path, "consent"), "the messenger's name")
    reading.name(rule.get("purpose", "marketing"), _join(path, "purpose"), "the purpose")


_CLAUSES: Mapping[str, Callable[[_Reading, Mapping[str, Any], str, int], None]] = {
    "attribute": _attribute,
    "tag": lambda reading, rule, path, depth: reading.name(rule["tag"], _join(path, "tag"), "the tag"),
    "segment": lambda reading, rule, path, depth: reading.name(
        rule["segment"], _join(path, "segment"), "the segment's id"
    ),
    "consent": _consent,
    "event": _event,
    "delivery": _delivery,
}


def _begins(begins: list[str], offered: tuple[str, ...]) -> str:
    if len(begins) > 1:
        return f"This part says several things at once ({', '.join(begins)}). Put each into its own part of an all."
    if begins:
        return f"A rule over an event's properties cannot ask about {begins[0]}. Use one of {', '.join(offered)}."
    return f"Nobody can tell what this part asks. Begin it with one of {', '.join(offered)}."


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def _finite(value: Any) -> bool:
    number = as_number(value)
    return number is not None and (isinstance(number, int) or math.isfinite(number))


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return isinstance(value, bool) or (type(value) in (int, float) and _finite(value))


def _date_like(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"days"} and type(value["days"]) is int and abs(value["days"]) <= MAX_DAYS
    return value == "now" or as_moment(value, "UTC") is not None
