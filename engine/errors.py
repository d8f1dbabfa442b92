"""What can go wrong, drawn; each docstring is the message.

TropaError
├── JourneyHasProblems
├── NotFound
├── StaleRevision
├── RevisionNeeded
├── IdempotencyMismatch
└── AccountRefused
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journeys.check import Problem

__all__ = [
    "AccountRefused",
    "IdempotencyMismatch",
    "JourneyHasProblems",
    "NotFound",
    "RevisionNeeded",
    "StaleRevision",
    "TropaError",
]


class TropaError(Exception):
    """Something is not as it must be."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class JourneyHasProblems(TropaError):
    """This journey cannot be published until its problems are fixed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


class NotFound(TropaError):
    """There is no such thing here."""


class StaleRevision(TropaError):
    """Somebody else has saved this draft meanwhile: load it again, or save yours over it with the new revision."""


class RevisionNeeded(TropaError):
    """Say in If-Match which revision of the draft you have changed."""


class IdempotencyMismatch(TropaError):
    """This Idempotency-Key was used for another request: take a new one."""


class AccountRefused(TropaError):
    """This account cannot be connected."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
