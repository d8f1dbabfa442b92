"""What the tests of bad input share."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.town import Town


def journey(**send: Any) -> dict[str, Any]:
    """A two-step journey whose first step has these settings."""
    return {
        "graph": {"name": "Two steps", "entry": {"api": True}},
        "nodes": [
            {"id": "hello", "kind": "send", "settings": {"channel": "telegram", "text": "Hi", **send}},
            {"id": "bye", "kind": "exit", "settings": {}},
        ],
        "edges": [{"source": "hello", "target": "bye", "key": "sent"}],
    }


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of a response, checked for the shape that every error has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["title"]
    assert body["detail"]
    assert body["type"] == f"urn:tropa:problem:{code}"
    return body


def wait_for_import(place: Town, name: str) -> dict[str, Any]:
    """The import once it is over."""
    for _ in range(200):
        found: dict[str, Any] = place.call("GET", f"/v1/imports/{name}")
        if found["status"] in ("done", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the import does not end: {found}")
