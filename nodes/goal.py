"""Goal: what the journey is for has happened."""

from __future__ import annotations

from pydantic import Field

from nodes.base import Node
from nodes.visit import Leave, Reach, Visit


class Goal(Node, kind="goal", icon="🎯"):
    """Counts the contact as converted and goes on.

    Place it where the journey has reached what it was made for, as after «order confirmed».
    A goal that can be reached from anywhere is a setting of the journey instead.
    """

    name: str = Field(title="Goal", description="What was reached, as «ordered».", min_length=1, max_length=60)

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def sentence(self) -> str:
        return f"Goal: {self.name}"

    def decide(self, visit: Visit) -> Leave:
        return Leave("done", (Reach(goal=self.name),))
