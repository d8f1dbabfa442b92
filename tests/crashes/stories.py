"""The journey that crash tests send people on, the people, and what must be true of them in the end."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from typing import Any

import httpx

from store.tables.columns import micros
from tests.crashes.plant import Plant

START = "2030-03-04T10:00:00+00:00"
#: People on each messenger.
MANY = 30
#: Marketing goes out at most once; the transactional messages of WhatsApp leave evidence and must arrive.
CATEGORIES = {"telegram": "marketing", "whatsapp": "transactional"}
OUT = {"accepted", "delivered", "read"}
HABITS = {
    "reads": 0.9,
    "delivery_delay": [0.1, 0.1],
    "read_delay": [0.1, 0.1],
    "replies": [{"when": "buttons", "probability": 0.9, "delay": [0.3, 0.3], "buttons": {"yes": 3, "no": 1}}],
}


def journey(channel: str) -> dict[str, Any]:
    """Ask with two buttons, wait for the answer, say good-bye by it."""
    says = {"channel": channel, "category": CATEGORIES[channel], "ttl": "P2D"}
    buttons = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
    branches = [{"exit": "yes", "buttons": ["yes"]}, {"exit": "no", "buttons": ["no"]}]
    settings: dict[str, tuple[str, dict[str, Any]]] = {
        "ask": ("send", {**says, "text": "{{ contact.external_id }}, shall we?", "buttons": buttons}),
        "answer": ("reply", {"branches": branches, "patience": "PT6H", "save_as": "wants"}),
        "thanks": ("send", {**says, "text": "Thank you, {{ contact.external_id }}"}),
        "sorry": ("send", {**says, "text": "Sorry, {{ contact.external_id }}"}),
        "end": ("exit", {}),
    }
    ways = [("ask", "sent", "answer"), ("answer", "yes", "thanks"), ("answer", "no", "sorry")]
    ways += [("answer", "something_else", "end"), ("answer", "no_answer", "end")]
    ways += [("thanks", "sent", "end"), ("sorry", "sent", "end")]
    return {
        "graph": {"name": f"Crash {channel}", "entry": {"api": True}},
        "nodes": [
            {"id": name, "kind": kind, "settings": chosen, "x": 0, "y": 0} for name, (kind, chosen) in settings.items()
        ],
        "edges": [{"source": source, "key": way, "target": target} for source, way, target in ways],
    }


class Story:
    """Sixty people, half of them on each of two messengers, about to set out."""

    def __init__(self, plant: Plant, many: int = MANY) -> None:
        self.plant, self.many = plant, many
        self.people = {
            (channel, str(first + number)): f"{channel}-{number}"
            for channel, first in (("telegram", 5_000_001), ("whatsapp", 79_990_001_001))
            for number in range(many)
        }
        # The clock goes by itself, so that all of the engine works at once; the long waits are played in the end.
        plant.call("PUT", "/sandbox/clock", json={"now": START, "running": True})
        plant.order("PUT", "/people", {"people": [self._person(*each) for each in self.people]})
        contacts = [self._contact(*each) for each in self.people]
        assert not plant.call("PUT", "/v1/contacts", json={"contacts": contacts})["rejected"]
        # Whoever writes first may be written to on WhatsApp.
        for channel, address in self.people:
            if channel == "whatsapp":
                assert plant.order("POST", f"/phones/{channel}/{address}/reply", {"text": "good morning"})["delivered"]

    def begin(self) -> None:
        """Send everybody on the way."""
        for channel in CATEGORIES:
            names = [name for (where, _), name in self.people.items() if where == channel]
            path = f"/v1/journeys/{self.plant.publish(journey(channel))}/enrollments"
            assert self.plant.call("POST", path, json={"contacts": names})["enrolled"] == self.many

    def finish(self) -> None:
        """Let what is on its way arrive, then all patience, evidence windows and repeated webhooks run out."""
        self.plant.wait(lambda: not self._undone(), "messages are still on their way", told=self._undone)
        self.plant.advance("PT1H")
        self.plant.advance("P1D")

    def _undone(self) -> list[tuple[Any, ...]]:
        """What of ours is to be done before time passes: kind, state, row, from when, held until, attempts.

        Not what waits for an account that rests after many failures: that may take longer than our patience.
        """
        now = micros(datetime.fromisoformat(self.plant.call("GET", "/sandbox/clock")["now"]))
        return self.plant.rows(
            "SELECT 'inbox' AS kind, state, id, received_at AS due, 0 AS held, 0 AS tries FROM inbox"
            " WHERE state = 'new' UNION ALL"
            " SELECT 'delivery', state, id, ready_at, lease_until, attempt FROM delivery WHERE state = 'sending'"
            f" OR (state IN ('planned', 'ready') AND (ready_at IS NULL OR ready_at < {now + 5_000_000})) UNION ALL"
            " SELECT 'enrollment', status, id, due_at, 0, seq FROM enrollment WHERE status = 'active'"
        )

    def check(self, at_kill: int = 0, *, repeats: bool = False) -> None:
        """Nobody is lost, nobody is told twice; at most `at_kill` messages are unresolved, and shown.

        With `repeats` messengers were vague: what must arrive may have been repeated until nobody repeats it any more.
        """
        plant = self.plant
        assert plant.violations() == []
        assert plant.integrity() == "ok"
        assert plant.rows("SELECT id, state, error FROM inbox WHERE state <> 'done'") == []
        trips = plant.all_of("/v1/enrollments")
        others = [trip for trip in trips if trip["status"] != "completed"]
        assert others == [], f"{len(others)} trips, such as {others[0]}\n{plant.logs()}"
        assert len(trips) == len(self.people)
        self._check_messages(at_kill, repeats)
        self._check_replies()

    def _check_messages(self, at_kill: int, repeats: bool) -> None:
        accepted = self.plant.accepted()
        addresses = {name: where for where, name in self.people.items()}
        unresolved = 0
        deliveries = self.plant.all_of("/v1/deliveries")
        for each in deliveries:
            channel, address = addresses[each["contact"]]
            times = accepted.pop((channel, address, each["text"]), 0)
            told = (each["contact"], each["node"], each["state"], each["reason"], times)
            if each["state"] == "unresolved":
                unresolved += 1
                assert repeats or channel == "telegram", told
                assert times <= 1, told
            else:
                assert each["state"] in OUT, told
                assert times == 1, told
        assert not accepted, "the messengers took what we do not know of"
        assert len(deliveries) >= len(self.people)
        assert unresolved <= at_kill, self.plant.logs()

    def _check_replies(self) -> None:
        kept = Counter(reply["contact"] for reply in self.plant.all_of("/v1/replies"))
        said = Counter[str]()
        for (channel, address), name in self.people.items():
            phone = self.plant.order("GET", f"/phones/{channel}/{address}")["messages"]
            said[name] = sum(message["from"] == "person" for message in phone)
        assert kept == +said

    @staticmethod
    def _person(channel: str, address: str) -> dict[str, Any]:
        return {"channel": channel, "address": address, "name": "Somebody", "behaviour": HABITS}

    def _contact(self, channel: str, address: str) -> dict[str, Any]:
        agreed = {"channel": channel, "purpose": "marketing", "source": "test", "text": "I agree"}
        addresses = [{"channel": channel, "address": address}]
        return {"external_id": self.people[channel, address], "addresses": addresses, "consents": [agreed]}


class Call:
    """A call to the API that goes on while a test kills what answers it."""

    def __init__(self, plant: Plant, by: str) -> None:
        self._plant, self._by = plant, by
        self.answer: dict[str, Any] | None = None
        self.error: httpx.HTTPError | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.answer = self._plant.advance(self._by)
        except httpx.HTTPError as error:
            self.error = error

    def wait(self) -> dict[str, Any]:
        """The answer; the call must have survived."""
        self._thread.join(120)
        assert not self._thread.is_alive(), f"time is still being played\n{self._plant.logs()}"
        assert self.answer is not None, f"the call failed: {self.error}"
        return self.answer

    def broken(self) -> None:
        """Wait until the call has ended, well or badly."""
        self._thread.join(120)
        assert not self._thread.is_alive()
