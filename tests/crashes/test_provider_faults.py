"""Whatever a messenger, its network or its webhooks do wrong, one row each: what becomes of the message, how often it
was asked and taken, and whether the account's breaker counts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import httpx
import pytest

from engine.boot import connect_sandbox
from sandbox.faults import Kind
from store.invariants import violations
from store.sql import scalar
from tests.crashes.person import Person
from tests.town import Town, town

pytestmark = pytest.mark.slow

#: Seconds that the engine waits here for an answer.
PATIENCE = 0.6


class Row(NamedTuple):
    """A fault of the pretend messenger, and what is to come of it."""

    kind: str
    #: State half a minute later, and an hour later.
    soon: str
    later: str
    #: Requests that the messenger saw, and those that it took.
    asked: int
    taken: int
    #: Whether the account's breaker counts it as a failure.
    counts: bool = False
    more: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes


#: Telegram tells nothing of what it took: what is in doubt is never sent again.
SILENT = {
    "429, told for how long": Row("429", "ready(again_later)", "accepted", 2, 1, more={"retry_after": 40}),
    "429, not told": Row("429", "accepted", "accepted", 2, 1),
    "500, and taken": Row("500_accepted", "unknown", "unresolved(no_evidence)", 1, 1, counts=True),
    "500, not taken": Row("500", "unknown", "unresolved(no_evidence)", 1, 0, counts=True),
    "502, a page of HTML": Row("html_502", "unknown", "unresolved(no_evidence)", 1, 0, counts=True),
    "no answer in time": Row(
        "timeout_after_accept", "unknown", "unresolved(no_evidence)", 1, 1, counts=True, more={"delay": 5}
    ),
    "reset instead of an answer": Row("drop_after_accept", "unknown", "unresolved(no_evidence)", 1, 1, counts=True),
    "reset in the middle of it": Row("reset_mid_body", "unknown", "unresolved(no_evidence)", 1, 1, counts=True),
    "slow, but in time": Row("slow", "accepted", "accepted", 1, 1, more={"delay": 0.05}),
    "byte by byte, in time": Row("trickle", "accepted", "accepted", 1, 1, more={"delay": 0}),
    "byte by byte, for ever": Row(
        "trickle", "unknown", "unresolved(no_evidence)", 1, 1, counts=True, more={"delay": 0.2}
    ),
    "cut off JSON": Row("malformed", "unknown", "unresolved(no_evidence)", 1, 1, counts=True),
    "the token was revoked": Row("401", "held(account_paused)", "held(account_paused)", 1, 0),
    "the person has blocked us": Row("403_blocked", "rejected(blocked)", "rejected(blocked)", 1, 0),
}
#: WhatsApp echoes our name of the message: evidence decides, and what must arrive is sent again without any.
TELLING = {
    "429, told for how long": Row("429", "ready(again_later)", "delivered", 2, 1, more={"retry_after": 40}),
    "429, not told": Row("429", "delivered", "delivered", 2, 1),
    "500, and taken": Row("500_accepted", "delivered", "delivered", 1, 1, counts=True),
    "500, not taken": Row("500", "unknown", "delivered", 2, 1, counts=True),
    "502, a page of HTML": Row("html_502", "unknown", "delivered", 2, 1, counts=True),
    "no answer in time": Row("timeout_after_accept", "delivered", "delivered", 1, 1, counts=True, more={"delay": 5}),
    "reset instead of an answer": Row("drop_after_accept", "delivered", "delivered", 1, 1, counts=True),
    "reset in the middle of it": Row("reset_mid_body", "delivered", "delivered", 1, 1, counts=True),
    "cut off JSON": Row("malformed", "delivered", "delivered", 1, 1, counts=True),
    "the token was revoked": Row("401", "held(account_paused)", "held(account_paused)", 1, 0),
    "the person has blocked us": Row("403_blocked", "rejected(unreachable)", "rejected(unreachable)", 1, 1),
    "a receipt before the answer": Row("early_receipt", "delivered", "delivered", 1, 1),
    "a late receipt": Row("late_receipt", "accepted", "delivered", 1, 1, more={"delay": 1800}),
    "no receipt ever": Row("lost_webhook", "accepted", "accepted", 1, 1),
    "receipts in one webhook": Row("batched", "accepted", "delivered", 1, 1),
    "receipts out of order": Row("reordered", "accepted", "delivered", 1, 1, more={"delay": 600}),
    "every receipt twice": Row("duplicate_webhook", "delivered", "delivered", 1, 1),
    "receipts with a wrong signature": Row("forged", "delivered", "delivered", 1, 1),
    "receipts again, much later": Row("replayed", "delivered", "delivered", 1, 1, more={"delay": 600}),
}
#: What goes on as long as it is there strikes each time; the rest strikes once.
LASTING = {"lost_webhook", "duplicate_webhook", "forged", "replayed", "batched", "reordered", "late_receipt"}
ALL = [
    pytest.param(channel, category, row, id=f"{channel}: {name}")
    for channel, category, table in (("telegram", "marketing", SILENT), ("whatsapp", "transactional", TELLING))
    for name, row in table.items()
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all rows, whose engine is impatient; each row has a person of its own."""
    with town(tmp_path_factory.mktemp("faults") / "home") as made:
        assert made.engine is not None
        assert made.engine.shift is not None
        made.engine.shift.deliverer.client.timeout = httpx.Timeout(PATIENCE)
        made.freeze("2030-03-04T10:00:00+00:00")
        yield made
        with made.project.database.read() as connection:
            assert list(violations(connection)) == []


def failures(place: Town, channel: str) -> int:
    """How many requests in a row came to nothing, as the breaker counts them."""
    with place.project.database.read() as connection:
        return int(scalar(connection, "SELECT failures FROM channel_account WHERE channel = :channel", channel=channel))


@pytest.mark.parametrize(("channel", "category", "row"), ALL)
def test_what_becomes_of_it(shared: Town, channel: str, category: str, row: Row) -> None:
    ann = Person(shared, channel, category)
    ann.faults({"kind": row.kind, "times": None if row.kind in LASTING else 1, **row.more})
    ann.set_out("PT30S")
    assert ann.state() == row.soon
    assert failures(shared, channel) == int(row.counts)
    shared.advance("PT1H")
    assert ann.state() == row.later
    assert (len(ann.asked()), ann.accepted()) == (row.asked, row.taken)
    # Whoever is not told of a refusal goes on, and answers.
    if row.kind not in ("401", "403_blocked"):
        assert ann.trip() == "waiting at answer"
    ann.faults()
    if row.kind == "401":
        shared.call("POST", f"/v1/channels/{channel}/default/resume")
        shared.advance("PT1M")
        assert (ann.accepted(), ann.trip()) == (1, "waiting at answer")
    # The account works for the next one, and has forgotten its failures.
    bob = Person(shared, channel, category)
    bob.set_out()
    assert (bob.accepted(), failures(shared, channel)) == (1, 0)


def test_every_fault_of_the_pretend_messengers_has_its_row() -> None:
    rows = {row.kind for table in (SILENT, TELLING) for row in table.values()}
    assert rows == set(get_args(Kind))


def test_a_server_that_cannot_do_tls_is_told_nothing_and_asked_again(shared: Town) -> None:
    """Before the first byte of a request: safe to repeat, and a failure for the breaker."""
    connect_sandbox(shared.project, shared.world.url.replace("http://", "https://"))
    ann = Person(shared, "telegram")
    ann.set_out("PT1S")
    assert (ann.state(), failures(shared, "telegram")) == ("ready(again_later)", 1)
    connect_sandbox(shared.project, shared.world.url)
    shared.advance("PT5M")
    assert (ann.state(), len(ann.asked()), ann.trip()) == ("accepted", 1, "waiting at answer")


@pytest.mark.parametrize("kind", ["duplicate_webhook", "replayed", "forged", "batched"])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_an_answer_is_heard_once_however_its_webhook_comes(shared: Town, channel: str, kind: str) -> None:
    ann = Person(shared, channel)
    # Before the question goes out: its receipts then wait for the answer, and come in one webhook with it.
    ann.faults({"kind": kind, "times": None, "delay": 600})
    ann.set_out()
    shared.reply(ann.address, ann.channel, button="yes")
    shared.advance("PT1H")
    ann.faults()
    assert [each["rule"] for each in ann.replies()] == ["button"]
    assert shared.heard(ann.address, channel) == ["Shall we?", "Thank you"]
    assert ann.trip().startswith("completed")
    items = shared.call("GET", "/sandbox/log", params={"limit": 10_000})["items"]
    forged = [each for each in items if each["method"] == "forged_webhook" and each["address"] == ann.address]
    assert {(each["accepted"], each["status"]) for each in forged} == ({(False, 403)} if kind == "forged" else set())


@pytest.mark.parametrize("kind", ["500_accepted", "drop_after_accept"])
def test_evidence_later_than_the_window_still_tells(shared: Town, kind: str) -> None:
    """Marketing is not sent again: what its receipt says a day later is what is shown."""
    ann = Person(shared, "whatsapp")
    ann.faults({"kind": kind, "times": 1}, {"kind": "late_receipt", "times": 1, "delay": 86_400})
    ann.set_out("PT1H")
    assert ann.state() == "unresolved(no_evidence)"
    shared.advance("P1DT1M")
    assert (ann.state().partition("(")[0], ann.accepted(), len(ann.asked())) == ("delivered", 1, 1)
