"""What a messenger, its network and its webhooks do wrong: each fault ends in the state that the rules name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from store import inbox
from store.sql import rows
from tests.town import Town, town

pytestmark = pytest.mark.slow

NUMBERS = count(1)
BUTTONS = [{"id": "yes", "title": "Yes"}]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all faults; each test has a person of its own."""
    with town(tmp_path_factory.mktemp("faults") / "home") as made:
        made.freeze("2030-03-04T10:00:00+00:00")
        yield made


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


def test_429_waits_as_long_as_was_asked(shared: Town) -> None:
    ann = Person(shared, "telegram")
    ann.faults({"kind": "429", "times": 1, "retry_after": 40})
    ann.set_out("PT30S")
    assert ann.state() == "ready(again_later)"
    assert ann.trip() == "waiting at ask"
    shared.advance("PT30S")
    assert ann.state().startswith("accepted")
    refused, taken = ann.asked()
    waited = datetime.fromisoformat(taken["at"]) - datetime.fromisoformat(refused["at"])
    assert timedelta(seconds=40) <= waited < timedelta(seconds=42)
    assert (refused["accepted"], taken["accepted"]) == (False, True)
    assert ann.trip() == "waiting at answer"


@pytest.mark.parametrize("kind", ["500_accepted", "drop_after_accept", "malformed"])
def test_taken_without_a_word_on_telegram_is_unresolved_and_never_sent_again(shared: Town, kind: str) -> None:
    ann = Person(shared, "telegram")
    ann.faults({"kind": kind, "times": 1})
    ann.set_out()
    assert ann.state() == "unknown"
    # The trip goes on as if it went out.
    assert ann.trip() == "waiting at answer"
    shared.advance("PT13M")
    assert ann.state() == "unknown"
    shared.advance("PT3M")
    assert ann.state() == "unresolved(no_evidence)"
    shared.advance("P1D")
    assert ann.accepted() == len(ann.asked()) == 1


@pytest.mark.parametrize("kind", ["500", "html_502"])
def test_a_server_error_on_telegram_is_unresolved_though_nothing_went_out(shared: Town, kind: str) -> None:
    ann = Person(shared, "telegram")
    ann.faults({"kind": kind, "times": 1})
    ann.set_out()
    assert ann.state() == "unknown"
    shared.advance("PT16M")
    assert ann.state() == "unresolved(no_evidence)"
    shared.advance("P3D")
    assert (ann.accepted(), len(ann.asked())) == (0, 1)
    assert ann.trip().startswith("completed")


def test_a_pressed_button_is_evidence(shared: Town) -> None:
    ann = Person(shared, "telegram")
    ann.faults({"kind": "drop_after_accept", "times": 1})
    ann.set_out()
    assert ann.state() == "unknown"
    shared.reply(ann.address, ann.channel, button="yes")
    shared.advance("PT20M")
    assert ann.state().startswith("accepted")
    assert ann.trip().startswith("completed")
    assert ann.accepted() == 1


@pytest.mark.parametrize("category", ["marketing", "transactional"])
@pytest.mark.parametrize("kind", ["500_accepted", "drop_after_accept", "malformed"])
def test_taken_without_a_word_on_whatsapp_is_told_by_its_receipt(shared: Town, kind: str, category: str) -> None:
    ann = Person(shared, "whatsapp", category)
    ann.faults({"kind": kind, "times": 1})
    ann.set_out()
    assert ann.state().startswith("delivered")
    shared.advance("PT20M")
    assert ann.accepted() == len(ann.asked()) == 1
    assert ann.trip() == "waiting at answer"


@pytest.mark.parametrize("kind", ["500", "html_502"])
def test_what_must_arrive_is_sent_again_once_the_evidence_window_is_over(shared: Town, kind: str) -> None:
    ann = Person(shared, "whatsapp", "transactional")
    ann.faults({"kind": kind, "times": 1})
    ann.set_out("PT14M")
    assert ann.state() == "unknown"
    shared.advance("PT2M")
    assert ann.state().startswith("delivered")
    assert [each["accepted"] for each in ann.asked()] == [False, True]
    # The second sending is no news to a trip that went on with the first.
    assert ann.trip() == "waiting at answer"


def test_marketing_is_not_sent_again_even_on_whatsapp(shared: Town) -> None:
    ann = Person(shared, "whatsapp")
    ann.faults({"kind": "500", "times": 1})
    ann.set_out("PT16M")
    assert ann.state() == "unresolved(no_evidence)"
    assert (ann.accepted(), len(ann.asked())) == (0, 1)


def test_what_must_arrive_is_tried_three_times(shared: Town) -> None:
    ann = Person(shared, "whatsapp", "transactional")
    ann.faults({"kind": "500", "times": None})
    ann.set_out("PT2H")
    assert ann.state() == "unresolved(no_evidence)"
    assert len(ann.asked()) == 3


def test_401_breaks_the_account_and_its_messages_wait(shared: Town) -> None:
    ann, bob = Person(shared, "telegram"), Person(shared, "telegram")
    ann.faults({"kind": "401", "times": 1})
    ann.set_out()
    bob.set_out()
    known = shared.call("GET", "/v1/channels")["items"]
    assert next(each["status"] for each in known if each["channel"] == "telegram") == "broken"
    shared.advance("PT1H")
    assert ann.state() == bob.state() == "held(account_paused)"
    assert (len(ann.asked()), len(bob.asked())) == (1, 0)
    shared.call("POST", "/v1/channels/telegram/default/resume")
    shared.advance("PT1M")
    assert {ann.state(), bob.state()} == {"accepted"}
    assert ann.accepted() == bob.accepted() == 1
    assert ann.trip() == bob.trip() == "waiting at answer"


def test_a_blocked_bot_ends_the_trip_and_marks_the_address(shared: Town) -> None:
    ann = Person(shared, "telegram")
    ann.faults({"kind": "403_blocked", "times": 1})
    ann.set_out()
    assert ann.state() == "rejected(blocked)"
    assert ann.trip() == "exited(blocked)"
    again = shared.publish(journey("telegram", "service"))
    shared.enroll(again, ann.name)
    shared.advance("PT1M")
    assert len(ann.asked()) == 1


def test_a_webhook_that_comes_twice_is_heard_once(shared: Town) -> None:
    ann = Person(shared, "telegram")
    ann.set_out()
    ann.faults({"kind": "duplicate_webhook", "times": None})
    shared.reply(ann.address, ann.channel, button="yes")
    shared.advance("PT1M")
    assert [each["rule"] for each in ann.replies()] == ["button"]
    assert shared.heard(ann.address) == ["Shall we?", "Thank you"]
    assert ann.trip().startswith("completed")


def test_a_webhook_that_cannot_be_read_is_put_aside_and_the_others_go_on(shared: Town) -> None:
    ann = Person(shared, "telegram")
    ann.set_out()

    def keep(connection: Connection) -> None:
        inbox.keep(connection, [("telegram", "default", f"broken-{ann.name}", "{", "", 0)])

    shared.project.database.transact(keep)
    shared.reply(ann.address, ann.channel, button="yes")
    shared.advance("PT1M")
    assert ann.trip().startswith("completed")
    with shared.project.database.read() as connection:
        found = rows(connection, "SELECT state, error FROM inbox WHERE dedupe_key = :key", key=f"broken-{ann.name}")
    assert [each.state for each in found] == ["failed"]
    assert found[0].error.startswith("JSONDecodeError")


def test_reordered_receipts_never_go_back(shared: Town) -> None:
    ann = Person(shared, "whatsapp", "transactional")
    shared.world_client.put(
        "/world/people",
        json={"people": [{"channel": "whatsapp", "address": ann.address, "name": "Ann", "behaviour": {"reads": 1.0}}]},
    ).raise_for_status()
    ann.faults({"kind": "reordered", "times": 1, "delay": 600})
    ann.set_out("PT30M")
    assert ann.state() == "read"
    assert ann.delivery()["read_at"]


def test_a_forged_webhook_is_refused_and_the_true_one_is_heard(shared: Town) -> None:
    ann = Person(shared, "whatsapp", "transactional")
    ann.set_out()
    ann.faults({"kind": "forged", "times": None})
    shared.reply(ann.address, ann.channel, button="yes")
    shared.advance("PT1M")
    items = shared.call("GET", "/sandbox/log", params={"limit": 10_000})["items"]
    forged = [each for each in items if each["method"] == "forged_webhook" and each["address"] == ann.address]
    assert forged
    assert {(each["accepted"], each["status"]) for each in forged} == {(False, 403)}
    assert [each["rule"] for each in ann.replies()] == ["button"]
    assert ann.trip().startswith("completed")
