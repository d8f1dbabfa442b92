"""What the pretend API remembers, its problems and its paging; tests reach in and change it."""

from __future__ import annotations

import copy
from typing import Any

from tests.ui import pretend_data as data
from tests.ui.first_segments import first_segments
from tests.ui.first_talks import first_talks

Json = dict[str, Any]


class Problem(Exception):
    """An answer as problem details."""

    def __init__(self, status: int, title: str, detail: str = "", **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


class World:
    """Everything the pretend API remembers; tests reach in and change it."""

    def __init__(self, *, filled: bool = True, sandbox: bool = True) -> None:
        self.sandbox = sandbox
        self.calls: list[tuple[str, str, Any]] = []
        #: Problems to answer with, by path: a test's way to break a door.
        self.broken: dict[str, Problem] = {}
        self.journeys: dict[str, Json] = {}
        self.contacts = data.contacts() if filled else []
        self.trips = data.trips() if filled else []
        self.channels = data.channels() if filled else []
        self.keys = [
            {
                "id": "1",
                "name": "ui",
                "role": "admin",
                "hint": "…4f",
                "created_at": data.at(days=12),
                "revoked_at": None,
            }
        ]
        self.caps: Json | None = None
        self.opt_out_line: str | None = None
        self.segments = first_segments() if filled else []
        self.talks = first_talks() if filled else []
        self.imports: dict[str, Json] = {}
        self.ailments: list[Json] = []
        self.consents: list[Json] = []
        self.now = data.NOW
        self.phones: dict[str, Json] = {}
        if filled:
            self.add("cart", data.cart(), status="live", version=2)
            self.add("hello", data.welcome(), status="draft")
            self.consents = [
                {
                    "channel": "telegram",
                    "purpose": "marketing",
                    "action": "grant",
                    "proven": True,
                    "source": "site form",
                    "text": "I agree to receive offers",
                    "at": data.at(days=9),
                }
            ]

    def add(self, name: str, document: Json, *, status: str = "draft", version: int | None = None) -> Json:
        published = {version: copy.deepcopy(document)} if version else {}
        self.journeys[name] = {
            "id": name, "name": document["graph"].get("name", ""), "status": status, "version": version,
            "document": document, "revision": 1, "versions": published, "updated_at": data.at(hours=2),
        }  # fmt: skip
        return self.journeys[name]

    def shown(self, journey: Json) -> Json:
        numbers = (
            data.cart_numbers()
            if journey["id"] == "cart"
            else dict.fromkeys(("entered", "inside", "completed", "converted"), 0)
        )
        keys = ("id", "name", "status", "revision", "updated_at")
        return {
            **{k: journey[k] for k in keys},
            **{k: numbers[k] for k in ("entered", "inside", "completed", "converted")},
        }

    def plan(self, journey: Json) -> Json:
        """When a schedule comes; a test may say otherwise under `broadcast`."""
        graph = journey["document"]["graph"]
        segment = graph["entry"].get("segment")
        named = next((one["name"] for one in self.segments if one["id"] == segment), None)
        whom = {"segment": segment, "segment_name": named, "timezone": graph.get("timezone", "UTC")}
        told = {"schedule": graph["entry"]["schedule"], "next": data.at(days=-2), "entering": False, **whom}
        more = journey.get("broadcast", {})
        return {"broadcast": {"schedules": [told | more], "sent": 1180, "failed": 7}}

    def journey(self, name: str) -> Json:
        if name not in self.journeys:
            raise Problem(404, "There is no such journey.", f"No journey is called {name}.")
        return self.journeys[name]


def paged(items: list[Json], limit: int, after: str | None) -> Json:
    start = int(after or 0)
    more = start + limit < len(items)
    return {"items": items[start : start + limit], "next": str(start + limit) if more else None}
