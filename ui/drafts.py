"""A journey document to begin with."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def blank(name: str) -> Json:
    """A journey with nothing but an end, entered over the API."""
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"name": name, "entry": {"api": True}},
        "nodes": [{"id": "end", "kind": "exit", "title": "", "settings": {"reason": "done"}, "x": 0, "y": 0}],
        "edges": [],
    }


def broadcast(name: str, schedule: str, segment: str, timezone: str, message: Json) -> Json:
    """A journey that a segment (empty: everybody) enters on a schedule, gets one message and leaves."""
    entry = {"schedule": schedule, **({"segment": segment} if segment else {})}
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"name": name, "entry": entry, "timezone": timezone},
        "nodes": [
            {"id": "message", "kind": "send", "title": "", "settings": {"channel": "auto", **message}, "x": 0, "y": 0},
            {"id": "end", "kind": "exit", "title": "", "settings": {"reason": "done"}, "x": 360, "y": 0},
        ],
        "edges": [{"source": "message", "target": "end", "key": "sent"}],
    }
