"""Numbers, dates and durations as the reader's language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st
from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.units import format_unit
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.durations import BadDuration, parse, split
from ui.language import language

NOTHING = "–"
OFFSET = "clock-offset"


def set_now(text: str | None) -> None:
    """Tell the pages what time it is where contacts live: a sandbox's clock; None for the real one."""
    virtual = instant(text)
    st.session_state[OFFSET] = timedelta(0) if virtual is None else virtual - datetime.now(UTC)


def now() -> datetime:
    """The present instant, of the sandbox where there is one."""
    offset = st.session_state.get(OFFSET) if get_script_run_ctx(suppress_warning=True) else None
    return datetime.now(UTC) + (offset or timedelta(0))


def number(value: float | None) -> str:
    """`12,480` or `12 480`; a dash for nothing."""
    return NOTHING if value is None else str(format_decimal(value, locale=language()))


def compact(value: float | None) -> str:
    """`12K` or `12 тыс.` from ten thousand on."""
    if value is None or abs(value) < 10_000:
        return number(value)
    return str(format_compact_decimal(value, locale=language(), fraction_digits=1))


def percent(part: float | None, whole: float | None) -> str:
    """The share with one digit; a dash when there is nothing to divide by."""
    if part is None or not whole:
        return NOTHING
    share = part / whole
    pattern = Locale.parse(language()).percent_formats[None].pattern
    digits = pattern if share in (0, 1) else pattern.replace("##0", "##0.0")
    return str(format_percent(share, format=digits, locale=language()))


def zone() -> ZoneInfo:
    """The reader's zone as the browser tells it; UTC when unknown."""
    name = st.context.timezone if get_script_run_ctx(suppress_warning=True) else None
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def instant(text: str | None) -> datetime | None:
    """An ISO 8601 instant; None for nothing and for what is not one."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def when(text: str | None, *, seconds: bool = False) -> str:
    """`14 Mar, 18:05` in the reader's zone; with the year when it is not this one's."""
    moment = instant(text)
    if moment is None:
        return NOTHING
    local = moment.astimezone(zone())
    pattern = "d MMM" if local.year == now().astimezone(zone()).year else "d MMM y"
    clock = "HH:mm:ss" if seconds else "HH:mm"
    return str(format_datetime(local, f"{pattern}, {clock}", locale=language()))


def ago(text: str | None) -> str:
    """`2 hours ago`, `in 3 days`."""
    moment = instant(text)
    if moment is None:
        return NOTHING
    gap = moment - now()
    return str(format_timedelta(gap, add_direction=True, threshold=1.2, locale=language()))


def day(value: date) -> str:
    """`14 March 2026`."""
    return str(format_date(value, "long", locale=language()))


def duration(text: str | timedelta | None) -> str:
    """`2 days`, `1 hour 30 minutes`; the text itself when it is not an ISO 8601 duration."""
    if text is None or text == "":
        return NOTHING
    try:
        length = text if isinstance(text, timedelta) else parse(text)
    except BadDuration:
        return str(text)
    parts = [
        format_unit(amount, f"duration-{unit}", "long", locale=language())
        for unit, amount in split(abs(length))
        if amount
    ]
    sign = "−" if length < timedelta(0) else ""
    return sign + " ".join(parts) if parts else str(format_unit(0, "duration-minute", "long", locale=language()))


def counted(text: str, count: int) -> str:
    """A plural with its number in place: `counted("{n} moves", 1200)` is `1,200 moves`."""
    return text.format(n=number(count))
