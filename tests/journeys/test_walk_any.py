"""The walk: nothing but the inputs decides, whatever is heard."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.facts import Person
from journeys.graph import read
from journeys.walk import MAX_MOVES, Walk, walk
from nodes.visit import Answered, Changed, Drawn, Happened, Reply
from tests.journeys.documents import drawn, step
from tests.journeys.walking import ALL_KNOWN, NOW, YES_NO, at, start

MIXED = drawn(
    step("hello", "send", text="?", buttons=[{"id": "yes", "title": "Yes"}], on_blocked="branch"),
    step("answer", "reply", branches=YES_NO, patience="P1D", debounce="PT10S", save_as="said"),
    step("order", "wait", event="order", patience="PT2H", look_back="since_entry"),
    step("paid", "wait", rule={"attribute": "plan", "is": "equal", "value": "paid"}, patience="PT3H"),
    step("ask", "survey", questions=[{"id": "n", "text": "n?", "type": "number"}], patience="PT1H"),
    step("ab", "split"),
    step("gift", "coupon"),
    step("tag", "update", set={"x": "{{ answers.said }}"}),
    step("bye", "exit"),
    ways="hello.sent>answer hello.blocked>bye answer.yes>order answer.no>ask answer.something_else>hello"
    " answer.no_answer>bye"
    " order.happened>ask order.timeout>paid paid.happened>ab paid.timeout>hello ask.completed>ab ask.no_answer>bye"
    " ask.gave_up>bye ab.a>gift ab.b>tag gift.given>tag gift.empty>hello tag.done>bye",
    start="hello",
    goal={"event": "bought", "match": "id"},
    exit_when=[{"tag": "gone"}],
)


moments = st.integers(0, 300).map(at)
replies = st.builds(
    Reply, at=moments, text=st.sampled_from(["yes", "no", "7", "?"]), visit=st.none() | st.integers(0, 4)
)


answers = st.builds(
    Answered,
    at=moments,
    sent=st.booleans(),
    reason=st.sampled_from(["opted_out", "missing_variable"]),
    visit=st.none() | st.integers(0, 4),
)


happenings = st.builds(
    Happened,
    at=moments,
    name=st.sampled_from(["order", "bought", "visit"]),
    properties=st.sampled_from([{}, {"id": 1}, {"id": "2"}]),
)


heards = st.lists(
    st.builds(Changed, at=moments)
    | replies
    | answers
    | happenings
    | st.builds(Drawn, at=moments, code=st.none() | st.just("C")),
    max_size=4,
)


facts = st.fixed_dictionaries({"plan": st.sampled_from(["free", "paid"])})
legs = st.lists(st.tuples(st.integers(0, 200), heards, facts, st.booleans()), min_size=1, max_size=8)


def follow(story: list[Any]) -> list[Walk]:
    """The walks of a story, one after another, each from where the one before left the trip."""
    journey, walks = read(MIXED, "j"), []
    trip, now = start(journey, event={"id": 2}), NOW
    for minutes, heard, attributes, gone in story:
        now += timedelta(minutes=minutes)
        tags = ["gone"] if gone and minutes > 150 else []
        person = Person(external_id="ann", attributes=dict(attributes), tags=tags)
        walks.append(walk(journey, copy.deepcopy(trip), person, now, ALL_KNOWN, heard))
        trip = walks[-1].trip
        if walks[-1].over:
            break
    return walks


@settings(max_examples=60, deadline=None)
@given(legs)
def test_the_same_story_always_goes_the_same_way(story: list[Any]) -> None:
    assert follow(story) == follow(story)


@settings(max_examples=100, deadline=None)
@given(legs)
def test_whatever_is_heard_the_trail_is_one_way_through_the_drawing(story: list[Any]) -> None:
    journey, walks = read(MIXED, "j"), follow(story)
    trail = [passed for done in walks for passed in done.trail]
    assert [passed.seq for passed in trail] == list(range(len(trail)))
    here = journey.start
    for passed in trail:
        assert passed.node == here
        assert passed.arrived_at <= passed.left_at
        here = journey.ways[(passed.node, passed.exit)] if passed.exit is not None else here
    last = walks[-1]
    assert last.trip.node == here
    assert last.over is (bool(trail) and trail[-1].exit is None)
    for done in walks:
        seqs = [seq for seq, _, _ in done.effects]
        assert seqs == sorted(seqs)
        assert not done.reason.startswith("error_"), done.reason
        # It waits with a deadline, or it is over.
        assert done.over or (done.status == "waiting" and done.due_at is not None and done.waiting_for)
        assert len(done.trail) <= MAX_MOVES + 1
