"""Typed answers: a person's words become a number, a date, a phone, an e-mail or a choice (`semantics.md` 15, 16)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

from nodes.folding import fold, spelled

ValueKind = Literal["number", "date", "phone", "email", "text", "scale", "rating", "nps", "choice", "multiple"]
#: What an answer is kept as: JSON. A date is ISO text, a phone is `+` and digits, a multiple choice a tuple.
Value = int | float | str | tuple[str, ...]
Bound = float | str | None

LONGEST_ANSWER = 4096
RANGES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "rating": (1, 5), "scale": (1, 10)}

_DIGITS = r"\d{1,15}|\d{1,3}(?:[ ']\d{3}){1,4}|\d{1,3}(?:,\d{3}){1,4}(?=\.)|\d{1,3}(?:\.\d{3}){1,4}(?=,)"
_NUMBER = re.compile(
    rf"([+-]?)({_DIGITS}|\d{{1,3}}(?:\.\d{{3}}){{2,4}}|\d{{1,3}}(?:,\d{{3}}){{2,4}})(?:[.,](\d{{1,10}}))?", re.A
)
_POSITION = re.compile(r"(?:no|#)?\s?(\d{1,3})\s?[.)]?")
_RATED = re.compile(r"([+-]?\d{1,4})(?:\s?(?:/|⁄|из|of|out of)\s?(\d{1,4}))?\s?[.!)]*", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}))?(?:\s?г(?:\.|ода)?)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_PHONE = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,63}"
)
_DAYS = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2, "day after tomorrow": 2}


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as it was shown."""

    id: str
    title: str


def read_value(
    kind: ValueKind,
    text: str,
    min: Bound = None,
    max: Bound = None,
    *,
    options: Sequence[Option | str] = (),
    today: date | None = None,
) -> Value | None:
    """The answer that a text gives, or None when it gives none of this kind or one outside the bounds.

    Bounds are of the value (number, scale, rating, nps), of the length (text), of how many were chosen (multiple), or
    ISO dates (date). A choice answers with the option's id, a plain text being its own id. `today` is the person's own
    date: without it neither `tomorrow` nor a date without a year is understood, and such a date is the coming one.
    """
    said = unicodedata.normalize("NFKC", text[:LONGEST_ANSWER]).strip()
    if not said or len(text) > LONGEST_ANSWER:
        return None
    shown = [Option(each, each) if isinstance(each, str) else each for each in options]
    readers: Mapping[str, Callable[[], Value | None]] = {
        "number": partial(_number, said, min, max),
        "date": partial(_date, said, min, max, today),
        "phone": partial(_phone, said),
        "email": partial(_email, said),
        "text": partial(_text, text.strip(), min, max),
        "choice": partial(_choice, said, shown),
        "multiple": partial(_multiple, said, shown, min, max),
    }
    return readers[kind]() if kind in readers else _rated(said, min, max, RANGES[kind])


def find_option(text: str, options: Sequence[Option]) -> Option | None:
    """The option whose label a text is, by its signs and, when only one fits, by its words."""
    exact = spelled(text)
    for option in options:
        if spelled(option.title) == exact:
            return option
    words = fold(text)
    alike = [option for option in options if words and fold(option.title) == words]
    return alike[0] if len(alike) == 1 else None


def find_numbered(text: str, options: Sequence[Option]) -> Option | None:
    """The option at the place that a text names: `2`, `2.`, `2)`, `№2`, `#2`, a keycap 2."""
    named = _POSITION.fullmatch(spelled(text))
    place = int(named[1]) if named else 0
    return options[place - 1] if 0 < place <= len(options) else None


def _number(said: str, low: Bound, high: Bound) -> Value | None:
    read = _NUMBER.fullmatch(said.replace("−", "-"))
    if not read:
        return None
    whole = re.sub(r"\D", "", read[2])
    fraction = (read[3] or "").rstrip("0")
    value: int | float = float(f"{whole}.{fraction}") if fraction else int(whole)
    return _within(-value if read[1] == "-" else value, low, high)


def _rated(said: str, low: Bound, high: Bound, usual: tuple[int, int]) -> Value | None:
    read = _RATED.fullmatch(spelled(said))
    bottom, top = usual[0] if low is None else low, usual[1] if high is None else high
    if not read or (read[2] and int(read[2]) != top):
        return None
    return _within(int(read[1]), bottom, top)


def _within(value: int | float, low: Bound, high: Bound) -> int | float | None:
    too_low = isinstance(low, int | float) and value < low
    too_high = isinstance(high, int | float) and value > high
    return None if too_low or too_high else value


def _text(said: str, low: Bound, high: Bound) -> Value | None:
    return said if _within(len(said), low, high) is not None else None


def _date(said: str, low: Bound, high: Bound, today: date | None) -> Value | None:
    day = _named_day(said, today) or _written_day(said, today)
    if day is None:
        return None
    value = day.isoformat()
    too_early = isinstance(low, str) and value < low
    too_late = isinstance(high, str) and value > high
    return None if too_early or too_late else value


def _named_day(said: str, today: date | None) -> date | None:
    ahead = _DAYS.get(fold(said))
    return today + timedelta(days=ahead) if today is not None and ahead is not None else None


def _written_day(said: str, today: date | None) -> date | None:
    if read := _YEAR_FIRST.fullmatch(said):
        return _day(int(read[1]), int(read[2]), int(read[3]))
    read = _DAY_FIRST.fullmatch(spelled(said))
    if not read:
        return None
    day, month = int(read[1]), int(read[2])
    if read[3]:
        return _day(int(read[3]), month, day)
    if today is None:
        return None
    # Eight years: 29 February is the longest in coming, over a century that has no leap year.
    coming = (_day(today.year + ahead, month, day) for ahead in range(9))
    return next((each for each in coming if each is not None and each >= today), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _phone(said: str) -> Value | None:
    """E.164: at most 15 digits with the country's code. A Russian number may begin with 8 instead of +7."""
    if not _PHONE.fullmatch(said):
        return None
    digits = re.sub(r"\D", "", said)
    international = said.startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00")
    if not international and len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    shortest = 8 if international else 11
    return f"+{digits}" if shortest <= len(digits) <= 15 and digits[0] != "0" else None


def _email(said: str) -> Value | None:
    address = said.strip("<>.,; ")
    local, _, domain = address.rpartition("@")
    fits = len(address) <= 254 and len(local) <= 64 and _EMAIL.fullmatch(address)
    return f"{local}@{domain.lower()}" if fits else None


def _choice(said: str, options: Sequence[Option]) -> Value | None:
    option = find_option(said, options) or find_numbered(said, options)
    return option.id if option else None


def _multiple(said: str, options: Sequence[Option], low: Bound, high: Bound) -> Value | None:
    """Labels or numbers between commas, semicolons, lines or «и»; numbers also between spaces."""
    ways = ([said], re.split(r"[,;\n]+", said), re.split(r"[,;\n]+|\s(?:и|and)\s", said), re.split(r"[,;\s]+", said))
    for parts in ways:
        chosen = [_choice(part, options) for part in parts if part.strip()]
        if chosen and None not in chosen:
            kept = tuple(option.id for option in options if option.id in chosen)
            return kept if _within(len(kept), low, high) is not None else None
    return None
