"""Broadcasts: what a list of journeys tells of those that contacts enter by a schedule."""

from __future__ import annotations

from typing import Any

from api.doors import iso
from engine.broadcasts import Plan


def shown_plan(plan: Plan | None) -> dict[str, Any]:
    """`broadcast` of a journey: its schedules, the soonest first, and what became of the messages of all rounds."""
    if plan is None:
        return {}
    schedules = [
        {
            "schedule": each.schedule,
            "segment": each.segment,
            "segment_name": each.segment_name,
            "timezone": each.timezone,
            "next": iso(each.next),
            "entering": each.entering,
        }
        for each in plan.schedules
    ]
    return {"broadcast": {"schedules": schedules, "sent": plan.sent, "failed": plan.failed}}
