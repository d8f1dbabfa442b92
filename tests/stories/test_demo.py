"""The demo: it can be started again and again, everyone in it answers what the journeys ask, and it stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.cast import CHANNELS, MANNERS, TASTES, TYPED, WORDS, actor
from sandbox.demo_client import JOURNEYS, POOL, Demo, Filled
from sandbox.people import Behaviour
from tests.stories.telling import example, sums
from tests.town import KEY, Town

pytestmark = pytest.mark.slow


def state(place: Town) -> dict[str, Any]:
    """Everything that a second filling must leave alone."""
    return {
        "contacts": [each["updated_at"] for each in place.call("GET", "/v1/contacts", params={"limit": 1000})["items"]],
        "consents": place.call("GET", "/v1/contacts/demo-0001/consents")["items"],
        "journeys": [(each["id"], each["revision"]) for each in place.call("GET", "/v1/journeys")["items"]],
        "coupons": place.call("GET", "/v1/coupons")["items"],
        "letters": len(place.phone(actor(2).address, "whatsapp")),
        "blocked": place.call("GET", f"/sandbox/phones/telegram/{actor(1).address}")["state"],
    }


def test_a_second_filling_creates_nothing(place: Town) -> None:
    demo = Demo(place.http)
    assert demo.fill(people=12) == Filled(contacts=12, journeys=4, published=4, codes=200)
    place.call("POST", f"/sandbox/phones/telegram/{actor(1).address}/block")
    place.advance("PT1S")
    before = state(place)
    assert demo.fill(people=12) == Filled()
    assert state(place) == before
    assert before["blocked"] == "blocked"
    assert len(before["contacts"]) == 12


def test_what_a_marketer_has_paused_is_not_started_again(place: Town) -> None:
    demo = Demo(place.http)
    demo.fill(people=4)
    for journey in place.call("GET", "/v1/journeys")["items"]:
        place.call("POST", f"/v1/journeys/{journey['id']}/pause")
    assert demo.fill(people=4) == Filled()
    assert {each["status"] for each in place.call("GET", "/v1/journeys")["items"]} == {"paused"}


def test_codes_are_added_when_few_are_left(place: Town) -> None:
    demo = Demo(place.http)
    place.call("PUT", f"/v1/coupons/{POOL}", json={"codes": ["ONE", "TWO"]})
    assert demo.refill() == 200
    assert demo.refill() == 0


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2027-01-11T20:30:00Z", "2027-01-12T07:00:00+00:00"),
        ("2027-01-12T01:00:00Z", "2027-01-12T07:00:00+00:00"),
        ("2027-01-12T09:15:00Z", "2027-01-12T09:15:00+00:00"),
    ],
)
def test_at_night_the_clock_is_wound_on_to_the_morning(place: Town, at: str, shown: str) -> None:
    place.freeze(at)
    Demo(place.http).wake_up()
    now = datetime.fromisoformat(place.call("GET", "/sandbox/clock")["now"])
    assert 0 <= (now - datetime.fromisoformat(shown)).total_seconds() < 10


def test_within_minutes_replies_branch_on_every_journey(place: Town) -> None:
    place.freeze("2027-01-12T09:15:00Z")
    demo = Demo(place.http)
    demo.fill(people=24)
    people = [actor(number) for number in range(24)]
    for who in people:
        demo.visit(who)
    place.advance("PT2M")
    for who in filter(demo.buys, people):
        demo.buy(who)
    place.advance("PT6M")
    assert demo.visited() == {who.external_id for who in people}
    funnels = {}
    for journey in place.call("GET", "/v1/journeys")["items"]:
        funnels[journey["name"]] = sums(place, journey["id"])
    for name in JOURNEYS:
        funnel = funnels[example(name)["graph"]["name"]]
        assert funnel["entered"] == 6
        assert not funnel["failed"]
        assert max(len(row["left"]) for row in funnel["nodes"] if row["kind"] == "reply") >= 2, name
    coupons = funnels[example("retail-coupon-viber")["graph"]["name"]]
    assert coupons["converted"] >= 1
    assert {each["state"] for each in place.call("GET", "/v1/deliveries", params={"limit": 1000})["items"]} <= {
        *("accepted", "delivered", "read", "held", "rejected", "suppressed")
    }


def test_the_cast_knows_the_buttons_and_questions_of_the_examples() -> None:
    documents = [example(name) for name in JOURNEYS]
    for channel in CHANNELS:
        said = [each for document in documents for each in _messages(document, channel)]
        offered = {button["id"] for each in said for button in each.get("buttons", ()) if "url" not in button}
        assert set(TASTES[channel]) == offered
        for piece, _ in WORDS[channel]:
            assert any(piece.casefold() in each["text"].casefold() for each in said), piece
    texts = [each["text"] for document in documents for each in _messages(document, "messenger")]
    assert all(any(piece in text for text in texts) for piece, _ in TYPED)


def test_everyone_is_somebody_of_their_own() -> None:
    people = [actor(number) for number in range(400)]
    assert len({(who.channel, who.address) for who in people}) == len({who.external_id for who in people}) == 400
    assert {who.manner for who in people} == set(MANNERS)
    assert people == [actor(number) for number in range(400)]
    for who in people:
        Behaviour.model_validate(who.behaviour())


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_process_waits_fills_and_stops_when_told(place: Town, tmp_path: Path, told: signal.Signals) -> None:
    environment = {**os.environ, "TROPA_API_URL": place.api.url, "TROPA_BOOTSTRAP_KEY": KEY}
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "sandbox.demo"], env=environment, stderr=out)
    try:
        deadline = time.monotonic() + 60
        while not place.call("GET", "/v1/enrollments")["items"]:
            assert time.monotonic() < deadline, "nobody came"
            assert process.poll() is None, said.read_text()
            time.sleep(0.1)
        process.send_signal(told)
        assert process.wait(timeout=10) == 0, said.read_text()
    finally:
        process.kill()
        process.wait()
    assert "Filled(contacts=120, journeys=4, published=4, codes=200)" in said.read_text()


def _messages(document: dict[str, Any], channel: str) -> Iterator[dict[str, Any]]:
    for node in document["nodes"]:
        settings = node["settings"]
        if settings.get("channel") == channel:
            yield from settings.get("questions") or [settings]
