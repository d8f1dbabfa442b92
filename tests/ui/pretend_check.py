"""A small check of journeys for the pretend API: exits that lead nowhere and settings that are missing."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def exits(node: Json) -> list[str]:
    """The ways out of a step with its settings."""
    settings = node.get("settings") or {}
    branches = [one.get("exit", "") for one in settings.get("branches", [])]
    fixed = {
        "send": ["sent", "blocked"] if settings.get("on_blocked") == "branch" else ["sent"],
        "wait": ["happened", "timeout"] if settings.get("event") or settings.get("rule") else ["done"],
        "condition": [*branches, "otherwise"],
        "reply": [*branches, "something_else", "no_answer"],
        "survey": ["completed", "no_answer", "gave_up"],
        "split": [one.get("exit", "") for one in settings.get("arms", [])],
        "coupon": ["given", "empty"],
        "exit": [],
    }
    return fixed.get(str(node["kind"]), ["done"])


def sentence(node: Json) -> str:
    """What the card of a step says."""
    settings = node.get("settings") or {}
    spans = {"PT1H": "1 hour", "P1D": "1 day", "P2D": "2 days"}
    lines = {
        "send": settings.get("text", "")[:60],
        "wait": f"Wait {spans.get(str(settings.get('for')), '1 day')}",
        "reply": f"Wait for an answer: {spans.get(str(settings.get('patience')), '1 day')}",
        "coupon": f"Give a code from {settings.get('pool', '')}",
        "split": "Split " + ", ".join(one.get("exit", "") for one in settings.get("arms", [])),
        "exit": f"End: {settings.get('reason', 'done')}",
    }
    kind = str(node["kind"])
    return str(lines.get(kind, kind.capitalize()))


def check(document: Json) -> list[Json]:
    """Problems of a document, as the product words them."""
    if not document["nodes"]:
        return [problem("The journey is empty.", "Add a first step.")]
    drawn = {(edge["source"], edge["key"]) for edge in document["edges"]}
    wrong = []
    for node in document["nodes"]:
        if node["kind"] == "send" and not (node.get("settings") or {}).get("text"):
            text = "Write a text, or choose a picture or a template."
            wrong.append(problem(text, "Correct the settings.", node["id"], path="text"))
        for way in exits(node):
            if (node["id"], way) not in drawn:
                wrong.append(problem(f"The exit {way} leads nowhere.", f"Connect {way} to a step.", node["id"], way))
    return wrong


def problem(text: str, fix: str, node: str | None = None, way: str | None = None, path: str | None = None) -> Json:
    return {"node": node, "exit": way, "path": path, "level": "error", "text": text, "fix": fix}


def described(document: Json) -> dict[str, Json]:
    """Each step's exits and sentence; a step without a text has neither, as its settings do not fit."""
    valid = [one for one in document["nodes"] if one["kind"] != "send" or (one.get("settings") or {}).get("text")]
    return {node["id"]: {"exits": exits(node), "sentence": sentence(node)} for node in valid}
