"""What a rehearsal came to, and what of it a test of the journey expected otherwise."""

from __future__ import annotations

from typing import Any

from engine.rehearsal import Rehearsal
from journeys.script import Expected


def outcome(played: Rehearsal) -> Expected:
    """What a rehearsal came to, as a test of the journey would expect it."""
    done = played.walked
    return Expected(
        path=tuple((each.node, each.exit) for each in played.path),
        status=done.status,
        reason=done.reason,
        node=None if done.over else done.trip.node,
        converted=played.converted,
    )


def differences(expected: Expected, found: Expected) -> list[dict[str, Any]]:
    """What came out otherwise than a test expects: what, expected, found."""
    wanted, got = expected.model_dump(mode="json", exclude_none=True), found.model_dump(mode="json")
    return [
        {"what": name, "expected": value, "found": got[name]} for name, value in wanted.items() if got[name] != value
    ]
