"""What a journey's document names that lies outside of it, and which journeys it starts without a pause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from journeys.graph import Journey, Settings, read_node
from journeys.rules import check_rule, wanted
from nodes.base import Node
from nodes.start_journey import StartJourney
from nodes.webhook import Webhook


def named_segments(document: Any) -> Iterator[tuple[str | None, str, str]]:
    """(node, path in its settings or in `graph`, segment) of every segment that is named; what is broken names none."""
    if not isinstance(document, Mapping):
        return
    for place, node in _nodes(document):
        for path, rule, over_event in node.rules():
            for name in () if over_event or check_rule(rule) else sorted(wanted(rule).segments):
                yield place, path, name
    try:
        settings = Settings.model_validate(document.get("graph") or {})
    except ValidationError:
        return
    for number, entry in enumerate(settings.entry):
        if entry.segment:
            yield None, f"entry.{number}.segment", entry.segment
    for number, rule in enumerate(settings.exit_when):
        for name in () if check_rule(rule) else sorted(wanted(rule).segments):
            yield None, f"exit_when.{number}", name


def named_journeys(document: Any) -> Iterator[tuple[str, str, str]]:
    """(node, path in its settings, journey) of every journey that a step starts."""
    if isinstance(document, Mapping):
        for place, node in _nodes(document):
            if isinstance(node, StartJourney):
                yield place, "journey", node.journey


def named_addresses(document: Any) -> Iterator[tuple[str, str, str]]:
    """(node, path in its settings, address) of every system that a step calls."""
    if isinstance(document, Mapping):
        for place, node in _nodes(document):
            if isinstance(node, Webhook):
                yield place, "url", node.url


def started_at_once(journey: Journey) -> set[str]:
    """The journeys that a contact starts before anything holds them: a wait of a minute, or an action of theirs."""
    ahead, seen, found = [journey.start], {journey.start}, set()
    while ahead:
        here = ahead.pop()
        node = journey.nodes[here]
        if isinstance(node, StartJourney):
            found.add(node.journey)
        for way in () if node.breaks_cycle() else node.exits():
            target = journey.ways.get((here, way))
            if target is not None and target not in seen:
                seen.add(target)
                ahead.append(target)
    return found


def _nodes(document: Mapping[str, Any]) -> Iterator[tuple[str, Node]]:
    for raw in document.get("nodes") or ():
        try:
            yield raw["id"], read_node(raw)
        except (ValidationError, LookupError, TypeError, AttributeError):
            continue
