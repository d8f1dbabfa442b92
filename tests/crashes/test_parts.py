"""A real engine is killed when the first request of a message is out: the rest follows, and nothing goes twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.crashes.plant import Plant, plant
from tests.crashes.stories import START

PICTURE = {"kind": "image", "url": "https://media.example/spring.jpg"}
#: An address, what is said, and the two messages that the messenger makes of it, by the text that its log shows.
WORDS = ("Come and see. " * 80).strip()
SAID: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "telegram": ("5000001", {"media": PICTURE, "text": WORDS}, ["", WORDS]),
    "viber": ("5000002==", {"media": PICTURE, "text": WORDS}, ["", WORDS]),
    "messenger": ("5000003", {"media": PICTURE, "text": "Come and see"}, ["", "Come and see"]),
    "whatsapp": (
        "79990000004",
        {"media": {"kind": "audio", "url": "https://media.example/spring.ogg"}, "text": "Come and see"},
        ["", "Come and see"],
    ),
}


def out(here: Plant, channel: str) -> list[str]:
    """The texts of what the pretend messenger has taken of us, in order."""
    mine = [each for each in here.log() if each["channel"] == channel and each["accepted"] and each["method"] != "read"]
    return [each["text"] for each in mine]


def test_a_message_in_two_parts_goes_on_after_a_kill_between_them(tmp_path: Path) -> None:
    with plant(tmp_path / "home") as here:
        here.call("PUT", "/sandbox/clock", json={"now": START, "running": True})
        contacts = [
            {"external_id": channel, "addresses": [{"channel": channel, "address": address}]}
            for channel, (address, _, _) in SAID.items()
        ]
        assert not here.call("PUT", "/v1/contacts", json={"contacts": contacts})["rejected"]
        for channel, (address, says, expected) in SAID.items():
            here.order("POST", f"/phones/{channel}/{address}/reply", {"text": "good morning"})
            here.start("engine", crash="after-answer-commit:1")
            settings = {**says, "channel": channel, "category": "service"}
            nodes = [
                {"id": "say", "kind": "send", "settings": settings},
                {"id": "end", "kind": "exit", "settings": {}},
            ]
            edges = [{"source": "say", "key": "sent", "target": "end"}]
            document = {"graph": {"name": channel, "entry": {"api": True}}, "nodes": nodes, "edges": edges}
            path = f"/v1/journeys/{here.publish(document)}/enrollments"
            here.call("POST", path, json={"contacts": [channel]})
            here.killed()
            assert out(here, channel) == expected[:1]
            here.start("engine")
            here.wait(lambda to=channel, parts=expected: out(here, to) == parts, f"{channel}: the second part is lost")
            here.stop()
        assert {each["state"] for each in here.all_of("/v1/deliveries")} <= {"accepted", "delivered", "read"}
        assert [out(here, channel) for channel in SAID] == [expected for _, _, expected in SAID.values()]
        assert here.violations() == []
