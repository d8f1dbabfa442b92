"""The funnel's arithmetic: counters become rows that add up, and the sums that prove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.base import Limits

#: (node or "" for the journey, what) → amount
Sums = Mapping[tuple[str, str], int]
STATES = ("planned", "held", "accepted", "delivered", "read", "rejected", "suppressed", "unknown", "unresolved")


@dataclass(frozen=True, slots=True)
class Step:
    """A node as the funnel shows it."""

    id: str
    kind: str
    title: str
    #: Messengers that the node may use, for what they can report.
    channels: tuple[str, ...] = ()


def funnel(sums: Sums, steps: Iterable[Step], limits: Mapping[str, Limits]) -> dict[str, Any]:
    """The journey's row (trips) and a row per node (visits). See `wrong` for the sums that hold."""
    whole = _row(sums, "")
    gone = whole["completed"] + sum(whole["exited"].values()) + sum(whole["failed"].values())
    return {
        "entered": whole["entered"],
        "moved_in": whole["moved_in"],
        "moved_out": whole["moved_out"],
        "inside": whole["entered"] + whole["moved_in"] - whole["moved_out"] - gone,
        "completed": whole["completed"],
        "converted": whole["converted"],
        "exited": whole["exited"],
        "failed": whole["failed"],
        "skipped": whole["skipped"],
        "nodes": [_node(sums, step, limits) for step in steps],
    }


def _node(sums: Sums, step: Step, limits: Mapping[str, Limits]) -> dict[str, Any]:
    row = _row(sums, step.id)
    left = {
        what.removeprefix("left:"): amount
        for (node, what), amount in sums.items()
        if node == step.id and what.startswith("left:") and amount
    }
    gone = sum(left.values()) + sum(row["exited"].values()) + sum(row["failed"].values())
    return {
        "id": step.id,
        "kind": step.kind,
        "title": step.title,
        "entered": row["entered"],
        "moved_in": row["moved_in"],
        "moved_out": row["moved_out"],
        "inside": row["entered"] + row["moved_in"] - row["moved_out"] - gone,
        "left": left,
        "exited": row["exited"],
        "failed": row["failed"],
        "deliveries": _deliveries(sums, step, limits),
    }


def _row(sums: Sums, node: str) -> dict[str, Any]:
    def named(prefix: str) -> dict[str, int]:
        return {
            what.removeprefix(prefix): amount
            for (where, what), amount in sums.items()
            if where == node and what.startswith(prefix) and amount
        }

    return {
        "entered": sums.get((node, "entered"), 0),
        "moved_in": sums.get((node, "moved_in"), 0),
        "moved_out": sums.get((node, "moved_out"), 0),
        "completed": sums.get((node, "completed"), 0),
        "converted": sums.get((node, "converted"), 0),
        "exited": named("exited:"),
        "failed": named("failed:"),
        "skipped": named("skipped:"),
    }


def _deliveries(sums: Sums, step: Step, limits: Mapping[str, Limits]) -> dict[str, int | None]:
    """Deliveries by state; what no messenger of this node reports is null, not 0."""
    counted: dict[str, int | None] = {
        state: sums.get((step.id, f"delivery:{state}"), 0)
        for state in STATES
        if sums.get((step.id, f"delivery:{state}"), 0)
    }
    if not counted:
        return {}
    counted["replied"] = sums.get((step.id, "replied"), 0)
    known = [limits[name] for name in (step.channels or limits) if name in limits]
    if "delivered" not in counted:
        counted["delivered"] = 0 if any(each.delivered for each in known) else None
    if "read" not in counted:
        counted["read"] = 0 if any(each.read for each in known) else None
    counted["planned_in_all"] = sum(amount for state, amount in counted.items() if state in STATES and amount)
    return counted


def wrong(result: Mapping[str, Any]) -> list[str]:
    """The sums that do not hold, in words; none when all is well (`semantics.md`)."""
    found = []
    gone = result["completed"] + sum(result["exited"].values()) + sum(result["failed"].values())
    came = result["entered"] + result["moved_in"] - result["moved_out"]
    if came != result["inside"] + gone or result["inside"] < 0:
        found.append(f"trips: entered and moved in {came} ≠ inside {result['inside']} + gone {gone}")
    inside = sum(node["inside"] for node in result["nodes"])
    if inside != result["inside"]:
        found.append(f"inside the nodes {inside} ≠ inside the journey {result['inside']}")
    for node in result["nodes"]:
        if node["inside"] < 0:
            found.append(f"{node['id']}: more have left than entered ({node['inside']})")
    return found
