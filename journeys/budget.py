"""How many trips may fail before a journey is stopped, so that a mistake does not run through everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: A share says little of fewer people: two of three is one bad afternoon.
FEW = 20
#: The owner is told at this part of what stops the journey.
EARLY = 0.5

Verdict = Literal["", "warn", "stop"]


class Budget(BaseModel):
    """Failures that pause a journey; counted since it was published or resumed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float | None = Field(
        None, title="Percent of contacts", gt=0, le=100, description="Looked at once 20 contacts were inside."
    )
    number: int | None = Field(None, title="Number of contacts", ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _something(self) -> Budget:
        if self.share is None and self.number is None:
            raise ValueError("failures are a percent of contacts, a number of them, or both: set one")
        return self


@dataclass(frozen=True, slots=True)
class Run:
    """What a journey has come to since it was published or resumed: who was inside or came in, and who failed."""

    people: int
    failed: int


def verdict(budget: Budget, run: Run) -> Verdict:
    """Whether so many failures stop the journey, or are worth telling."""
    spent = max(_spent(budget.number, run.failed), _spent(budget.share, _percent(run)))
    return "stop" if spent >= 1 else "warn" if spent >= EARLY else ""


def _percent(run: Run) -> float:
    return 100 * run.failed / run.people if run.people >= FEW else 0.0


def _spent(most: float | None, failed: float) -> float:
    return 0.0 if most is None else failed / most
