"""What SQL compares of a contact or an event: texts folded, numbers and instants read, in one flat object.

A database folds no ё, reads no `1,5` and knows no contact's zone; what rules see is therefore worked out once, here,
with the same functions that the Python rules use, and kept beside the values (`store.rule_sql` reads it).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from journeys.comparing import as_moment, as_number, fold_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Signs that databases read as part of a JSON path are moved here, to Unicode's private use.
_PRIVATE, _ROOM = 0xE000, 0x1900
_PLAIN = frozenset({str, int, float, bool, list})
#: The length of a date without a time.
DAY = len("2026-01-15")
#: How numbers and dates begin.
_FIRST = frozenset("+-0123456789")


def compared(values: Mapping[str, Any], zone_name: str) -> dict[str, Any]:
    """A flat object: `z` the zone, and for each path `t:` folded text, `n:` number, `d:` microseconds since 1970,
    `b:` 0 or 1, `l:` what a list holds, `x:` 1 for an object."""
    flat: dict[str, Any] = {"z": zone_name}
    _read(values, "", zone_name, flat)
    # A name that holds the dots itself wins over walking into objects.
    for name, value in values.items():
        if "." in name and value is not None:
            key = path_key(name)
            flat = {each: kept for each, kept in flat.items() if each[2:] != key or each == "z"}
            _scalar(key, value, zone_name, flat)
    return flat


@lru_cache(maxsize=4096)
def path_key(path: str) -> str:
    """A dotted path as a key that no database takes for a path of its own."""
    return "".join(
        sign if sign.isalnum() or sign in " _-" or ord(sign) >= _ROOM else chr(_PRIVATE + ord(sign)) for sign in path
    )


def in_list(value: Any) -> list[str]:
    """By which names a list's element is found; also those by which a sought value is (none: it never is)."""
    if isinstance(value, bool):
        return [f"b:{value:d}"]
    if isinstance(value, str):
        number = as_number(value)
        return [f"t:{fold_text(value)}", *([] if number is None else [f"m:{canonical(number)}"])]
    return [f"n:{canonical(value)}"] if isinstance(value, int | float) else []


def canonical(number: int | float) -> str:
    """Numbers that are equal have the same text."""
    return str(int(number)) if number == int(number) else repr(float(number))


def micros_of(moment: datetime) -> int:
    """An instant as rules in SQL compare it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _instant(text: str, zone_name: str) -> int | None:
    moment = as_moment(text, zone_name)
    return None if moment is None else micros_of(moment)


#: The same days come again and again: remembered they cost next to nothing.
_day = lru_cache(maxsize=8192)(_instant)


def _read(values: Mapping[str, Any], before: str, zone_name: str, flat: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None and "." not in name:
            _scalar(path_key(before + name), value, zone_name, flat)
            if type(value) not in _PLAIN and isinstance(value, Mapping):
                _read(value, f"{before}{name}.", zone_name, flat)


def _scalar(key: str, value: Any, zone_name: str, flat: dict[str, Any]) -> None:
    kind = type(value)
    if kind is str:
        flat[f"t:{key}"] = fold_text(value)
        # Most texts are names of something: they are not tried as a number and as a date.
        if value.lstrip()[:1] in _FIRST:
            number = as_number(value)
            moment = _day(value, zone_name) if len(value) == DAY else _instant(value, zone_name)
            if number is not None:
                flat[f"n:{key}"] = number
            if moment is not None:
                flat[f"d:{key}"] = moment
    elif kind is bool:
        flat[f"b:{key}"] = int(value)
    elif kind is int or kind is float:
        flat[f"n:{key}"] = value
    elif kind is list or kind is tuple:
        flat[f"l:{key}"] = sorted({name for each in value for name in in_list(each)})
    else:
        flat[f"x:{key}"] = 1
