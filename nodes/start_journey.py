"""Start journey: the contact begins another journey and goes on here."""

from __future__ import annotations

from pydantic import Field

from nodes.base import Node
from nodes.visit import Begin, Leave, Visit


class StartJourney(Node, kind="start_journey", icon="🔀"):
    """Lets the contact enter another journey, with the entry event of this one, and goes on.

    Whether they may enter is the other journey's own setting; if not, it is counted there with its reason. To move
    somebody from one journey to another, put an End after it.
    """

    journey: str = Field(title="Journey", min_length=1, max_length=60, json_schema_extra={"widget": "journey"})

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def sentence(self) -> str:
        return f"Start {self.journey}"

    def decide(self, visit: Visit) -> Leave:
        return Leave("done", (Begin(journey=self.journey),))
