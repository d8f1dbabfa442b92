"""Condition: which way a contact goes depends on what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nodes.base import Node, Tell
from nodes.visit import Decision, Leave, Visit


class RuleBranch(BaseModel):
    """A way out with the rule that opens it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exit: str = Field(title="Exit", pattern=r"^[a-z0-9_]{1,40}$", description="Name of the way out.")
    rule: dict[str, Any] = Field(title="Rule", json_schema_extra={"widget": "rule"})


class Condition(Node, kind="condition", icon="🔀"):
    """Sends a contact along the first branch whose rule holds, otherwise by `otherwise`.

    Rules look at attributes, tags, consents, segments, past events, deliveries, the entry event and survey answers.
    Nothing is waited for: the facts are those of this moment.
    """

    begins: ClassVar[Mapping[str, Any]] = {"branches": [{"exit": "yes", "rule": {"attribute": "city", "is": "exists"}}]}

    branches: tuple[RuleBranch, ...] = Field(title="Branches", min_length=1, max_length=20)

    @model_validator(mode="after")
    def _exits_differ(self) -> Condition:
        names = [branch.exit for branch in self.branches]
        if len(set(names)) < len(names) or "otherwise" in names:
            raise ValueError("each branch needs an exit of its own, and none may be called otherwise")
        return self

    def exits(self) -> tuple[str, ...]:
        return (*(branch.exit for branch in self.branches), "otherwise")

    def sentence(self) -> str:
        return "If " + ", else if ".join(branch.exit for branch in self.branches)

    def rules(self) -> Iterable[tuple[str, Mapping[str, Any], bool]]:
        return [(f"branches.{number}.rule", branch.rule, False) for number, branch in enumerate(self.branches)]

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        taken = decision.exit if isinstance(decision, Leave) else ""
        rule = next((branch.rule for branch in self.branches if branch.exit == taken), None)
        if rule is not None:
            return f"{taken} holds: {tell(rule)}"
        return f"None holds: {'; '.join(tell(branch.rule) for branch in self.branches)}"

    def decide(self, visit: Visit) -> Leave:
        for branch in self.branches:
            if visit.holds(branch.rule):
                return Leave(branch.exit)
        return Leave("otherwise")
