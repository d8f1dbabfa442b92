"""Filters of templates: each works on a text, a number or a list that is capped, and gives back no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from journeys.comparing import as_number
from journeys.plain_data import MAX_TEXT, TemplateRefused, as_text, bounded, read_number
from nodes.times import UnknownZone, zone

_NBSP = "\u00a0"
_LONGEST_NAME = 200


def show_date(value: Any, format: str = "%d.%m.%Y", language: str = "en", *, zone: str | None = None) -> str:
    moment = _moment(value)
    if moment.tzinfo is not None and zone is not None:
        moment = moment.astimezone(_zone(zone))
    return written(moment, format, language)


def show_time(value: Any, format: str = "%H:%M", *, zone: str | None = None) -> str:
    return show_date(value, format, zone=zone)


def written(moment: datetime, format: str, language: str = "en") -> str:
    """A moment by a pattern: %d %m %Y %y %H %M %S, names %B %b %A %a, %-d without a zero. Raises TemplateRefused."""
    if not isinstance(format, str) or len(format) > 60:
        raise TemplateRefused("A date pattern is a text like %d.%m.%Y.")
    months, days = _NAMES["ru" if language == "ru" else "en"]
    known: Mapping[str, Callable[[], str]] = {
        **{sign: lambda sign=sign: moment.strftime(f"%{sign}") for sign in "dmyHMS"},  # type: ignore[misc]
        "Y": lambda: str(moment.year),
        "B": lambda: months[moment.month - 1],
        "b": lambda: months[moment.month - 1][:3],
        "A": lambda: days[moment.weekday()],
        "a": lambda: days[moment.weekday()][:2],
        "%": lambda: "%",
    }

    def one(found: re.Match[str]) -> str:
        if found[2] not in known:
            raise TemplateRefused(f"“{found[0]}” is not known in a date pattern. Use %d %m %Y %y %H %M %S %B %b %A %a.")
        shown = known[found[2]]()
        return shown.lstrip("0") or "0" if found[1] else shown

    return re.sub(r"%(-?)(.?)", one, format, flags=re.DOTALL)


def money(value: Any, currency: str = "RUB") -> str:
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise TemplateRefused("A currency is three letters, like RUB.")
    amount = Decimal(str(read_number(value))).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, cents = divmod(int(abs(amount) * 100), 100)
    sign = "-" if amount < 0 else ""
    if currency in _SIGN_FIRST:
        fraction = f".{cents:02}" if cents else ""
        return f"{sign}{_SIGN_FIRST[currency]}{whole:,}{fraction}"
    fraction = f",{cents:02}" if cents else ""
    return f"{sign}{whole:,}".replace(",", _NBSP) + f"{fraction}{_NBSP}{_SIGNS.get(currency, currency)}"


def plural(value: Any, one: str, few: str, many: str | None = None) -> str:
    """The form that goes with a number: two forms as in English, three as in Russian."""
    number = abs(read_number(value))
    if many is None:
        return as_text(one if number == 1 else few)
    if number != int(number):
        return as_text(few)
    last, last_two = int(number) % 10, int(number) % 100
    if last == 1 and last_two != 11:
        return as_text(one)
    return as_text(few if last in (2, 3, 4) and last_two not in (12, 13, 14) else many)


def replace(value: Any, old: str, new: str) -> str:
    text, old, new = as_text(value), as_text(old), as_text(new)
    if not old:
        raise TemplateRefused("replace needs a text to look for.")
    # Counted before it is built: two of these in a row made 729 MB of 900 characters.
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise TemplateRefused(f"A text would be longer than {MAX_TEXT} characters.")
    return text.replace(old, new)


def join(value: Any, separator: str = "") -> str:
    said, size, between = [], 0, as_text(separator)
    if isinstance(value, str):
        raise TemplateRefused("This filter needs a list.")
    for each in _list(value):
        said.append(as_text(each))
        size += len(said[-1]) + len(between)
        if size > MAX_TEXT + len(between):
            raise TemplateRefused(f"A text would be longer than {MAX_TEXT} characters.")
    return between.join(said)


def truncate(value: Any, length: int = 255, killwords: bool = False, end: str = "…") -> str:
    text, end = as_text(value), as_text(end)
    if type(length) is not int or not len(end) <= length <= MAX_TEXT:
        raise TemplateRefused(f"truncate needs a length from {len(end)} to {MAX_TEXT}.")
    if len(text) <= length:
        return text
    kept = text[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0].rstrip()) + end


def title(value: Any) -> str:
    text = as_text(value)
    if len(text) > _LONGEST_NAME:
        # Thirty times as quick, though it writes O’Neil’S: nobody's name is that long.
        return text.title()
    return re.sub(r"[^\s\-(\[{<]+", lambda word: word[0][0].upper() + word[0][1:].lower(), text)


def round_(value: Any, precision: int = 0) -> int | float:
    if type(precision) is not int or not 0 <= precision <= 6:
        raise TemplateRefused("round takes from 0 to 6 digits.")
    rounded = Decimal(str(read_number(value))).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)
    return float(rounded) if precision else int(rounded)


def to_int(value: Any, default: int = 0) -> Any:
    number = as_number(value)
    return default if number is None else int(bounded(number))


def to_float(value: Any, default: float = 0.0) -> Any:
    number = as_number(value)
    return default if number is None else float(bounded(number))


def length(value: Any) -> int:
    if not isinstance(value, str | list | Mapping):
        raise TemplateRefused("length counts a text or a list.")
    return len(value)


def first(value: Any) -> Any:
    return next(iter(_list(value)), None)


def last(value: Any) -> Any:
    items = _list(value)
    return items[-1] if items else None


def add(left: Any, right: Any) -> Any:
    return bounded(_counted(left) + _counted(right))


def subtract(left: Any, right: Any) -> Any:
    return bounded(_counted(left) - _counted(right))


def _list(value: Any) -> list[Any] | str:
    if not isinstance(value, list | str):
        raise TemplateRefused("This filter needs a list.")
    return value


def _counted(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TemplateRefused("Only numbers are added and subtracted; use ~ to put texts together.")
    return value


def _moment(value: Any) -> datetime:
    try:
        if isinstance(value, str) and 10 <= len(value) <= 40:
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise TemplateRefused(f"“{str(value)[:40]}” is not an ISO date.")


def _zone(name: str) -> Any:
    try:
        return zone(name)
    except UnknownZone as unknown:
        raise TemplateRefused(str(unknown)) from unknown


_SIGNS: Mapping[str, str] = {
    "RUB": "₽",
    "EUR": "€",
    "KZT": "₸",
    "UAH": "₴",
    "TRY": "₺",
    "GEL": "₾",
    "AMD": "֏",
    "ILS": "₪",
}
_SIGN_FIRST: Mapping[str, str] = {"USD": "$", "GBP": "£"}
_NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ),
    "ru": (
        (*("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
         *("августа", "сентября", "октября", "ноября", "декабря")),
        ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    ),
}  # fmt: skip

#: What a marketer may write after a bar; `default` and `d` are the template's own.
FILTERS: Mapping[str, Callable[..., Any]] = {
    "upper": lambda value: as_text(value).upper(),
    "lower": lambda value: as_text(value).lower(),
    "title": title,
    "capitalize": lambda value: as_text(value).capitalize(),
    "trim": lambda value: as_text(value).strip(),
    "first_word": lambda value: next(iter(as_text(value).split()), None),
    "replace": replace,
    "truncate": truncate,
    "round": round_,
    "int": to_int,
    "float": to_float,
    "abs": lambda value: abs(read_number(value)),
    "length": length,
    "join": join,
    "first": first,
    "last": last,
    "date": show_date,
    "time": show_time,
    "money": money,
    "plural": plural,
}
