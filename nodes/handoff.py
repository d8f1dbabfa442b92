"""Hand over: a person of yours takes the conversation."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from nodes.base import Node, Patience, Tell
from nodes.visit import Closed, Decision, Hand, Leave, Stay, Visit


class Handoff(Node, kind="handoff", icon="🙋"):
    """Puts the contact into the inbox, where one of your people answers, and goes on when the conversation is closed.

    If nobody closes it, the journey goes on by itself after a while. What the contact writes meanwhile stands in the
    inbox.
    """

    queue: str = Field("", title="Queue", max_length=60, description="Who is to answer, as «sales».")
    resume_after: Patience = Field(
        timedelta(days=1), title="Go on by itself after", json_schema_extra={"widget": "patience"}
    )

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def sentence(self) -> str:
        return f"Hand over to {self.queue}" if self.queue else "Hand over to a person"

    def breaks_cycle(self) -> bool:
        return isinstance(self.resume_after, str) or self.resume_after >= timedelta(minutes=1)

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if isinstance(decision, Stay):
            return "Waits until the conversation is closed."
        return "The conversation was closed." if isinstance(visit.heard, Closed) else "Nobody closed the conversation."

    def decide(self, visit: Visit) -> Leave | Stay:
        deadline = None if isinstance(self.resume_after, str) else visit.arrived_at + self.resume_after
        if visit.arriving:
            return Stay(deadline, "handoff", (Hand(queue=self.queue),))
        if isinstance(visit.heard, Closed) or (deadline is not None and visit.now >= deadline):
            return Leave("done")
        return Stay(deadline, "handoff")
