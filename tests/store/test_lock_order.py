"""Messages, trips, contacts: locked in one order, so that nobody who changes people waits in a ring on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from api.contacts import ConsentIn, post_consent
from api.doors import Caller
from engine.boot import connect_sandbox, open_project
from engine.imports import run_some
from engine.merging import merge
from engine.project import Project
from engine.receive import receive
from engine.segments import refresh
from engine.settings import Settings
from engine.track import Reported, track
from engine.webhooks import take_in
from store import consents, contacts, deliveries, enrollments, inbox, journeys, planning, running, segments
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.enrollments import Entering
from store.sql import scalar
from tests.journeys.documents import line, step

NOW = 1_900_000_000_000_000
PEOPLE = ("ann", "bob")
CHANNELS = ("telegram", "messenger")
#: What each of them has: state, messenger, when it may go, when it was accepted.
MESSAGES = (("accepted", "messenger", None, NOW), ("unknown", "telegram", None, None), ("held", "", NOW * 2, None))


@pytest.fixture
def project(postgres_url: str, tmp_path: Path) -> Iterator[Project]:
    """Ann and Bob on one journey, each with a message that went out, one in doubt and one kept back; nobody works."""
    made = open_project(Settings(home=tmp_path / "home", database=postgres_url, prefect=False))
    connect_sandbox(made, "http://127.0.0.1:1")
    made.database.transact(_furnish)
    yield made
    made.database.close()


def _furnish(connection: Connection) -> None:
    facts = [
        ContactFacts(external_id=name, tags=["vip"], addresses=[(each, "default", f"{number}00") for each in CHANNELS])
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
            (trips[(ids[name], "in:")], ids[name], f"v:{trips[(ids[name], 'in:')]}:{at}:", f"{number}00", None),
            (
                journey.id, version, "rest", "", 0, "service", state, "", ready, NOW * 2, 1, channel, "default", NOW,
                accepted,
            ),
        )
        for number, name in reversed(list(enumerate(PEOPLE, 1)))
        for at, (state, channel, ready, accepted) in enumerate(MESSAGES)
    ]  # fmt: skip
    planning.plan(connection, planned)
    segments.create(connection, "vip", "VIP", {"tag": "vip"}, NOW)


def number(project: Project, table: str, name: str) -> int:
    """The id of a person's row, or of the one journey."""
    column = {"contact": "external_id = :name", "journey": "public_id <> :name"}.get(
        table, "contact_id = (SELECT id FROM contact WHERE external_id = :name)"
    )
    with project.database.read() as connection:
        return int(scalar(connection, f"SELECT id FROM {table} WHERE {column}", name=name))


def messages(project: Project, name: str) -> list[int]:
    """The ids of a person's messages, in the order of planning."""
    with project.database.read() as connection:
        return [row.id for row in deliveries.page(connection, contact_id=number(project, "contact", name),
                                                  journey_id=None, after=0, limit=9)]  # fmt: skip


def says(at: int, chat: int, text: str) -> dict[str, Any]:
    """Telegram's webhook of a text."""
    who = {"id": chat, "is_bot": False, "first_name": "A"}
    said = {"message_id": at, "date": 1_900_000_000, "text": text, "chat": {"id": chat, "type": "private"}, "from": who}
    return {"update_id": at, "message": said}


def _withdrawn(contact: int) -> ConsentGiven:
    return ConsentGiven(
        contact_id=contact, channel="telegram", purpose="marketing", action="withdraw", source="test", at=NOW
    )


def merges(project: Project) -> Any:
    old, into = (number(project, "contact", name) for name in PEOPLE)
    return project.database.transact(lambda each: merge(project, each, old, into, NOW))


def receives(project: Project) -> Any:
    """Ann stops marketing, and then Bob's message is answered: the first is about a contact, the second a message."""
    bodies = [says(at, chat, text) for at, (chat, text) in enumerate(((100, "stop"), (200, "hello")), 1)]
    rows = [("telegram", "default", str(body["update_id"]), orjson.dumps(body).decode(), "", NOW) for body in bodies]
    project.database.transact(lambda each: inbox.keep(each, rows))
    return project.database.transact(lambda each: receive(project, each))


def refreshes(project: Project) -> Any:
    """Everybody comes into the segment, and their trips begin anew."""
    return project.database.transact(lambda each: refresh(project, each))


def agrees(project: Project) -> Any:
    """Bob's consent is recorded through the API: it may free what was kept back."""
    given = ConsentIn.model_validate({"channel": "telegram", "source": "form", "text": "News by Telegram, please."})
    return post_consent("bob", given, project, Caller(id=1, name="crm", role="admin"))


def imports(project: Project) -> Any:
    """A file tells that both agreed."""
    path = project.home / "people.csv"
    path.write_text("external_id,telegram,marketing_consent,consent_text\nann,100,yes,News\nbob,200,yes,News\n")
    project.database.transact(lambda each: running.add_import(each, path.name, str(path), {}, NOW))
    return run_some(project)


def stops(project: Project) -> Any:
    """Bob's «stop» comes in at the door and takes effect with its webhook."""
    with project.database.read() as connection:
        own = project.account(connection, "telegram", "default")
    assert own is not None
    headers = {"x-telegram-bot-api-secret-token": own.account.secrets["secret_token"]}
    assert take_in(project, "telegram", "default", headers, orjson.dumps(says(9, 200, "stop"))).status == 200


@pytest.mark.parametrize("comes", [merges, receives, refreshes, agrees, imports, stops])
def test_whoever_comes_from_the_other_end_makes_no_ring(project: Project, comes: Callable[[Project], Any]) -> None:
    """An answer holds Bob's messages and trip, and then writes a consent and both contacts; meanwhile another comes."""
    database = project.database
    people = {name: number(project, "contact", name) for name in PEOPLE}
    trip = number(project, "enrollment", "bob")
    database.meters.take()
    with ThreadPoolExecutor(1) as pool:

        def answers(connection: Connection) -> Any:
            deliveries.lock(connection, messages(project, "bob"))
            enrollments.take(connection, [trip])
            other = pool.submit(comes, project)
            _until_somebody_waits(project)
            consents.record(connection, [_withdrawn(people["bob"])], NOW)
            patch: tuple[dict[str, Any], set[str], set[str]] = ({"read": True}, set(), set())
            contacts.patch(connection, dict.fromkeys(people.values(), patch), NOW)
            return other

        other = database.transact(answers)
        other.result(30)
    assert not [key for key in database.meters.take() if key[0] == "db_busy"]
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact WHERE attributes ->> 'read' IS NOT NULL") >= 1


def test_what_a_watermark_covers_is_locked_with_all_the_rest(project: Project) -> None:
    """Ann writes, and Bob has read all until now, in one batch; an answer holds Bob's message, and comes to Ann's."""
    database, account = project.database, "PAGE"
    told: list[dict[str, Any]] = [
        {"message": {"mid": "m_1", "text": "hello"}, "sender": {"id": "100"}},
        {"read": {"watermark": 1_900_000_001_000}, "sender": {"id": "200"}},
    ]
    bodies = [
        {"object": "page", "entry": [{"id": account, "time": 1_900_000_002_000, "messaging": [
            {"recipient": {"id": account}, "timestamp": 1_900_000_002_000, **each}]}]}
        for each in told
    ]  # fmt: skip
    rows = [
        ("messenger", "default", str(at), orjson.dumps(body).decode(), "", NOW + 2) for at, body in enumerate(bodies)
    ]
    database.transact(lambda each: inbox.keep(each, rows))
    database.meters.take()
    with ThreadPoolExecutor(1) as pool:

        def answers(connection: Connection) -> Any:
            deliveries.lock(connection, messages(project, "bob")[:1])
            other = pool.submit(database.transact, lambda each: receive(project, each))
            _until_somebody_waits(project)
            deliveries.lock(connection, messages(project, "ann"))
            return other

        assert database.transact(answers).result(30) == 2
    assert not [key for key in database.meters.take() if key[0] == "db_busy"]
    with database.read() as connection:
        states = {row.id: row.state for row in deliveries.lock(connection, messages(project, "bob"))}
    assert states[messages(project, "bob")[0]] == "read"


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


@pytest.mark.parametrize("begins", ["created", "changed"])
def test_what_is_being_reported_while_a_segment_begins_to_count_is_seen(project: Project, begins: str) -> None:
    """The report has not ended when the segment is made: neither of them can see the other yet."""
    database, rule = project.database, {"event": "order"}
    if begins == "changed":
        database.transact(lambda each: segments.create(each, "buyers", "Buyers", {"tag": "buyer"}, 1))
    while database.transact(lambda each: refresh(project, each)):
        pass
    bought = Reported(contact="ann", name="order", source="test", message_id="1", at=NOW)

    def watches(connection: Connection) -> None:
        if begins == "created":
            segments.create(connection, "buyers", "Buyers", rule, 1)
        else:
            known = segments.get(connection, "buyers")
            assert known is not None
            segments.change(connection, known.id, "Buyers", rule, 1)

    def begun() -> None:
        database.transact(watches)
        while database.transact(lambda each: refresh(project, each)):
            pass

    with ThreadPoolExecutor(1) as pool:

        def reports(connection: Connection) -> Any:
            track(project, connection, [bought])
            other = pool.submit(begun)
            _until_somebody_waits(project, other)
            return other

        database.transact(reports).result(30)
    while database.transact(lambda each: refresh(project, each)):
        pass
    with database.read() as connection:
        assert segments.inside(connection, "buyers", [number(project, "contact", "ann")])


def test_who_is_being_looked_at_while_a_segment_begins_is_found_by_its_round(project: Project) -> None:
    """Ann is looked at by rules that compare nothing; the new one, which does, must not pass her over for ever."""
    database = project.database
    rule = {"attribute": "city", "is": "exists"}
    facts = [ContactFacts(external_id="ann", attributes={"city": "Tver"})]
    database.transact(lambda each: contacts.upsert(each, facts, NOW))
    # Where a journey's trips are locked first, they keep the two apart already.
    database.transact(lambda each: journeys.set_status(each, number(project, "journey", ""), "stopped", NOW))

    def begun() -> None:
        database.transact(lambda each: segments.create(each, "placed", "Placed", rule, 1))
        while database.transact(lambda each: refresh(project, each)):
            pass

    with ThreadPoolExecutor(1) as pool:

        def looks(connection: Connection) -> Any:
            assert refresh(project, connection) == len(PEOPLE)
            other = pool.submit(begun)
            _until_somebody_waits(project, other)
            return other

        database.transact(looks).result(30)
    while database.transact(lambda each: refresh(project, each)):
        pass
    with database.read() as connection:
        assert segments.inside(connection, "placed", [number(project, "contact", "ann")])


def _until_somebody_waits(project: Project, other: Future[None] | None = None) -> None:
    """Until somebody waits for a lock, or the other one is through without any."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with project.database.read() as connection:
            if scalar(connection, waiting) or (other is not None and other.done()):
                return
        time.sleep(0.02)
    raise AssertionError("nobody came in its way: this test shows nothing")
