"""Exit: the trip is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from nodes.base import Node
from nodes.visit import End, Visit


class Exit(Node, kind="exit", icon="🏁"):
    """Ends the journey for this contact.

    The reason is shown in the funnel, so that several endings can be told apart.
    """

    begins: ClassVar[Mapping[str, Any]] = {"reason": "done"}

    reason: str = Field("done", title="Reason", description="Shown in the funnel.", min_length=1, max_length=60)

    def exits(self) -> tuple[str, ...]:
        return ()

    def sentence(self) -> str:
        return f"End: {self.reason}"

    def decide(self, visit: Visit) -> End:
        return End(self.reason)
