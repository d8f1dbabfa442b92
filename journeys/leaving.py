"""When a trip is over before its end: the journey's goal was reached, or its exit rule holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from journeys.facts import View
from journeys.graph import Journey
from nodes.visit import Answered, Changed, Happened, Heard, same_key


def leaves_early(
    journey: Journey, view: View, heard: Heard | None, looked: bool, queue: Sequence[Heard]
) -> Literal["goal", "exit_rule"] | None:
    """Goal before exit: a goal that has been heard counts, though it waits behind what made the exit rule hold.

    `looked`: the present node was looked at already, so that only what has changed since can make the rule hold.
    """
    reached = _goal(journey, view, heard)
    if not reached and not _exit_rule(journey, view, heard, looked):
        return None
    return "goal" if reached or any(_goal(journey, view, each) for each in queue) else "exit_rule"


def _goal(journey: Journey, view: View, heard: Heard | None) -> bool:
    goal = journey.settings.goal
    if goal is None or not isinstance(heard, Happened) or heard.name != goal.event:
        return False
    if goal.match and not same_key(heard.properties.get(goal.match), view.trip.event.get(goal.match)):
        return False
    return goal.where is None or view.holds_over(goal.where, heard.properties)


def _exit_rule(journey: Journey, view: View, heard: Heard | None, looked: bool) -> bool:
    if not journey.settings.exit_when or isinstance(heard, Answered) or (looked and not isinstance(heard, Changed)):
        return False
    return any(view.holds(rule) for rule in journey.settings.exit_when)
