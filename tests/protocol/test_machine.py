"""Anything may happen in any order: the rules hold, and both databases come to the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, note, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from store.schema import upgrade
from tests.postgres import new_database
from tests.protocol.box import PATIENCE, Box
from tests.protocol.messenger import ANSWERS

pytestmark = pytest.mark.slow

PEOPLE = [("telegram", "1001"), ("telegram", "1002"), ("whatsapp", "79990000001"), ("whatsapp", "79990000002")]
NAMES = [f"{channel}-{address}" for channel, address in PEOPLE]
OUT, IN_DOUBT, NOT_OUT = ("accepted", "delivered", "read"), ("unresolved",), ("rejected", "suppressed")
names = strategies.sampled_from(NAMES)
channels = strategies.sampled_from(["telegram", "whatsapp"])
places = strategies.integers(0, 7)
lengths = strategies.sampled_from(
    [timedelta(seconds=2), timedelta(minutes=3), timedelta(minutes=16), PATIENCE / 2, -timedelta(minutes=10)]
)


class Reference:
    """What must become of each person, by rules of its own: nothing of it is asked of the product."""

    def __init__(self) -> None:
        self.entered: set[str] = set()
        #: Journeys that take nobody in.
        self.paused: set[str] = set()
        #: Who has told the product to stop, with the number of messages on phones at that moment.
        self.stopped: dict[str, int] = {}
        self.bought: set[str] = set()
        #: Messages of WhatsApp whose receipts were lost: nobody can know of them, they may be repeated.
        self.receipts_lost = False


class Protocol(RuleBasedStateMachine):
    """One engine, its messengers and its people, on every database that there is."""

    boxes: ClassVar[list[Box]]

    @initialize()
    def begin(self) -> None:
        """Start from nothing."""
        self.reference = Reference()
        for box in self.boxes:
            box.empty()

    def each(self, what: Callable[[Box], Any]) -> Any:
        """Do the same on every database; it must come to the same."""
        results = [what(box) for box in self.boxes]
        assert all(result == results[0] for result in results), results
        return results[0]

    @rule(name=names)
    def enroll(self, name: str) -> None:
        self.each(lambda box: box.enroll(name))
        if name.partition("-")[0] not in self.reference.paused:
            self.reference.entered.add(name)

    @rule()
    def move(self) -> None:
        self.each(lambda box: box.move())

    @rule()
    def read_mail(self) -> None:
        self.each(lambda box: box.read_mail())

    @rule(answers=strategies.lists(strategies.sampled_from(ANSWERS), max_size=3), lost=strategies.booleans())
    def send(self, answers: list[str], lost: bool) -> None:
        self.each(lambda box: box.send(*answers, lost=lost))

    @rule()
    def an_engine_dies_after_its_claim(self) -> None:
        self.each(lambda box: box.claim_and_die())

    @rule(clears=strategies.booleans())
    def keep_house(self, clears: bool) -> None:
        if clears:
            self.each(lambda box: box.leases_run_out())
        self.each(lambda box: box.keep_house())

    @rule(by=lengths)
    def tick(self, by: timedelta) -> None:
        self.each(lambda box: box.tick(by))

    @rule(place=places, keep=strategies.booleans())
    def a_webhook_comes(self, place: int, keep: bool) -> None:
        self.each(lambda box: box.deliver(place, keep=keep))

    @precondition(lambda self: self.boxes[0].messenger.owed)
    @rule(place=places)
    def a_receipt_is_lost(self, place: int) -> None:
        def lose(box: Box) -> bool:
            hook = box.messenger.owed[place % len(box.messenger.owed)]
            if b'"statuses"' not in hook.raw:
                return False  # what a person said is repeated until it is acknowledged
            box.messenger.owed.remove(hook)
            return True

        self.reference.receipts_lost |= bool(self.each(lose))

    @rule(name=names, button=strategies.sampled_from(["yes", "no"]))
    def press(self, name: str, button: str) -> None:
        self.each(lambda box: box.press(name, button))

    @rule(name=names, text=strategies.sampled_from(["hm", "СТОП"]))
    def say(self, name: str, text: str) -> None:
        def speak(box: Box) -> int:
            box.messenger.says(*box.people[name], text)
            before = sum(each.address == box.people[name][1] for each in box.messenger.taken)
            if text == "СТОП" and box.deliver(len(box.messenger.owed) - 1):
                return before
            return -1

        before = int(self.each(speak))
        if before >= 0:
            self.reference.stopped.setdefault(name, before)

    @rule(name=names)
    def buy(self, name: str) -> None:
        self.each(lambda box: box.buys(name))
        self.reference.bought.add(name)

    @rule(channel=channels, going=strategies.booleans())
    def pause_or_resume(self, channel: str, going: bool) -> None:
        self.each(lambda box: box.pause(channel, going=going))
        (self.reference.paused.discard if going else self.reference.paused.add)(channel)

    @rule(up=strategies.booleans())
    def the_receiver_falls_or_rises(self, up: bool) -> None:
        for box in self.boxes:
            box.receiving = up

    def teardown(self) -> None:
        """Let everything run out, and compare with what must have become of it."""
        if not hasattr(self, "reference"):
            return
        pictures = [box.picture() for box in self.boxes]
        assert all(picture == pictures[0] for picture in pictures), pictures
        for box in self.boxes:
            assert box.violations() == []
            box.finish()
            note(str(box.deliveries()))
            self.compare(box)
        endings = [box.picture() for box in self.boxes]
        assert all(ending == endings[0] for ending in endings), endings

    def compare(self, box: Box) -> None:
        """Nobody is lost, nobody is told twice, nobody is told after their «stop»."""
        assert box.violations() == []
        trips = box.trips()
        assert set(trips) == self.reference.entered
        assert {status for status, _, _ in trips.values()} <= {"completed", "exited"}
        assert box.all_of("SELECT id, error FROM inbox WHERE state <> 'done'") == []
        accepted = box.accepted()
        words = {"ask": "{0}, shall we?", "thanks": "Thank you, {0}"}
        for name, node, state, reason in box.deliveries():
            times = accepted.pop((name, words[node].format(name)), 0)
            told = (name, node, state, reason, times)
            assert state in OUT + IN_DOUBT + NOT_OUT, told
            assert times == 0 or state not in NOT_OUT, told
            assert times >= 1 or state not in OUT, told
            at_most_once = name.startswith("telegram") or not self.reference.receipts_lost
            assert times <= (1 if at_most_once else 3), told
        assert not accepted, "a messenger took what we do not know of"
        for name, before in self.reference.stopped.items():
            channel, address = box.people[name]
            if channel == "telegram":
                assert sum(each.address == address for each in box.messenger.taken) == before, f"{name} said stop"


@pytest.fixture(scope="module")
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The machine over SQLite and, where there is one, PostgreSQL."""
    home = tmp_path_factory.mktemp("machine")
    urls = [f"sqlite:///{home}/tropa.db"]
    server = request.getfixturevalue("postgres_server")
    if server is not None:
        urls.append(new_database(server, f"t_{uuid4().hex[:12]}"))
    boxes = []
    for url in urls:
        upgrade(url)
        boxes.append(Box(home, url, PEOPLE))
    Protocol.boxes = boxes
    yield Protocol
    for box in boxes:
        box.close()


def profile(examples: int, steps: int) -> settings:
    """How long to look for an order of things that breaks a rule."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        print_blob=True,
    )


def test_anything_may_happen(machine: type[Protocol]) -> None:
    run_state_machine_as_test(machine, settings=profile(15, 30))


@pytest.mark.soak
def test_anything_may_happen_for_long(machine: type[Protocol]) -> None:
    many = int(os.environ.get("SOAK_EXAMPLES", "300"))
    run_state_machine_as_test(machine, settings=profile(many, 60))
