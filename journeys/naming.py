"""What a journey's document names that lies outside of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from journeys.graph import Settings, read_node
from journeys.rules import check_rule, wanted


def named_segments(document: Any) -> Iterator[tuple[str | None, str, str]]:
    """(node, path in its settings or in `graph`, segment) of every segment that is named; what is broken names none."""
    if not isinstance(document, Mapping):
        return
    for raw in document.get("nodes") or ():
        try:
            node = read_node(raw)
        except (ValidationError, LookupError, TypeError, AttributeError):
            continue
        for path, rule, over_event in node.rules():
            for name in () if over_event or check_rule(rule) else sorted(wanted(rule).segments):
                yield raw.get("id"), path, name
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
