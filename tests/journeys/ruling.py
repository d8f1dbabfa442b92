"""The words in which rules are tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from journeys.rules import (
    Facts,
    compile_rule,
)

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


def holds(rule: Mapping[str, Any], attributes: Mapping[str, Any] | None = None, **facts: Any) -> bool:
    """Whether a rule holds for attributes and facts, at NOW."""
    return compile_rule(rule)(Facts(now=NOW, attributes=attributes or {}, **facts))


def compares(have: Any, name: str, value: Any, zone: str = "UTC") -> bool:
    """Whether an attribute that is `have` compares to `value` in this way."""
    return holds({"attribute": "x", "is": name, "value": value}, {"x": have}, zone=zone)


IS_A = {"attribute": "x", "is": "equal", "value": "a"}
NOT_KNOWN = {"attribute": "y", "is": "exists"}
