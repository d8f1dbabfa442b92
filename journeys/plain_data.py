"""Data that a template may see: plain, copied and capped."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from journeys.comparing import as_number

#: The longest text that a template takes in, makes on the way, or gives out.
MAX_TEXT = 4096
#: The longest list that a template takes in.
MAX_LIST = 1000
#: The largest number that is counted with; a larger whole one, like an order's id, is only shown.
MAX_NUMBER = 10**15
_LONGEST_INT = 2**63
_DEEPEST = 8


class TemplateRefused(ValueError):
    """This template cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plain(value: Any, depth: int = 0) -> Any:
    """A deep copy of JSON-like data: texts cut at 4,096 characters, lists at 1,000 items, eight levels deep.

    Dates become ISO text, decimals numbers. Raises TemplateRefused for what is no data, such as an object.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value[:MAX_TEXT])
    if isinstance(value, int | float | Decimal):
        return _plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {str(name)[:MAX_TEXT]: plain(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, depth + 1) for each in list(value)[:MAX_LIST]]
    raise TemplateRefused(f"A template shows texts, numbers and lists, not a {type(value).__name__}.")


def as_text(value: Any) -> str:
    """A value as a message shows it: 1990 for 1990.0, true for True. Raises TemplateRefused for lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(bounded(value, _LONGEST_INT))
    if isinstance(value, float):
        return f"{bounded(value):.6f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        raise TemplateRefused('A list cannot be shown as it is. Use join: {{ answers.colours|join(", ") }}.')
    if isinstance(value, Mapping):
        raise TemplateRefused("An object cannot be shown. Name one of its values: {{ contact.first_name }}.")
    raise TemplateRefused("A value is missing inside a list.")


def read_number(value: Any) -> int | float:
    """A number, or a text that is one. Raises TemplateRefused."""
    number = as_number(value)
    if number is None:
        raise TemplateRefused(f"“{str(value)[:40]}” is not a number.")
    return bounded(number)


def bounded(value: int | float, most: int = MAX_NUMBER) -> int | float:
    """The number itself. Raises TemplateRefused for one that is endless or too large to work with."""
    # Written so that a NaN is refused too.
    if not abs(value) <= most:
        raise TemplateRefused("A number is too large.")
    return value


def _plain_number(value: int | float | Decimal) -> int | float | None:
    if isinstance(value, Decimal):
        value = float(value)
    # Neither a number that a message can show: the first is endless, the second breaks str().
    fits = math.isfinite(value) if isinstance(value, float) else abs(value) <= _LONGEST_INT
    return value if fits else None
