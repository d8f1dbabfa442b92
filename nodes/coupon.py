"""Coupon: a code of their own for each contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pydantic import Field

from nodes.base import Node, Tell
from nodes.visit import Decision, Draw, Drawn, Leave, Stay, Visit


class Coupon(Node, kind="coupon", icon="🎟️"):
    """Takes a code from a pool for this contact; messages after it show it as `{{ coupon }}`.

    A contact gets one code a visit. When the pool is empty the contact leaves by `empty`.
    """

    pool: str = Field(title="Pool", min_length=1, max_length=60, json_schema_extra={"widget": "pool"})

    def exits(self) -> tuple[str, ...]:
        return ("given", "empty")

    def gives(self, exit: str) -> Iterable[str]:
        return ("coupon",) if exit == "given" else ()

    def sentence(self) -> str:
        return f"Give a code from {self.pool}"

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if not isinstance(visit.heard, Drawn):
            return ""
        return (
            f"The pool {self.pool} is empty." if visit.heard.code is None else f"The code {visit.heard.code} was drawn."
        )

    def decide(self, visit: Visit) -> Leave | Stay:
        if isinstance(visit.heard, Drawn):
            return Leave("given" if visit.heard.code is not None else "empty")
        # The store answers inside the batch's own transaction; the hour only bounds a crash in between.
        return Stay(visit.now + timedelta(hours=1), "coupon", (Draw(pool=self.pool),))
