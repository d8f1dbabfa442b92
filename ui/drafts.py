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
