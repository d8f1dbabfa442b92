"""Split: parts of the audience go different ways, for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nodes.base import Node, Tell
from nodes.visit import Decision, Leave, Visit


class Arm(BaseModel):
    """One way out and its share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exit: str = Field(title="Exit", pattern=r"^[a-z0-9_]{1,40}$")
    weight: float = Field(1, title="Weight", gt=0, le=1_000_000, description="Share against the other arms' weights.")


class Split(Node, kind="split", icon="🧪"):
    """Divides contacts by weight, for tests of one message against another.

    The choice is a hash of the salt and the contact: the same contact always takes the same arm, in every trip and
    every version, as long as the salt stays.
    A holdout keeps that share of contacts out of all arms, to compare with.
    """

    uses_luck: ClassVar[bool] = True
    begins: ClassVar[Mapping[str, Any]] = {"arms": [{"exit": "a", "weight": 1}, {"exit": "b", "weight": 1}]}
    front: ClassVar[tuple[str, ...]] = ("arms",)

    arms: tuple[Arm, ...] = Field(title="Arms", min_length=2, max_length=10)
    salt: str = Field("", title="Salt", max_length=60, description="Empty: the node's own id.")
    holdout: float | None = Field(None, title="Holdout, %", gt=0, le=50)

    @model_validator(mode="after")
    def _exits_differ(self) -> Split:
        names = [arm.exit for arm in self.arms]
        if len(set(names)) < len(names) or "holdout" in names:
            raise ValueError("each arm needs an exit of its own, and none may be called holdout")
        return self

    def exits(self) -> tuple[str, ...]:
        arms = tuple(arm.exit for arm in self.arms)
        return (*arms, "holdout") if self.holdout else arms

    def sentence(self) -> str:
        total = sum(arm.weight for arm in self.arms)
        return "Split " + ", ".join(f"{arm.exit} {arm.weight / total:.0%}" for arm in self.arms)

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        return f"This contact falls at {visit.luck * 100:.0f} of 100, always."

    def decide(self, visit: Visit) -> Leave:
        kept_out = (self.holdout or 0) / 100
        if visit.luck < kept_out:
            return Leave("holdout")
        point = (visit.luck - kept_out) / (1 - kept_out) * sum(arm.weight for arm in self.arms)
        for arm in self.arms:
            point -= arm.weight
            if point < 0:
                return Leave(arm.exit)
        return Leave(self.arms[-1].exit)
