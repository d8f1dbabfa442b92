"""What can go wrong between the pages and the API, in people's words.

Trouble
├── Unreachable     nobody answers at the API's address (it may be starting)
├── Slow            it answers, but not in time
├── Refused         401 and 403: the key
├── Missing         404
├── Conflict        409 and 412: somebody else was first
└── Rejected        400 and 422: something in what was sent
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldTrouble:
    """One field that was refused: its dotted path and why."""

    path: str
    reason: str
    fix: str = ""


class Trouble(Exception):
    """The API could not do what was asked."""

    def __init__(self, title: str, detail: str = "", *, status: int = 0, fields: tuple[FieldTrouble, ...] = ()) -> None:
        super().__init__(f"{title} {detail}".strip())
        self.title = title
        self.detail = detail
        self.status = status
        self.fields = fields


class Unreachable(Trouble):
    """Nobody answers at the API's address."""


class Slow(Trouble):
    """The API did not answer in time; what was asked may still happen."""


class Refused(Trouble):
    """The API does not accept the key."""


class Missing(Trouble):
    """What was asked for does not exist."""


class Conflict(Trouble):
    """Somebody else changed it first."""


class Rejected(Trouble):
    """Something in what was sent does not fit."""


KINDS: Mapping[int, type[Trouble]] = {
    400: Rejected,
    401: Refused,
    403: Refused,
    404: Missing,
    409: Conflict,
    412: Conflict,
    413: Rejected,
    422: Rejected,
    428: Conflict,
}


def from_answer(status: int, body: Any) -> Trouble:
    """Problem details (RFC 9457), or any other error body, as trouble; never raises."""
    problem = body if isinstance(body, Mapping) else {}
    title = _text(problem.get("title")) or f"HTTP {status}"
    detail = _text(problem.get("detail"))
    listed = problem.get("errors") or problem.get("problems") or problem.get("detail")
    fields = tuple(_field(one) for one in listed if isinstance(one, Mapping)) if isinstance(listed, list) else ()
    if not fields and problem.get("field"):
        fields = (FieldTrouble(_text(problem["field"]), detail),)
    return KINDS.get(status, Trouble)(title, detail, status=status, fields=fields)


def _field(one: Mapping[str, Any]) -> FieldTrouble:
    place = one.get("field") or one.get("path") or one.get("pointer") or one.get("loc") or ""
    if isinstance(place, list):
        place = ".".join(str(part) for part in place)
    place = ".".join(part for part in (_text(one.get("node")), _text(one.get("exit")), _text(place)) if part)
    reason = one.get("reason") or one.get("text") or one.get("detail") or one.get("msg") or one.get("message")
    return FieldTrouble(place, _text(reason), _text(one.get("fix")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, list | dict) else str(value)
