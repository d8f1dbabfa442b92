"""Somebody to whom a messenger does wrong: on a journey of their own, seen from both ends."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.town import Town

NUMBERS = count(1)
BUTTONS = [{"id": "yes", "title": "Yes"}]


class Person:
    """Somebody on a journey of their own: a question with a button, then thanks."""

    def __init__(self, place: Town, channel: str, category: str = "marketing") -> None:
        number = next(NUMBERS)
        self.place, self.channel, self.name = place, channel, f"person-{number}"
        self.address = f"{79_990_005_000 + number if channel == 'whatsapp' else 6_000_000 + number}"
        place.contact(self.name, channel, self.address)
        if channel == "whatsapp":
            place.reply(self.address, channel, text="good morning")
            place.advance()
        self.journey = place.publish(journey(channel, category))

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the faults in force by these, for this person alone."""
        mine = [{"channel": self.channel, "address": self.address, **each} for each in faults]
        self.place.call("PUT", "/sandbox/faults", json={"faults": mine})

    def set_out(self, by: str = "PT1M") -> None:
        """Begin the journey and play some time."""
        self.place.enroll(self.journey, self.name)
        self.place.advance(by)

    def delivery(self) -> dict[str, Any]:
        """The question's delivery."""
        items = self.place.call("GET", "/v1/deliveries", params={"contact": self.name})["items"]
        return next(each for each in items if each["node"] == "ask")

    def state(self) -> str:
        """State and reason of the question's delivery."""
        delivery = self.delivery()
        return f"{delivery['state']}({delivery['reason']})" if delivery["reason"] else str(delivery["state"])

    def trip(self) -> str:
        """Where the trip is, or how it ended."""
        trip = self.place.trip(self.journey, self.name)
        return f"{trip['status']}({trip['reason']})" if trip["ended_at"] else f"{trip['status']} at {trip['node']}"

    def asked(self) -> list[dict[str, Any]]:
        """The requests to send the question, as the messenger saw them."""
        items = self.place.call("GET", "/sandbox/log", params={"limit": 10_000})["items"]
        mine = [
            each for each in items if each["address"] == self.address and each["method"] in ("sendMessage", "messages")
        ]
        # What a fault refused was not read by the messenger: its line has no text.
        return [each for each in mine if each["text"] in ("Shall we?", "")]

    def accepted(self) -> int:
        """How often the messenger took the question."""
        return sum(each["accepted"] for each in self.asked())

    def replies(self) -> list[dict[str, Any]]:
        """What we know that they said, without the greeting."""
        items = self.place.call("GET", "/v1/replies", params={"contact": self.name})["items"]
        return [each for each in items if each["text"] != "good morning"]


def journey(channel: str, category: str) -> dict[str, Any]:
    says = {"channel": channel, "category": category, "ttl": "P7D"}
    return {
        "graph": {"name": "Faults", "entry": {"api": True}},
        "nodes": [
            {
                "id": "ask",
                "kind": "send",
                "settings": {**says, "text": "Shall we?", "buttons": BUTTONS},
                "x": 0,
                "y": 0,
            },
            {
                "id": "answer",
                "kind": "reply",
                "settings": {"branches": [{"exit": "yes", "buttons": ["yes"]}], "patience": "P2D"},
                "x": 0,
                "y": 0,
            },
            {"id": "thanks", "kind": "send", "settings": {**says, "text": "Thank you"}, "x": 0, "y": 0},
            {"id": "end", "kind": "exit", "settings": {}, "x": 0, "y": 0},
        ],
        "edges": [
            {"source": source, "key": way, "target": target}
            for source, way, target in (
                ("ask", "sent", "answer"),
                ("answer", "yes", "thanks"),
                ("answer", "something_else", "end"),
                ("answer", "no_answer", "end"),
                ("thanks", "sent", "end"),
            )
        ],
    }
