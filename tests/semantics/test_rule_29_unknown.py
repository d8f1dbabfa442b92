"""Rule 29: what nobody knows is settled by evidence, or by a window of continuously healthy receiver time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from channels.base import Accepted, Rejected, RetryAfter, Trouble, Unknown
from engine.answers import Outcome, Unsent, commit
from engine.boot import open_project
from engine.evidence import EVIDENCE, sweep
from engine.project import Project, real_now
from engine.settings import Settings
from store import contacts, inbox, running
from store.contacts import ContactFacts
from store.sql import insert, one, run
from store.tables import Delivery
from store.tables.columns import micros
from tests.semantics.stories import deliveries, faults, line, sent, step
from tests.town import Town

MINUTE = 60_000_000


@pytest.fixture
def project(database_url: str, tmp_path: Path) -> Iterator[Project]:
    """An installation in real time, on each kind of database, with nobody at work."""
    made = open_project(Settings(home=tmp_path / "home", database=database_url, prefect=False))
    yield made
    made.database.close()


def delivery(project: Project, state: str, **more: Any) -> int:
    """A transactional WhatsApp message to ann in this state."""
    now = micros(real_now())

    def work(connection: Connection) -> int:
        ids, _ = contacts.upsert(connection, [ContactFacts(external_id="ann")], now)
        facts = {
            "id": 1, "origin": "test:1", "contact_id": ids["ann"], "node": "", "part": "", "cohort": 0,
            "category": "transactional", "state": state, "reason": "", "expires_at": now + 600 * MINUTE, "attempt": 1,
            "channel": "whatsapp", "account": "default", "address": "79160000001", "planned_at": now,
        }  # fmt: skip
        whole = facts | more
        insert(connection, Delivery, tuple(whole), [tuple(whole.values())])
        return 1

    return project.database.transact(work)


def state(project: Project) -> tuple[str, str]:
    with project.database.read() as connection:
        row = one(connection, "SELECT state, reason FROM delivery")
    assert row is not None
    return row.state, row.reason


def beats(project: Project, *processes: tuple[str, float, float]) -> None:
    """API processes: (name, minutes since it began, minutes since it was last heard of)."""
    now = micros(real_now())

    def work(connection: Connection) -> None:
        for name, up, heard in processes:
            running.beat(connection, f"api:{name}", now)
            run(
                connection,
                "UPDATE heartbeat SET up_since = :up, beat_at = :beat WHERE name = :name",
                up=now - int(up * MINUTE),
                beat=now - int(heard * MINUTE),
                name=f"api:{name}",
            )

    project.database.transact(work)


# The window ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("unknown_for", "processes", "settled"),
    [
        pytest.param(16, [("a", 60, 0)], True, id="receivers were there all the time"),
        pytest.param(14, [("a", 60, 0)], False, id="the window is not over"),
        pytest.param(60, [], False, id="nobody receives"),
        pytest.param(60, [("a", 60, 1)], False, id="the only receiver is silent"),
        pytest.param(60, [("a", 14, 0)], False, id="the receiver is back, its window counts from then"),
        pytest.param(60, [("a", 16, 0)], True, id="and it ends"),
        pytest.param(60, [("a", 90, 0), ("b", 90, 5)], False, id="one of two was lost, with what it may have held"),
        pytest.param(60, [("a", 90, 0), ("b", 90, 20)], True, id="that was long ago"),
        pytest.param(60, [("a", 90, 0), ("b", 1, 0)], True, id="a second one that has just come takes nothing away"),
    ],
)
def test_rule_29_only_healthy_receiver_time_counts(
    project: Project, unknown_for: float, processes: list[tuple[str, float, float]], settled: bool
) -> None:
    delivery(project, "unknown", unknown_at=micros(real_now()) - int(unknown_for * MINUTE), tries=3)
    beats(project, *processes)
    project.database.transact(lambda each: sweep(project, each))
    assert state(project) == (("unresolved", "no_evidence") if settled else ("unknown", ""))


def test_rule_29_what_was_received_and_not_read_yet_may_be_the_evidence(project: Project) -> None:
    """Webhooks of the last quarter of an hour wait in the inbox: the window ends where reading has come to."""
    now = micros(real_now())
    delivery(project, "unknown", unknown_at=now - 20 * MINUTE, tries=3)
    beats(project, ("a", 60, 0))
    kept = [("whatsapp", "default", "k", "{}", "", now - 6 * MINUTE)]
    (mail,) = project.database.transact(lambda each: inbox.keep(each, kept))
    project.database.transact(lambda each: sweep(project, each))
    assert state(project) == ("unknown", "")
    project.database.transact(lambda each: inbox.finish(each, [mail]))
    project.database.transact(lambda each: sweep(project, each))
    assert state(project) == ("unresolved", "no_evidence")


@pytest.mark.parametrize(
    ("facts", "after"),
    [
        ({"tries": 1}, "ready"),
        ({"tries": 2}, "ready"),
        ({"tries": 3}, "unresolved"),
        ({"tries": 1, "attempt": 9}, "ready"),
        ({"tries": 1, "category": "service"}, "ready"),
        ({"tries": 1, "category": "marketing"}, "unresolved"),
        ({"tries": 1, "channel": "messenger"}, "ready"),
        ({"tries": 1, "channel": "telegram"}, "unresolved"),
        ({"tries": 1, "channel": "viber"}, "unresolved"),
        ({"tries": 1, "expires_at": 1}, "unresolved"),
    ],
)
def test_rule_29_who_is_sent_again_by_default(project: Project, facts: dict[str, Any], after: str) -> None:
    """Safe repeats (`attempt`) do not use up the three tries, what was in doubt (`tries`) does."""
    delivery(project, "unknown", unknown_at=1, **facts)
    beats(project, ("a", 60, 0))
    project.database.transact(lambda each: sweep(project, each))
    assert state(project) == (after, "no_evidence")


# Evidence ------------------------------------------------------------------------------------------
NO = Rejected(trouble=Trouble.CONTENT_INVALID, code="100")
YES = Accepted(id="wamid.1")


@pytest.mark.parametrize(
    ("before", "answer", "attempt", "after"),
    [
        pytest.param({"state": "sending"}, YES, 1, "accepted", id="the answer"),
        pytest.param({"state": "sending"}, NO, 1, "rejected", id="a refusal"),
        pytest.param({"state": "sending"}, Unknown(), 1, "unknown", id="5xx, a timeout, a reset"),
        pytest.param({"state": "sending"}, Unsent(), 1, "ready", id="no connection"),
        pytest.param({"state": "sending"}, RetryAfter(seconds=7), 1, "ready", id="429"),
        pytest.param({"state": "unknown", "unknown_at": 1}, YES, 1, "accepted", id="late: the lease was over"),
        pytest.param({"state": "unknown", "unknown_at": 1}, Unsent(), 1, "unknown", id="a late excuse changes nothing"),
        pytest.param(
            {"state": "unknown", "unknown_at": 1}, RetryAfter(seconds=7), 1, "unknown", id="never ready by a 429"
        ),
        pytest.param({"state": "ready", "unknown_at": 1}, YES, 1, "accepted", id="late: about to be repeated"),
        pytest.param(
            {"state": "sending", "attempt": 2, "unknown_at": 1}, YES, 1, "accepted", id="late: being repeated"
        ),
        pytest.param(
            {"state": "sending", "attempt": 2, "unknown_at": 1}, NO, 1, "sending", id="the fence: an older no"
        ),
        pytest.param(
            {"state": "sending", "attempt": 2, "unknown_at": 1}, NO, 2, "unresolved", id="the first may be out"
        ),
        pytest.param({"state": "unresolved", "unknown_at": 1}, YES, 1, "accepted", id="late: given up"),
        pytest.param({"state": "sending"}, RetryAfter(seconds=90_000, scope="pair"), 1, "rejected", id="over_limit"),
        pytest.param({"state": "ready"}, YES, 1, "ready", id="after a definite «not now» nothing was sent"),
        pytest.param({"state": "suppressed"}, YES, 1, "suppressed", id="final"),
        pytest.param({"state": "delivered"}, YES, 1, "delivered", id="known already"),
    ],
)
def test_rule_29_a_fence_and_what_may_pass_it(
    project: Project, before: dict[str, Any], answer: Any, attempt: int, after: str
) -> None:
    delivery(project, **{"state": before["state"], **before})
    outcome = Outcome(delivery_id=1, attempt=attempt, answer=answer)
    project.database.transact(lambda each: commit(project, each, [outcome]))
    assert state(project)[0] == after


def test_rule_29_evidence_comes_while_the_second_try_waits(place: Town) -> None:
    """A receipt that is later than the window: the message that waits for its second try does not go out again."""
    person = {"channel": "whatsapp", "address": "79160000001"}
    given = [{"channel": "whatsapp", "source": "t", "text": "yes"}]
    contact = {"external_id": "ann", "addresses": [person], "consents": given}
    place.call("PUT", "/v1/contacts", json={"contacts": [contact]})
    place.reply("79160000001", "whatsapp", text="hello")
    place.advance("PT1S")
    faults(place, "500_accepted", "429", "late_receipt", times=1, delay=1_000, retry_after=600)
    hello = step("hello", "send", text="Your order", channel="whatsapp", category="transactional")
    place.enroll(place.publish(line(hello)), "ann")
    place.advance("PT15M30S")
    (one_,) = deliveries(place, "ann")
    assert (one_["state"], one_["reason"], one_["attempt"]) == ("ready", "again_later", 2)
    place.advance("PT1H")
    assert deliveries(place, "ann")[0]["state"] in ("accepted", "delivered", "read")
    assert sent(place, "79160000001") == ["Your order"]


@pytest.mark.parametrize(
    ("channel", "category", "then", "who"),
    [
        ("telegram", "transactional", "unresolved", "the messenger never tells by itself"),
        ("whatsapp", "transactional", "sent_again", "a receipt of the messenger's may still tell"),
        ("whatsapp", "marketing", "unresolved", "a receipt of the messenger's may still tell"),
    ],
)
def test_rule_29_what_is_waited_for_is_told(place: Town, channel: str, category: str, then: str, who: str) -> None:
    address = "79160000001"
    given = [{"channel": channel, "source": "t", "text": "yes"}]
    contact = {"external_id": "ann", "addresses": [{"channel": channel, "address": address}], "consents": given}
    place.call("PUT", "/v1/contacts", json={"contacts": [contact]})
    place.reply(address, channel, text="hello")
    place.advance("PT1S")
    faults(place, "500", times=1)
    place.enroll(place.publish(line(step("hello", "send", text="Hi", channel=channel, category=category))), "ann")
    place.advance("PT1M")
    (told,) = deliveries(place, "ann")
    assert told["state"] == "unknown"
    assert (told["in_doubt"]["then"], who in told["in_doubt"]["text"]) == (then, True)
    until = datetime.fromisoformat(told["in_doubt"]["until"])
    assert until - datetime.fromisoformat(told["sending_at"]) == pytest.approx(EVIDENCE, abs=timedelta(seconds=5))
    shown = place.call("GET", "/v1/contacts/ann/timeline")["items"]
    assert [each["in_doubt_until"] for each in shown if each["kind"] == "message"] == [told["in_doubt"]["until"]]
    place.advance("PT1H")
    (after,) = deliveries(place, "ann")
    assert after["in_doubt"] is None
    assert after["state"] == "unresolved" if then == "unresolved" else after["attempt"] == 2
    assert all(each["in_doubt_until"] is None for each in place.call("GET", "/v1/contacts/ann/timeline")["items"])


@pytest.mark.parametrize(("policy", "times"), [("at_least_once", 2), ("at_most_once", 1)])
def test_rule_29_a_step_may_choose_its_policy(place: Town, policy: str, times: int) -> None:
    """Telegram brings no evidence: whoever wants at least once there takes a message twice into the bargain."""
    faults(place, "drop_after_accept", times=1)
    place.contact("ann")
    place.enroll(place.publish(line(step("hello", "send", text="Hi", policy=policy))), "ann")
    place.advance("PT1H")
    assert sent(place) == ["Hi"] * times
    assert deliveries(place, "ann")[0]["state"] == ("accepted" if times == 2 else "unresolved")


# Parts ---------------------------------------------------------------------------------------------
def test_rule_29_the_rest_of_a_message_goes_on_when_its_first_part_has_arrived(place: Town) -> None:
    """A picture and a long text are two calls: the picture's outcome is unknown until its receipt comes."""
    place.contact("ann", "whatsapp", "79160000001")
    place.reply("79160000001", "whatsapp", text="hello")
    place.advance("PT1S")
    faults(place, "500_accepted", times=1)
    media = {"kind": "audio", "url": "https://shop.example/a.mp3"}
    hello = step("hello", "send", text="Listen", media=media, channel="whatsapp", category="service")
    journey = place.publish(line(hello))
    place.enroll(journey, "ann")
    place.advance("PT10M")
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [(each["text"], each["accepted"]) for each in items] == [("", True), ("Listen", True)]
    (one_,) = deliveries(place, "ann")
    assert one_["state"] in ("accepted", "delivered", "read")
    assert place.trip(journey, "ann")["status"] == "completed"


@pytest.mark.parametrize("kind", ["drop_after_accept", "500"])
def test_rule_29_a_part_that_nobody_knows_of_is_not_repeated_and_the_rest_follows(place: Town, kind: str) -> None:
    """Telegram tells nothing of the picture: it goes once, and the words that were never sent go at once after it."""
    place.contact("ann")
    media = {"kind": "image", "url": "https://shop.example/a.png"}
    journey = place.publish(line(step("hello", "send", text="x" * 1100, media=media), step("rest", "wait", for_="P2D")))
    faults(place, kind, times=1)
    place.enroll(journey, "ann")
    place.advance("PT5S")
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [each["method"] for each in items] == ["sendPhoto", "sendMessage"]
    (one_,) = deliveries(place, "ann")
    assert (one_["state"], one_["reason"]) == ("accepted", "part_unknown")
    place.advance("P1D")
    assert deliveries(place, "ann")[0]["state"] == "accepted"
    assert place.trip(journey, "ann")["node"] == "rest"


def test_rule_29_the_rest_is_not_sent_once_it_is_worth_nothing(place: Town) -> None:
    """WhatsApp could tell of the first part: it is waited for, and meanwhile the second is worth nothing any more."""
    place.contact("ann", "whatsapp", "79160000001")
    place.reply("79160000001", "whatsapp", text="hello")
    place.advance("PT1S")
    faults(place, "500", times=1)
    media = {"kind": "audio", "url": "https://shop.example/a.mp3"}
    hello = step("hello", "send", text="Listen", media=media, channel="whatsapp", ttl="PT10M", policy="at_most_once")
    place.enroll(place.publish(line(hello)), "ann")
    place.advance("P1D")
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [each["accepted"] for each in items] == [False]
    assert deliveries(place, "ann")[0]["state"] == "unresolved"


def test_rule_29_parts_wait_like_messages(place: Town) -> None:
    """What is out stays out when the second part is told to wait."""
    place.contact("ann")
    media = {"kind": "image", "url": "https://shop.example/a.png"}
    journey = place.publish(line(step("hello", "send", text="x" * 1100, media=media)))
    faults(place, "429", "429", times=1, retry_after=60)
    place.enroll(journey, "ann")
    place.advance("PT5M")
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [each["method"] for each in items if each["accepted"]] == ["sendPhoto", "sendMessage"]
    assert deliveries(place, "ann")[0]["state"] == "accepted"


@pytest.mark.parametrize(
    ("channel", "address", "kind"), [("viber", "annViber==", "video"), ("messenger", "500000000777", "image")]
)
def test_rule_29_picture_and_words_of_one_message_go_once_each(
    place: Town, channel: str, address: str, kind: str
) -> None:
    place.contact("ann", channel, address)
    place.reply(address, channel, text="hello")
    place.advance("PT1S")
    media = {"kind": kind, "url": "https://shop.example/a", "size": 1000}
    hello = step("hello", "send", text="Look", media=media, channel=channel, category="service")
    journey = place.publish(line(hello))
    faults(place, "429", times=1, retry_after=60)
    place.enroll(journey, "ann")
    place.advance("PT10M")
    items = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [each["text"] for each in items if each["accepted"]] == ["", "Look"]
    assert [each["state"] for each in deliveries(place, "ann")] == ["delivered"]
    assert place.trip(journey, "ann")["status"] == "completed"
