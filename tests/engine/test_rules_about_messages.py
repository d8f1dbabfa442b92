"""Conditions that ask what became of an earlier message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import Town


def journey(was: str) -> dict[str, Any]:
    """A message with a button, a day of waiting, and a condition on what became of it."""
    asked = {"delivery": {"node": "hello"}, "was": was}
    return {
        "graph": {"name": "Did they?", "entry": {"api": True}},
        "nodes": [
            {
                "id": "hello",
                "kind": "send",
                "settings": {"channel": "viber", "text": "Hello", "buttons": [{"id": "ok", "title": "OK"}]},
            },
            {
                "id": "answer",
                "kind": "reply",
                "settings": {"branches": [{"exit": "ok", "buttons": ["ok"]}], "patience": "P1D"},
            },
            {"id": "did", "kind": "condition", "settings": {"branches": [{"exit": "yes", "rule": asked}]}},
            {"id": "yes", "kind": "exit", "settings": {"reason": "yes"}},
            {"id": "no", "kind": "exit", "settings": {"reason": "no"}},
        ],
        "edges": [
            {"source": "hello", "target": "answer", "key": "sent"},
            {"source": "answer", "target": "did", "key": "ok"},
            {"source": "answer", "target": "did", "key": "something_else"},
            {"source": "answer", "target": "did", "key": "no_answer"},
            {"source": "did", "target": "yes", "key": "yes"},
            {"source": "did", "target": "no", "key": "otherwise"},
        ],
    }


@pytest.mark.parametrize("was", ["read", "replied"])
def test_who_read_and_who_answered(place: Town, was: str) -> None:
    place.freeze("2027-01-10T12:00:00Z")
    for name in ("reader", "silent"):
        place.contact(name, "viber", f"{name}AAAA=")
    person = {
        "channel": "viber",
        "address": "readerAAAA=",
        "name": "R",
        "behaviour": {"reads": 1.0, "read_delay": [5, 5]},
    }
    place.call("PUT", "/sandbox/people", json={"people": [person]})
    made = place.publish(journey(was))
    place.enroll(made, "reader", "silent")
    place.advance("PT1M")
    place.reply("readerAAAA=", "viber", button="ok")
    place.advance("P2D")
    assert {name: place.trip(made, name)["reason"] for name in ("reader", "silent")} == {
        "reader": "yes",
        "silent": "no",
    }


@pytest.mark.parametrize(
    "graph",
    [
        {"entry": {"segment": "loyal"}},
        {"entry": {"schedule": "FREQ=DAILY", "segment": "loyal"}},
        {"entry": {"api": True}, "exit_when": [{"segment": "loyal"}]},
    ],
)
def test_what_cannot_work_yet_is_refused_before_it_is_published(place: Town, graph: dict[str, Any]) -> None:
    document = journey("read") | {"graph": {"name": "Later", **graph}}
    made = place.call("POST", "/v1/journeys", json=document)
    assert any("segment" in each["text"].lower() or "schedule" in each["text"].lower() for each in made["problems"])
    place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)
