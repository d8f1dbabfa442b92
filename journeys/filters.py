"""What templates can do to a value: each filter knows how long its result will be before it builds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from jinja2 import Undefined

MAX = 4_096
NBSP = "\u00a0"
SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BYN": "Br", "UAH": "₴", "GBP": "£"}


class TooLong(ValueError):
    """The value is longer than a message may be."""


def capped(value: Any) -> Any:
    """The value itself; TooLong for a text that no message holds."""
    if isinstance(value, str) and len(value) > MAX:
        raise TooLong(f"longer than {MAX} characters")
    return value


def text(value: Any) -> str:
    """A value as text."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    return str(capped(value if isinstance(value, str) else str(value)[:MAX]))


def default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """Another value when this one is missing or empty."""
    if isinstance(value, Undefined) or value is None or value == "" or (boolean and not value):
        return instead
    return value


def replace(value: Any, old: str, new: str) -> str:
    """Each occurrence of one text by another."""
    source, old, new = text(value), text(old), text(new)
    times = source.count(old) if old else len(source) + 1
    if len(source) + times * (len(new) - len(old)) > MAX:
        raise TooLong(f"longer than {MAX} characters")
    return source.replace(old, new)


def join(value: Any, separator: str = ", ") -> str:
    """A list as one text."""
    parts = [text(each) for each in _list(value)]
    if sum(map(len, parts)) + len(separator) * max(0, len(parts) - 1) > MAX:
        raise TooLong(f"longer than {MAX} characters")
    return text(separator).join(parts)


def truncate(value: Any, length: int = 80, end: str = "…") -> str:
    """The beginning of a text."""
    source = text(value)
    return source if len(source) <= length else source[: max(0, int(length) - len(end))] + text(end)


def rounded(value: Any, digits: int = 0) -> float | int:
    """A number with fewer digits."""
    found = round(float(value), max(0, min(int(digits), 10)))
    return int(found) if digits == 0 else found


def whole(value: Any, instead: int = 0) -> int:
    """A whole number, or another one when it is none."""
    try:
        return int(float(str(value)[:40]))
    except (ValueError, OverflowError):
        return instead


def decimal(value: Any, instead: float = 0.0) -> float:
    """A number, or another one when it is none."""
    try:
        return float(str(value)[:40])
    except ValueError:
        return instead


def length(value: Any) -> int:
    """How many characters or parts."""
    return len(value) if isinstance(value, str | list | tuple | Mapping) else len(text(value))


def first(value: Any) -> Any:
    """The first of a list."""
    return next(iter(_list(value)), "")


def last(value: Any) -> Any:
    """The last of a list."""
    return next(iter(reversed(_list(value))), "")


def first_word(value: Any) -> str:
    """The first word: a name out of a full name."""
    return next(iter(text(value).split()), "")


def dated(value: Any, form: str = "%d.%m.%Y") -> str:
    """A date or instant (ISO text) in another form."""
    found = _instant(value)
    if len(form) > 40:
        raise TooLong("the form of the date is too long")
    return found.strftime(form)[:80]


def clock(value: Any) -> str:
    """The time of day of an instant, as 09:30."""
    return dated(value, "%H:%M")


def money(value: Any, currency: str = "RUB") -> str:
    """An amount with thin groups and a sign: 1 990 ₽."""
    amount = float(value)
    shown = f"{amount:,.2f}".replace(",", NBSP).replace(".", ",") if amount % 1 else f"{amount:,.0f}".replace(",", NBSP)
    return f"{shown}{NBSP}{SIGNS.get(currency, currency)}"[:60]


def plural(value: Any, *forms: str) -> str:
    """The form of a word after a number: three forms as in Russian, two as in English."""
    many = abs(whole(value))
    if len(forms) >= 3:
        if many % 10 == 1 and many % 100 != 11:
            return text(forms[0])
        return text(forms[1] if many % 10 in (2, 3, 4) and many % 100 not in (12, 13, 14) else forms[2])
    return text(forms[0] if many == 1 else forms[-1]) if forms else ""


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError("this is not a list")
    if len(value) > 100:
        raise TooLong("a list of more than 100")
    return list(value)


def _instant(value: Any) -> date | datetime:
    if isinstance(value, date | datetime):
        return value
    return datetime.fromisoformat(text(value))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "default": default,
    "d": default,
    "upper": lambda value: capped(text(value).upper()),
    "lower": lambda value: capped(text(value).lower()),
    "title": lambda value: capped(text(value).title()),
    "capitalize": lambda value: capped(text(value).capitalize()),
    "trim": lambda value: text(value).strip(),
    "replace": replace,
    "truncate": truncate,
    "round": rounded,
    "int": whole,
    "float": decimal,
    "length": length,
    "join": join,
    "first": first,
    "last": last,
    "abs": lambda value: abs(value) if isinstance(value, int | float) else abs(decimal(value)),
    "date": dated,
    "time": clock,
    "money": money,
    "plural": plural,
    "first_word": first_word,
}
