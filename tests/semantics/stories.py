"""The words in which the stories of the rules are told."""

from __future__ import annotations

from typing import Any

from tests.journeys.documents import drawn, line, step
from tests.town import Engine, Town

__all__ = [
    "BUTTONS",
    "NOON",
    "YES_NO",
    "deliveries",
    "drawn",
    "faults",
    "line",
    "question",
    "replies",
    "sent",
    "sleeping",
    "step",
    "waking",
]

#: A Monday. The clock of a town only goes forward, so it lies far ahead.
NOON = "2040-01-09T12:00:00Z"
YES_NO = [
    {"exit": "yes", "buttons": ["yes"], "keywords": ["да"]},
    {"exit": "no", "buttons": ["no"], "keywords": ["нет"]},
]
BUTTONS = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]


def question(text: str = "Tea?", patience: str = "P1D", **graph: Any) -> dict[str, Any]:
    """A journey of one question with two buttons; its answers are told apart by where the trip ends."""
    return drawn(
        step("ask", "send", text=text, buttons=BUTTONS),
        step("answer", "reply", branches=YES_NO, patience=patience),
        *(step(name, "exit", reason=name) for name in ("yes", "no", "else", "silence")),
        ways="ask.sent>answer answer.yes>yes answer.no>no answer.something_else>else answer.no_answer>silence",
        **graph,
    )


def deliveries(place: Town, contact: str) -> list[dict[str, Any]]:
    """What was planned for a contact, oldest first."""
    items: list[dict[str, Any]] = place.call("GET", "/v1/deliveries", params={"contact": contact})["items"]
    return items


def replies(place: Town, contact: str) -> list[dict[str, Any]]:
    """What a contact sent, oldest first."""
    items: list[dict[str, Any]] = place.call("GET", "/v1/replies", params={"contact": contact})["items"]
    return items


def sent(place: Town, address: str = "777") -> list[str]:
    """The texts that a messenger took for a person, by the messengers' own log: a message taken twice stands twice."""
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    return [each["text"] for each in items if each["accepted"] and each["address"] == address and each["text"]]


def faults(place: Town, *kinds: str, **more: Any) -> None:
    """What the messengers do wrong from now on; nothing without kinds."""
    place.call("PUT", "/sandbox/faults", json={"faults": [{"kind": kind, **more} for kind in kinds]})


def sleeping(place: Town) -> None:
    """The engine is down."""
    assert place.engine is not None
    place.engine.stop()
    place.engine = None


def waking(place: Town) -> None:
    """The engine is back."""
    place.engine = Engine(place.project, place.world.url)
