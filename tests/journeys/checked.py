"""A drawing in which nothing is wrong, and ways to spoil it."""

from __future__ import annotations

from typing import Any

from tests.journeys.documents import drawn, line, step

QUESTION = step("ask", "send", text="Tea?", buttons=[{"id": "yes", "title": "Yes"}])
HEARD = step("answer", "reply", branches=[{"exit": "yes", "buttons": ["yes"]}], patience="P1D")
GOOD = drawn(
    QUESTION,
    HEARD,
    step("bye", "exit"),
    ways="ask.sent>answer answer.yes>bye answer.something_else>bye answer.no_answer>bye",
)


def without(document: dict[str, Any], way: str) -> dict[str, Any]:
    """The document less one edge, `answer.yes`."""
    source, key = way.split(".")
    kept = [edge for edge in document["edges"] if (edge["source"], edge["key"]) != (source, key)]
    assert len(kept) == len(document["edges"]) - 1
    return {**document, "edges": kept}


def ring(*steps: dict[str, Any], out: str) -> dict[str, Any]:
    """Steps in a ring, left from its last one by the exit `out`."""
    whole = line(*steps, start=steps[0]["id"])
    for edge in whole["edges"]:
        if edge["target"] == "bye" and edge["key"] != out:
            edge["target"] = steps[0]["id"]
    return whole


ASK_AGAIN = {"branches": [{"exit": "again", "rule": {"attribute": "n", "is": "less", "value": 3}}]}
