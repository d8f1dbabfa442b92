"""How an attribute is compared with a value: the operators of a rule, their types and their edges."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from nodes.times import UnknownZone, local_instant, parse_duration, zone

#: Compares what a contact has (None: missing) with the value that the test was made for.
Test = Callable[[Any], bool]
#: The same for dates: what a contact has, now, the name of the contact's zone.
DateTest = Callable[[Any, datetime, str], bool]

ValueKind = Literal["any", "number", "text", "list", "date", "duration", "flag"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One word between an attribute and a value, as an editor shows it."""

    name: str
    title: str
    #: Types of attribute that it can hold for: text, number, flag, date, list.
    applies_to: tuple[str, ...]
    #: What stands on the right side.
    value: ValueKind
    needs_value: bool = True


#: Every operator in the order in which an editor offers them.
OPERATORS: tuple[Operator, ...] = (
    Operator("equal", "is", ("text", "number", "flag"), "any"),
    Operator("not_equal", "is not", ("text", "number", "flag", "date", "list"), "any"),
    Operator("less", "is less than", ("number",), "number"),
    Operator("at_most", "is at most", ("number",), "number"),
    Operator("more", "is more than", ("number",), "number"),
    Operator("at_least", "is at least", ("number",), "number"),
    Operator("contains", "contains", ("text", "list"), "any"),
    Operator("starts_with", "starts with", ("text",), "text"),
    Operator("in", "is one of", ("text", "number", "flag"), "list"),
    Operator("exists", "is known", ("text", "number", "flag", "date", "list"), "flag", needs_value=False),
    Operator("before", "is before", ("date",), "date"),
    Operator("after", "is after", ("date",), "date"),
    Operator("within", "is within", ("date",), "duration"),
)
OPERATOR_NAMES = tuple(each.name for each in OPERATORS)
#: The operators that look at the clock.
DATE_OPERATORS = frozenset({"before", "after", "within"})

_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,18})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "less": operator.lt,
    "at_most": operator.le,
    "more": operator.gt,
    "at_least": operator.ge,
}


def fold_text(text: str) -> str:
    """A text as rules compare it: NFKC, casefolded, ё as е, trimmed. The store keeps the same for its SQL."""
    if text.isascii():
        return text.lower().strip()
    return _fold_short(text) if len(text) <= 40 else _fold(text)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace("ё", "е").strip()


#: Cities, plans and names come again and again in a batch: remembered they cost a fifth.
_fold_short = lru_cache(maxsize=8192)(_fold)


def as_number(value: Any) -> int | float | None:
    """A number, or a text that is one (`15`, `1,5`); None for anything else, true and false included."""
    kind = type(value)
    if kind is int or kind is float:
        number: int | float = value
        return number
    if kind is not str or len(value) > 60 or not _NUMBER.fullmatch(value.strip()):
        return None
    plain = value.strip().replace(",", ".")
    return float(plain) if "." in plain else int(plain)


def as_moment(value: Any, zone_name: str) -> datetime | None:
    """An ISO date or date and time as an instant in UTC; without an offset it is the zone's own, a bare date its
    midnight. None for anything else. A zone that nobody knows counts as UTC: the door has refused it already."""
    if type(value) is not str or len(value) > 40 or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        return _there(moment.date(), moment.time(), zone_name)
    except (ValueError, OverflowError):
        return None


def test_of(name: str, value: Any) -> Test:
    """The test of an operator that looks at no clock. The rule has been checked before."""
    if name == "exists":
        return (lambda have: have is None) if value is False else (lambda have: have is not None)
    if name == "equal":
        return _equal(value)
    if name == "not_equal":
        equal = _equal(value)
        return lambda have: not equal(have)
    if name == "contains":
        return _contains(value)
    if name == "starts_with":
        start = fold_text(value)
        return lambda have: type(have) is str and fold_text(have).startswith(start)
    return _in(value) if name == "in" else _ordered(_ORDER[name], value)


def date_test_of(name: str, value: Any) -> DateTest:
    """The test of `before`, `after` or `within`. The rule has been checked before."""
    if name == "within":
        return _within(value)
    earlier = name == "before"
    limit_of = _limit(value)

    def compare(have: Any, now: datetime, zone_name: str) -> bool:
        moment = as_moment(have, zone_name)
        if moment is None:
            return False
        limit = limit_of(now, zone_name)
        return limit is not None and (moment < limit if earlier else moment > limit)

    return compare


def _equal(value: Any) -> Test:
    if isinstance(value, bool):
        return lambda have: have is value
    number = as_number(value)
    if isinstance(value, str):
        return _equal_text(value, fold_text(value), number)

    def same_number(have: Any) -> bool:
        kind = type(have)
        if kind is int or kind is float:
            return bool(have == number)
        return kind is str and as_number(have) == number

    return same_number


def _equal_text(value: str, folded: str, number: int | float | None) -> Test:
    def same(have: Any) -> bool:
        kind = type(have)
        if kind is str:
            return have == value or fold_text(have) == folded
        return number is not None and (kind is int or kind is float) and have == number

    return same


def _in(values: Any) -> Test:
    exact = frozenset(each for each in values if isinstance(each, str))
    texts = frozenset(map(fold_text, exact))
    flags = frozenset(each for each in values if isinstance(each, bool))
    written = frozenset(each for each in values if type(each) in (int, float))
    numbers = written | {number for each in exact if (number := as_number(each)) is not None}

    def among(have: Any) -> bool:
        kind = type(have)
        if kind is str:
            return have in exact or fold_text(have) in texts or (bool(written) and as_number(have) in written)
        if kind is bool:
            return have in flags
        return (kind is int or kind is float) and have in numbers

    return among


def _contains(value: Any) -> Test:
    equal = _equal(value)
    part = fold_text(value) if isinstance(value, str) else None

    def holds(have: Any) -> bool:
        if type(have) is str:
            return part is not None and part in fold_text(have)
        return isinstance(have, list | tuple) and any(equal(each) for each in have)

    return holds


def _ordered(compare: Callable[[Any, Any], bool], value: Any) -> Test:
    limit = as_number(value)

    def holds(have: Any) -> bool:
        kind = type(have)
        if kind is int or kind is float:
            return compare(have, limit)
        number = as_number(have)
        return number is not None and compare(number, limit)

    return holds


def _limit(value: Any) -> Callable[[datetime, str], datetime | None]:
    if value == "now":
        return lambda now, zone_name: now
    if isinstance(value, Mapping):
        ahead = timedelta(days=value["days"])
        return lambda now, zone_name: now + ahead
    return lambda now, zone_name: as_moment(value, zone_name)


def _within(value: Any) -> DateTest:
    """`P30D`: within the last 30 days up to now; `{"next": "P3D"}`: from now within the coming 3 days."""
    coming = isinstance(value, Mapping)
    length = parse_duration(value["next"] if coming else value)

    def holds(have: Any, now: datetime, zone_name: str) -> bool:
        moment = as_moment(have, zone_name)
        if moment is None:
            return False
        return now <= moment <= now + length if coming else now - length <= moment <= now

    return holds


def _there(day: date, wall: time, zone_name: str) -> datetime:
    try:
        return local_instant(day, wall, zone(zone_name))
    except UnknownZone:
        return datetime.combine(day, wall, UTC)
