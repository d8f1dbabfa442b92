"""The walk: how far a contact goes, and what it hears."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from journeys.alike import joined
from journeys.facts import Person
from journeys.graph import read
from nodes.visit import Answered, Changed, Draw, Drawn, Happened, Reach, Record, Say, Set
from tests.journeys.documents import drawn, line, step
from tests.journeys.walking import ALL_KNOWN, NOW, YES_NO, at, buyer, go, path, says, start


def test_it_goes_on_until_a_step_stays() -> None:
    done = go(
        line(step("tag", "update"), step("goal", "goal"), step("pause", "wait", for_="PT1H"), step("late", "goal"))
    )
    assert path(done) == "tag→goal→pause…"
    assert (done.status, done.due_at, done.waiting_for) == ("waiting", at(60), "time")
    assert done.converted
    assert done.trip.seq == 2


def test_it_ends_as_completed_with_the_reason_of_the_exit() -> None:
    done = go(drawn(step("tag", "update"), step("bye", "exit", reason="thanks"), ways="tag.done>bye"))
    assert (path(done), done.status, done.reason, done.due_at) == ("tag→bye", "completed", "thanks", None)
    assert [(each.seq, each.exit) for each in done.trail] == [(0, "done"), (1, None)]


def test_effects_stand_in_the_order_in_which_they_happened() -> None:
    one, two = step("one", "update", set={"a": 1}), step("two", "update", set={"b": 2})
    done = go(line(one, step("goal", "goal"), two, step("hello", "send")))
    assert [(seq, node, type(effect)) for seq, node, effect in done.effects] == [
        (0, "one", Set),
        (1, "goal", Reach),
        (2, "two", Set),
        (3, "hello", Say),
    ]


def test_a_walk_reads_its_own_updates() -> None:
    vip = {
        "branches": [{"exit": "vip", "rule": {"all": [{"attribute": "n", "is": "equal", "value": 2}, {"tag": "new"}]}}]
    }
    chain = [step("one", "update", set={"n": 2}, add_tags=["new"]), step("ask", "condition", **vip)]
    done = go(line(*chain, step("copy", "update", set={"m": "{{ contact.n }}"})))
    assert done.trail[1].exit == "vip"
    assert done.effects[-1][2] == Set(attributes={"m": 2}, add_tags=(), remove_tags=())


def test_a_send_stays_until_its_answer_is_handed_over() -> None:
    """Rule 26: a step never leaves on an outcome that it has not been handed."""
    document = line(step("hello", "send"), step("pause", "wait"))
    first = go(document)
    assert (path(first), first.waiting_for) == ("hello…", "answer")
    assert path(go(document, Changed(at=NOW), trip=first.trip)) == "hello…"
    assert path(go(document, Answered(at=NOW, sent=True), trip=first.trip)) == "hello→pause…"


def test_an_answer_for_an_earlier_visit_is_no_news() -> None:
    """Rule 29: a first message that is settled late does not let the second one pass as sent."""
    document = line(step("one", "send"), step("two", "send"))
    second = go(document, Answered(at=NOW, sent=True, visit=0), trip=go(document).trip)
    assert path(second) == "one→two…"
    assert path(go(document, Answered(at=NOW, sent=True, visit=0), trip=second.trip)) == "two…"
    late_no = go(document, Answered(at=NOW, sent=False, reason="blocked", visit=0), trip=second.trip)
    assert (path(late_no), late_no.status) == ("two…", "waiting")
    assert go(document, Answered(at=NOW, sent=True, visit=1), trip=second.trip).status == "completed"


def test_a_reply_is_heard_once() -> None:
    """Rule 14: the first message consumes the wait, the next ones do not answer the next question."""
    reply: dict[str, Any] = {"branches": YES_NO, "patience": "P1D"}
    document = line(step("one", "reply", **reply), step("two", "reply", **reply))
    waiting = go(document).trip
    done = go(document, says("yes", visit=0), says("no", visit=0), trip=waiting)
    assert [(each.node, each.exit) for each in done.trail] == [("one", "yes")]
    assert (done.trip.node, done.status) == ("two", "waiting")


def test_a_second_message_does_not_answer_the_next_question_of_a_survey() -> None:
    asked = step(
        "ask", "survey", questions=[{"id": "age", "text": "Age?", "type": "number"}, {"id": "city", "text": "City?"}]
    )
    document = line(asked)
    waiting = go(document, Answered(at=NOW, sent=True, part="age", visit=0), trip=go(document).trip).trip
    done = go(document, says("42", visit=0), says("thanks", visit=0), trip=waiting)
    assert [effect for _, _, effect in done.effects] == [Record(question="age", value=42), Say(part="city")]
    assert (done.trip.memory["question"], done.waiting_for) == (1, "answer")


def test_quick_messages_are_joined() -> None:
    tea = [{"exit": "tea", "keywords": ["black tea"]}]
    document = line(step("answer", "reply", branches=tea, patience="P1D", debounce="PT30S", save_as="drink"))
    first = go(document, says("black", 1), trip=go(document).trip, now=at(1))
    assert first.due_at == at(1.5)
    second = go(document, says("tea", 1.25), trip=first.trip, now=at(1.25))
    assert (second.due_at, second.over) == (at(1.5), False)
    done = go(document, trip=second.trip, now=at(1.5))
    assert done.trail[0].exit == "tea"
    assert done.trip.answers == {"drink": "black\ntea"}


@pytest.mark.parametrize(
    ("received", "now", "horizon", "way"),
    [
        (60, 60, ALL_KNOWN, "yes"),  # At the deadline, processed with it.
        (60, 90, ALL_KNOWN, "yes"),  # Received at the deadline, read long after it.
        (59, 90, ALL_KNOWN, "yes"),
        (60 + 1 / 60_000_000, 90, ALL_KNOWN, "no_answer"),
        (None, 60, ALL_KNOWN, "no_answer"),
        (None, 59.9, ALL_KNOWN, None),  # Not yet over.
        (None, 90, at(60), None),  # Something received at the deadline is still unread.
        (None, 90, at(30), None),
        (None, 90, at(61), "no_answer"),
        (90, 91, at(60), None),  # Too late itself, but it does not prove that nothing came in time.
    ],
)
def test_the_reply_wins_if_it_was_received_by_the_deadline(
    received: float | None, now: float, horizon: datetime, way: str | None
) -> None:
    """Rule 11."""
    document = line(step("answer", "reply", branches=YES_NO, patience="PT1H"))
    heard = [] if received is None else [says("yes", received)]
    done = go(document, *heard, trip=go(document).trip, now=at(now), horizon=horizon)
    assert (done.trail[0].exit if done.trail else None) == way
    assert done.over is (way is not None)


def test_an_event_from_before_the_wait_is_not_heard() -> None:
    """Rule 9."""
    document = line(step("pause", "wait", for_="PT1H"), step("order", "wait", event="order", patience="P1D"))
    early = Happened(at=at(30), name="order")
    second = go(document, early, trip=go(document).trip, now=at(60))
    assert path(second) == "pause→order…"
    assert path(go(document, early, trip=second.trip, now=at(61))) == "order…"
    done = go(document, Happened(at=at(62), name="order"), trip=second.trip, now=at(62))
    assert done.trail[0].exit == "happened"


def test_a_wait_that_looks_back_sees_what_came_since_the_entry() -> None:
    back = step(
        "order",
        "wait",
        event="order",
        patience="P1D",
        look_back="since_entry",
        where={"attribute": "n", "is": "more", "value": 1},
    )
    document = line(back)
    later = start(read(document), entered_at=NOW)
    assert go(document, who=buyer(5, 2), trip=later, now=at(60)).trail[0].exit == "happened"
    assert go(document, who=buyer(-5, 2), trip=later, now=at(60)).trail == []
    assert go(document, who=buyer(5, 1), trip=later, now=at(60)).trail == []


def test_a_template_without_its_value_parks_this_trip() -> None:
    document = line(step("tag", "update", set={"x": "{{ contact.first_name }}"}))
    done = go(document)
    assert (done.status, done.reason, done.due_at) == ("failed", "missing_variable", None)
    assert path(done) == "tag"
    assert go(document, who=Person(external_id="bob", attributes={"first_name": "Bob"})).status == "completed"


# Coupons -----------------------------------------------------------------------------------------
def test_a_walk_pauses_for_the_store_to_draw_a_coupon_and_goes_on() -> None:
    copy_code = step("copy", "update", set={"code": "{{ coupon }}"})
    document = drawn(
        step("tag", "goal"),
        step("gift", "coupon"),
        copy_code,
        step("bye", "exit"),
        step("sorry", "exit", reason="sold_out"),
        ways="tag.done>gift gift.given>copy gift.empty>sorry copy.done>bye",
    )
    before = go(document)
    assert (before.draws, path(before), before.effects[-1][2]) == ("spring", "tag→gift…", Draw(pool="spring"))
    done = joined(before, go(document, Drawn(at=NOW, code="AB-1"), trip=before.trip))
    assert (path(done), done.status, done.draws, done.converted) == ("tag→gift→copy→bye", "completed", None, True)
    assert [node for _, node, _ in done.effects] == ["tag", "gift", "copy"]
    assert done.effects[-1][2] == Set(attributes={"code": "AB-1"}, add_tags=(), remove_tags=())
    assert (done.trip.coupon, done.remembers) == ("AB-1", True)
    assert go(document, Drawn(at=NOW, code=None), trip=before.trip).reason == "sold_out"
