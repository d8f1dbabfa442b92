"""Faults on demand: what a messenger, its network or its webhooks do wrong, and how often."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.people import chance

Kind = Literal[
    "429",
    "500_accepted",
    "500",
    "html_502",
    "timeout_after_accept",
    "drop_after_accept",
    "reset_mid_body",
    "slow",
    "trickle",
    "malformed",
    "early_receipt",
    "401",
    "403_blocked",
    "late_receipt",
    "lost_webhook",
    "duplicate_webhook",
    "replayed",
    "batched",
    "reordered",
    "forged",
]
#: The request is refused and nothing is sent.
REFUSING = frozenset({"429", "500", "html_502", "401", "403_blocked"})
#: The message is taken, only the answer suffers.
ANSWERING = frozenset({
    "500_accepted", "timeout_after_accept", "drop_after_accept", "reset_mid_body", "slow", "trickle", "malformed",
    "early_receipt",
})  # fmt: skip
REQUEST = REFUSING | ANSWERING


class Fault(BaseModel):
    """One fault: whom it hits, how often, and its numbers in seconds."""

    model_config = ConfigDict(extra="forbid")

    channel: str | None = None
    address: str | None = None
    kind: Kind
    #: How many times it still strikes; None: always.
    times: int | None = Field(None, ge=0)
    probability: float = Field(1.0, ge=0, le=1)
    retry_after: float | None = None
    #: Real seconds for slow, trickle (between two bytes) and timeout_after_accept; virtual ones for what webhooks do.
    delay: float | None = None
    #: `batched`: the most events that one webhook tells, where the messenger joins events (Meta's; up to a thousand).
    #: They wait for the account's next webhook, `delay` at most.
    most: int = Field(1_000, ge=2, le=1_000)


class Faults:
    """The list in force."""

    def __init__(self) -> None:
        self.items: list[Fault] = []
        #: Set when a count went down, so that the owner stores the list.
        self.changed = False

    def replace(self, items: list[Fault]) -> None:
        self.items = items
        self.changed = True

    def strike(self, kinds: frozenset[str], channel: str, address: str, number: int, seed: int) -> Fault | None:
        """The first fault of these kinds that hits this person's n-th event; counts it."""
        for index, fault in enumerate(self.items):
            if fault.kind not in kinds or fault.times == 0:
                continue
            if fault.channel not in {None, channel} or fault.address not in {None, address}:
                continue
            if chance(seed, address, number, f"fault {index} {fault.kind}") >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
                self.changed = True
            return fault
        return None

    def saved(self) -> list[dict[str, Any]]:
        return [fault.model_dump(exclude_none=True) for fault in self.items]
