"""Messages, trips, contacts: locked in one order, so that nobody who changes people waits in a ring on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from engine.boot import connect_sandbox, open_project
from engine.merging import merge
from engine.project import Project
from engine.receive import receive
from engine.segments import refresh
from engine.settings import Settings
from engine.track import Reported, track
from store import contacts, deliveries, enrollments, inbox, journeys, segments
from store.contacts import ContactFacts
from store.enrollments import Entering
from store.sql import scalar
from tests.journeys.documents import line, step

NOW = 1_900_000_000_000_000
PEOPLE = ("ann", "bob")


@pytest.fixture
def project(postgres_url: str, tmp_path: Path) -> Iterator[Project]:
    """Ann and Bob on one journey, each with a message of which nobody knows; nobody is at work."""
    made = open_project(Settings(home=tmp_path / "home", database=postgres_url, prefect=False))
    connect_sandbox(made, "http://127.0.0.1:1")
    made.database.transact(_furnish)
    yield made
    made.database.close()


def _furnish(connection: Connection) -> None:
    facts = [
        ContactFacts(external_id=name, tags=["vip"], addresses=[("telegram", "default", f"{number}00")])
        for number, name in enumerate(PEOPLE, 1)
    ]
    ids, _ = contacts.upsert(connection, facts, NOW)
    document = line(step("rest", "wait"), entry=[{"segment": "vip"}, {"api": True}], reentry={"mode": "restart"})
    journey = journeys.create(connection, document, "Order", NOW)
    version, _ = journeys.publish(connection, journey.id, document, NOW)
    entering = [Entering(contact_id=ids[name], slot="in:", event=None) for name in PEOPLE]
    trips = enrollments.enter(connection, journey.id, version, "rest", entering, NOW)
    planned = [
        (
            f"v:{trips[(ids[name], 'in:')]}:0:", ids[name], journey.id, version, trips[(ids[name], "in:")], "rest", "",
            0, "service", "unknown", "", None, NOW * 2, 1, "telegram", "default", f"{number}00", None, NOW, None,
        )
        for number, name in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    deliveries.plan(connection, planned)
    segments.create(connection, "vip", "VIP", {"tag": "vip"}, NOW)


def number(project: Project, table: str, name: str) -> int:
    """The id of a person's row."""
    column = (
        "external_id = :name"
        if table == "contact"
        else "contact_id = (SELECT id FROM contact WHERE external_id = :name)"
    )
    with project.database.read() as connection:
        return int(scalar(connection, f"SELECT id FROM {table} WHERE {column}", name=name))


def merges(project: Project) -> Any:
    old, into = (number(project, "contact", name) for name in PEOPLE)
    return project.database.transact(lambda each: merge(project, each, old, into, NOW))


def receives(project: Project) -> Any:
    """Ann stops marketing, and then Bob's message is answered: the first is about a contact, the second a message."""
    bodies = [
        {"update_id": at, "message": {"message_id": at, "date": 1_900_000_000, "text": text,
         "chat": {"id": chat, "type": "private"}, "from": {"id": chat, "is_bot": False, "first_name": "A"}}}
        for at, (chat, text) in enumerate(((100, "stop"), (200, "hello")), 1)
    ]  # fmt: skip
    rows = [("telegram", "default", str(body["update_id"]), orjson.dumps(body).decode(), "", NOW) for body in bodies]
    project.database.transact(lambda each: inbox.keep(each, rows))
    return project.database.transact(lambda each: receive(project, each))


def refreshes(project: Project) -> Any:
    """Everybody comes into the segment, and their trips begin anew."""
    return project.database.transact(lambda each: refresh(project, each))


@pytest.mark.parametrize("comes", [merges, receives, refreshes])
def test_whoever_comes_from_the_other_end_makes_no_ring(project: Project, comes: Callable[[Project], Any]) -> None:
    """An answer holds Bob's message and trip, and then writes both contacts; meanwhile the other one comes."""
    database = project.database
    people = {name: number(project, "contact", name) for name in PEOPLE}
    delivery, trip = number(project, "delivery", "bob"), number(project, "enrollment", "bob")
    database.meters.take()
    with ThreadPoolExecutor(1) as pool:

        def answers(connection: Connection) -> Any:
            deliveries.lock(connection, [delivery])
            enrollments.take(connection, [trip])
            other = pool.submit(comes, project)
            _until_somebody_waits(project)
            patch: tuple[dict[str, Any], set[str], set[str]] = ({"read": True}, set(), set())
            contacts.patch(connection, dict.fromkeys(people.values(), patch), NOW)
            return other

        other = database.transact(answers)
        other.result(30)
    assert not [key for key in database.meters.take() if key[0] == "db_busy"]
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact WHERE attributes ->> 'read' IS NOT NULL") >= 1


def test_what_is_reported_while_segments_look_is_looked_at_again(project: Project) -> None:
    """An order comes in while a segment looks at the contact for the first time, and does not see it yet."""
    database = project.database
    database.transact(lambda each: segments.create(each, "buyers", "Buyers", {"event": "order"}, NOW))
    bought = Reported(contact="ann", name="order", source="test", message_id="1", at=NOW)
    with ThreadPoolExecutor(1) as pool:

        def looks(connection: Connection) -> Any:
            assert refresh(project, connection) == len(PEOPLE)
            other = pool.submit(database.transact, lambda each: track(project, each, [bought]))
            _until_somebody_waits(project)
            return other

        database.transact(looks).result(30)
    assert database.transact(lambda each: refresh(project, each)) == 1
    with database.read() as connection:
        assert segments.inside(connection, "buyers", [number(project, "contact", "ann")])


def _until_somebody_waits(project: Project) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with project.database.read() as connection:
            if scalar(connection, waiting):
                return
        time.sleep(0.02)
    raise AssertionError("nobody came in its way: this test shows nothing")
