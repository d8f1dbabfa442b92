"""Several engines over one database at the same time: each story has a second one come while the first is at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from channels.base import Accepted, Unknown
from engine.advance import advance, advance_due
from engine.answers import Outcome, commit
from engine.claim import Claim, claim
from engine.enroll import end_trips
from engine.evidence import EVIDENCE, sweep
from engine.people import tell_trips
from engine.project import Project
from engine.receive import receive
from store import changes, claims, clock, counters, enrollments, inbox
from store.clock import Step
from store.counters import Tally
from store.database import Database
from store.invariants import violations
from store.sql import rows, run, scalar
from store.tables.columns import micros
from tests.journeys.documents import line, step
from tests.postgres import new_database
from tests.town import Town, town

pytestmark = pytest.mark.slow

First = TypeVar("First")
Second = TypeVar("Second")
TWO = {
    "graph": {"name": "Two", "entry": {"api": True}, "reentry": {"mode": "parallel", "key": "number"}},
    "nodes": [
        {
            "id": "hello",
            "kind": "send",
            "settings": {"text": "Hello", "channel": "whatsapp", "category": "transactional"},
            "x": 0,
            "y": 0,
        },
        {"id": "answer", "kind": "reply", "settings": {"branches": [], "patience": "P1D"}, "x": 0, "y": 0},
        {"id": "end", "kind": "exit", "settings": {}, "x": 0, "y": 0},
    ],
    "edges": [
        {"source": "hello", "key": "sent", "target": "answer"},
        {"source": "answer", "key": "something_else", "target": "end"},
        {"source": "answer", "key": "no_answer", "target": "end"},
    ],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def quiet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town whose engine has stopped: the stories are its engines."""
    url = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        if server is None:
            pytest.skip("no PostgreSQL here: install Debian's postgresql, or set TROPA_TEST_POSTGRES")
        url = new_database(server, f"t_{uuid4().hex[:12]}")
    with town(tmp_path_factory.mktemp("quiet") / "home", url) as made:
        made.freeze("2030-03-04T10:00:00+00:00")
        assert made.engine is not None
        made.engine.stop()
        made.engine = None
        yield made


def together(
    database: Database, first: Callable[[Connection], First], second: Callable[[Connection], Second]
) -> tuple[First, Second]:
    """Run two units so that the second begins while the first has not committed."""
    at_it, release = threading.Event(), threading.Event()

    def holding(connection: Connection) -> First:
        result = first(connection)
        at_it.set()
        release.wait(10)
        return result

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(database.transact, holding)
        assert at_it.wait(10), one.result(0)
        two = pool.submit(database.transact, second)
        wait([two], timeout=0.2)  # it waits for the first, or has found nothing to do
        release.set()
        return one.result(10), two.result(10)


def outcome(sent: Any, answer: Any) -> Outcome:
    """What came back for a delivery in flight."""
    return Outcome(delivery_id=sent.id, attempt=sent.attempt, answer=answer)


class Person:
    """Somebody with messages to come: one for each trip."""

    def __init__(self, place: Town, trips: int = 1) -> None:
        self.place, self.project = place, place.project
        self.name = f"p-{uuid4().hex[:8]}"
        self.address = f"7999{uuid4().int % 10**7:07}"
        place.contact(self.name, "whatsapp", self.address)
        self.wrote("hello")
        self.project.database.transact(lambda each: receive(self.project, each))
        journey = place.publish(TWO)
        for number in range(trips):
            place.enroll(journey, self.name, properties={"number": number})
        self.project.database.transact(lambda each: advance_due(self.project, each))
        self.journey = journey

    def wrote(self, text: str) -> None:
        """The person writes; the webhook is stored."""
        self.place.reply(self.address, "whatsapp", text=text)

    def states(self) -> list[str]:
        """States of their messages."""
        items = self.place.call("GET", "/v1/deliveries", params={"contact": self.name})["items"]
        return [each["state"] for each in items]

    def send(self, answer: Any) -> None:
        """Claim what is due and let the messenger answer."""
        database = self.project.database
        claimed = database.transact(lambda each: claim(self.project, each, 100))
        outcomes = [outcome(each, answer) for each in claimed.outgoing]
        database.transact(lambda each: commit(self.project, each, outcomes))


def test_counters_are_folded_once(quiet: Town) -> None:
    database = quiet.project.database

    def add(connection: Connection) -> None:
        tally = Tally()
        tally.add(999, "node", "entered", 1, 5)
        tally.save(connection)

    def total() -> int:
        with database.read() as connection:
            return int(counters.read(connection, [999], None, None)[0].amount)

    database.transact(add)
    together(database, counters.fold, counters.fold)
    assert total() == 5
    # What is committed late has a lower number than what was folded before.

    def add_and_fold(connection: Connection) -> int:
        add(connection)
        return counters.fold(connection)

    together(database, add, add_and_fold)
    database.transact(counters.fold)
    assert total() == 15
    database.transact(lambda each: run(each, "DELETE FROM node_count WHERE version_id = 999"))


def test_messages_of_one_person_never_overtake_each_other(quiet: Town) -> None:
    ann = Person(quiet, trips=2)

    def one(connection: Connection) -> Claim:
        return claim(quiet.project, connection, 1)

    first, second = together(quiet.project.database, one, one)
    assert [len(first.outgoing), len(second.outgoing)] == [1, 0]
    assert ann.states() == ["sending", "planned"]
    outcomes = [outcome(each, Accepted(id="w1")) for each in first.outgoing]
    quiet.project.database.transact(lambda each: commit(quiet.project, each, outcomes))
    ann.send(Accepted(id="w2"))
    assert ann.states() == ["accepted", "accepted"]


def test_webhooks_are_read_by_one_at_a_time_in_their_order(quiet: Town) -> None:
    ann = Person(quiet)
    ann.send(Accepted(id="w3"))
    ann.wrote("the first")
    ann.wrote("the second")

    def reading(connection: Connection) -> int:
        return receive(quiet.project, connection, 1)

    first, second = together(quiet.project.database, reading, reading)
    # SQLite has its second writer wait; PostgreSQL's finds the inbox taken.
    assert (first, second) == (1, 1 if quiet.project.database.sqlite else 0)
    quiet.project.database.transact(reading)
    said = quiet.call("GET", "/v1/replies", params={"contact": ann.name})["items"]
    assert [each["text"] for each in said] == ["hello", "the first", "the second"]
    with quiet.project.database.read() as connection:
        assert inbox.horizon(connection) is None


def test_what_was_accepted_meanwhile_is_not_sent_again(quiet: Town) -> None:
    ann = Person(quiet)
    ann.send(Unknown(text="timeout"))
    quiet.call("PUT", "/sandbox/clock", json={"now": "2030-03-04T11:00:00+00:00"})
    with quiet.project.database.read() as connection:
        (row,) = rows(connection, "SELECT id, attempt, unknown_at FROM delivery WHERE state = 'unknown'")
        assert row.unknown_at < quiet.project.now_micros(connection) - EVIDENCE.total_seconds() * 1_000_000

    def evidence(connection: Connection) -> int:
        return commit(quiet.project, connection, [outcome(row, Accepted(id="w4"))])

    together(quiet.project.database, evidence, lambda each: sweep(quiet.project, each))
    assert ann.states() == ["accepted"]


def test_a_trip_that_ends_meanwhile_hears_nothing(quiet: Town) -> None:
    ann = Person(quiet)
    ann.send(Accepted(id="w5"))
    database = quiet.project.database
    with database.read() as connection:
        trip = scalar(connection, "SELECT max(id) FROM enrollment WHERE status = 'waiting'")
        now = quiet.project.now_micros(connection)

    def ends(connection: Connection) -> int:
        return end_trips(quiet.project, connection, [trip], "stopped", now)

    together(database, ends, lambda each: enrollments.send_signals(each, [(trip, "changed", {}, now)], now))
    with database.read() as connection:
        assert list(violations(connection)) == []


def test_a_step_of_the_clock_is_taken_once(quiet: Town) -> None:
    project: Project = quiet.project
    with project.database.read() as connection:
        now = project.now(connection)
    target = now + EVIDENCE
    question = "UPDATE clock SET target_at = :target WHERE id = 1"
    project.database.transact(lambda each: run(each, question, target=micros(target)))

    def step(connection: Connection) -> bool:
        return clock.step(connection, Step(now, target, target))

    assert together(project.database, step, step) == (True, False)
    assert project.database.transact(lambda each: clock.arrived(each, Step(target, target, target), now))


def test_a_contact_is_written_while_its_trip_is_moved_and_the_trip_hears_of_it(quiet: Town) -> None:
    """The engine holds the trip and wants the contact, the API holds the contact: it must not want the trip."""
    project, database = quiet.project, quiet.project.database
    quiet.call("PUT", "/sandbox/clock", json={"now": "2030-03-05T10:00:00+00:00"})
    steps = [
        step("rest", "wait", for_="PT1H"),
        step("mark", "update", set={"marked": True}),
        step("on", "wait", for_="P9D"),
    ]
    journey = quiet.publish(line(*steps, exit_when=[{"attribute": "gone", "is": "equal", "value": True}]))
    quiet.contact("mover", "telegram", "31415")
    quiet.enroll(journey, "mover")
    database.transact(lambda each: advance_due(project, each))
    quiet.call("PUT", "/sandbox/clock", json={"now": "2030-03-05T12:00:00+00:00"})
    database.meters.take()
    at_it, go_on = threading.Event(), threading.Event()

    def moves(connection: Connection) -> int:
        now = project.now(connection)
        claimed = claims.claim(connection, micros(now), 100)
        at_it.set()
        go_on.wait(20)
        return advance(project, connection, claimed, now)

    def writes() -> Any:
        body = {"contacts": [{"external_id": "mover", "attributes": {"gone": True}}]}
        return quiet.call("PUT", "/v1/contacts", json=body)

    with ThreadPoolExecutor(2) as pool:
        move = pool.submit(database.transact, moves)
        assert at_it.wait(20)
        write = pool.submit(writes)
        # On PostgreSQL nothing stands in its way; SQLite has one writer, who is at it.
        wait([write], timeout=20 if database.dialect == "postgresql" else 0.2)
        assert write.done() == (database.dialect == "postgresql")
        go_on.set()
        assert move.result(20) >= 2
        assert write.result(20)["updated"] == 1
    assert not [key for key in database.meters.take() if key[0] == "db_busy"]
    assert quiet.trip(journey, "mover")["node"] == "on"
    with database.read() as connection:
        assert changes.any_left(connection)
    database.transact(lambda each: tell_trips(project, each))
    database.transact(lambda each: advance_due(project, each))
    assert quiet.trip(journey, "mover")["reason"] == "exit_rule"
    with database.read() as connection:
        assert not changes.any_left(connection)
        assert list(violations(connection)) == []
