"""How adapters read JSON that may have any shape: every function here takes anything and never raises."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.base import Event, Notice

#: The messenger did not tell the time, or told an absurd one: whoever stores the event takes the instant of receipt.
UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)
#: Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.
MILLISECONDS = 100_000_000_000
#: The year 2100 in milliseconds.
FAR_FUTURE = 4_102_444_800_000
#: The longest wait that is believed, seconds.
LONGEST_WAIT = 86_400.0

#: The payload of our reply buttons: a delivery's opaque reference, a colon, the button's id; at most 64 bytes.
PAYLOAD = re.compile(r"[A-Za-z0-9._-]{6,39}:[A-Za-z0-9_-]{1,24}")
#: A phone number as people write it.
NUMBER = re.compile(r"[+0-9 ().\-\u00a0]+")
#: A delivery's reference alone.
REF = re.compile(r"[A-Za-z0-9._-]{6,39}")


def mapping(value: Any) -> Mapping[str, Any]:
    """The JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Mapping[str, Any]]:
    """The JSON objects of an array; anything else in it is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """The string, or an empty one."""
    return value if isinstance(value, str) else ""


def ident(value: Any) -> str | None:
    """An identifier as text, whether it came as a number or a string; exact beyond 2^53."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 128:
        return str(value)
    return None


def number(value: Any) -> int | None:
    """A whole number, also when it came as a string of digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant(value: Any) -> datetime:
    """An instant told in seconds or milliseconds, as a number or text; `UNTOLD` when it is absent or absurd."""
    told = value if isinstance(value, float) else number(value)
    if told is None or not 0 < told < FAR_FUTURE:
        return UNTOLD
    return UNTOLD + timedelta(milliseconds=told if told >= MILLISECONDS else told * 1000)


def seconds(value: Any) -> float | None:
    """A wait in seconds from a number or a `Retry-After` header, at most a day; None when there is none."""
    told = value if isinstance(value, float) else number(value)
    return min(float(told), LONGEST_WAIT) if told is not None and 0 <= told < FAR_FUTURE else None


def header(headers: Mapping[str, str], name: str) -> str:
    """A header whatever the case of its name, or an empty string."""
    wanted = name.lower()
    return next((words(value) for key, value in headers.items() if words(key).lower() == wanted), "")


def same_secret(expected: str, given: str) -> bool:
    """Whether the two are equal, in constant time; an empty or non-ASCII one never is."""
    if not (expected and given and expected.isascii() and given.isascii()):
        return False
    return hmac.compare_digest(expected.encode(), given.encode())


def signed(secret: str, raw: bytes, given: str) -> bool:
    """Whether `given` is the hexadecimal HMAC-SHA256 of the raw body under the secret."""
    if not secret:
        return False
    return same_secret(hmac.new(secret.encode("utf-8", "replace"), raw, hashlib.sha256).hexdigest(), given.lower())


def profile(**facts: Any) -> Mapping[str, str]:
    """The facts that were told."""
    return {name: value for name, value in facts.items() if isinstance(value, str) and value.strip()}


def phone(value: Any) -> str:
    """A phone number as `+` and digits, or an empty string."""
    told = ident(value) or ""
    digits = re.sub(r"[^0-9]", "", told)
    return f"+{digits}" if NUMBER.fullmatch(told) and 7 <= len(digits) <= 15 else ""


def or_unreadable(events: Iterable[Event], body: Any) -> tuple[Event, ...]:
    """The events, or one notice that keeps a body in which none was found."""
    found = tuple(events)
    raw: Mapping[str, Any] = body if isinstance(body, dict) else {"body": body}
    return found or (Notice(kind="unreadable", raw=raw),)
