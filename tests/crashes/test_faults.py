"""What a messenger, its network and its webhooks do wrong: each fault ends in the state that the rules name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from store import inbox
from store.sql import rows
from tests.crashes.person import Person, journey
from tests.town import Town, town

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all faults; each test has a person of its own."""
    with town(tmp_path_factory.mktemp("faults") / "home") as made:
        made.freeze("2030-03-04T10:00:00+00:00")
        yield made


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
