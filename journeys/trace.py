"""Why a contact went the way they went: each decision of a walk in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from journeys.comparing import OPERATORS
from nodes.base import Node
from nodes.visit import Decision, End, Leave, Stay, Visit

#: So many parts of a rule are told.
MOST = 8
_TITLES = {each.name: each.title for each in OPERATORS}


@dataclass(frozen=True, slots=True)
class Traced:
    """One decision: where, what came of it, and why."""

    seq: int
    node: str
    at: datetime
    outcome: str
    exit: str | None
    until: datetime | None
    why: str


def traced(node: Node, name: str, seq: int, visit: Visit, decision: Decision) -> Traced:
    """A decision as it is told."""
    outcome = "left" if isinstance(decision, Leave) else "stays" if isinstance(decision, Stay) else "ended"
    why = node.explain(visit, decision, teller(visit))
    if isinstance(decision, End) and not decision.completed and not why:
        why = decision.reason
    return Traced(
        seq=seq,
        node=name,
        at=visit.now,
        outcome=outcome,
        exit=decision.exit if isinstance(decision, Leave) else None,
        until=decision.until if isinstance(decision, Stay) else None,
        why=why,
    )


def teller(visit: Visit) -> Callable[[Mapping[str, Any]], str]:
    """What tells a rule part by part, with what each part found: «✓ total is at least 1000 (1500)»."""

    def tell(rule: Mapping[str, Any]) -> str:
        parts = list(_parts(rule))
        lines = [_line(part, visit) for part in parts[:MOST]]
        return "; ".join([*lines, *(["…"] if len(parts) > MOST else [])])

    return tell


def _parts(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "all" in rule or "any" in rule:
        for each in rule.get("all", rule.get("any", ())):
            yield from _parts(each)
    elif rule:
        yield rule


def _line(part: Mapping[str, Any], visit: Visit) -> str:
    mark = "✓" if visit.holds(part) else "✗"
    inner, negated = (part["not"], "not ") if "not" in part else (part, "")
    return f"{mark} {negated}{_words(inner, visit)}"


def _words(part: Mapping[str, Any], visit: Visit) -> str:
    if "attribute" in part:
        name = part["attribute"]
        asked = _TITLES.get(part.get("is", ""), part.get("is", ""))
        wanted = f" {_shown(part['value'])}" if "value" in part and part.get("is") != "exists" else ""
        return f"{name} {asked}{wanted} ({_shown(_value(visit, name))})"
    if "event" in part:
        return f"event {part['event']}"
    if "delivery" in part:
        of = part["delivery"]
        return f"message {_shown(of.get('node') or of.get('journey') or '')} {part.get('was', '')}".strip()
    kind = next(iter(part), "rule")
    return f"{kind} {_shown(part.get(kind))}"


def _value(visit: Visit, path: str) -> Any:
    root, _, rest = path.partition(".")
    source: Any = {"event": visit.event, "answers": visit.answers}.get(root) if rest else None
    names = rest if source is not None or root == "contact" else path
    found: Any = visit.attributes if source is None else source
    for step in names.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
