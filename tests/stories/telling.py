"""How stories are told: an example published, its people invited, its sums asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from journeys.funnel import wrong
from tests.town import Town

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "journeys"


def example(name: str, language: str = "ru") -> dict[str, Any]:
    """A ready-made journey's document."""
    document: dict[str, Any] = json.loads((EXAMPLES / language / f"{name}.json").read_text(encoding="utf-8"))
    return document


def deliveries(place: Town, journey: str, contact: str) -> list[tuple[str, str, str]]:
    """What became of a contact's messages, in order: (node, state, reason)."""
    params = {"journey": journey, "contact": contact}
    items = place.call("GET", "/v1/deliveries", params=params)["items"]
    return [(each["node"], each["state"], each["reason"] or "") for each in items]


def rules(place: Town, contact: str) -> list[tuple[str, str]]:
    """What a contact wrote or pressed and the rule that routed it, in order."""
    items = place.call("GET", "/v1/replies", params={"contact": contact})["items"]
    return [(each["button"] or each["text"], each["rule"]) for each in items]


def ending(place: Town, journey: str, contact: str) -> tuple[str, str | None]:
    """How a contact's trip stands: (status, reason)."""
    trip = place.trip(journey, contact)
    return trip["status"], trip["reason"]


def sums(place: Town, journey: str) -> dict[str, Any]:
    """The funnel, after its sums were checked: trips, visits, and every planned message in one state."""
    funnel = place.funnel(journey)
    assert wrong(funnel) == []
    for node in funnel["nodes"]:
        if node["kind"] == "send":
            assert (node["deliveries"] or {"planned_in_all": 0})["planned_in_all"] == node["entered"], node
    return funnel


def node(funnel: dict[str, Any], name: str) -> dict[str, Any]:
    """A step's row of a funnel."""
    row: dict[str, Any] = next(each for each in funnel["nodes"] if each["id"] == name)
    return row
