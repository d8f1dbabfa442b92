"""What a messenger's answer to a request means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Trouble(StrEnum):
    """Why a messenger did not take a message; the engine's effect hangs on the class, not on the code."""

    RETRY_BACKOFF = "retry_backoff"
    CONTACT_BLOCKED = "contact_blocked"
    CONTACT_INVALID = "contact_invalid"
    #: Not delivered and no cause told: the second time after a day it counts as invalid.
    CONTACT_DOUBTFUL = "contact_doubtful"
    OUTSIDE_WINDOW = "outside_window"
    OPTED_OUT = "opted_out"
    TEMPLATE_PROBLEM = "template_problem"
    CONTENT_INVALID = "content_invalid"
    ACCOUNT_AUTH = "account_auth"
    ACCOUNT_RESTRICTED = "account_restricted"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The messenger took the message; `id` is its own id of it, as text."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A definite no: nothing was sent and the same request would be refused again."""

    trouble: Trouble
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAfter:
    """A definite no for now: nothing was sent; wait `seconds` for the whole account or this pair."""

    seconds: float
    #: `either`: the messenger does not say for whom; it is meant for one person until several are told the same.
    scope: Literal["account", "pair", "either"] = "account"
    code: str = ""
    #: False: the seconds are our guess, which grows when it was too short.
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody can tell whether the message went out: 5xx, a body that is not the messenger's."""

    text: str = ""


Answer = Accepted | Rejected | RetryAfter | Unknown
