"""The walk: how far a contact goes, what it hears, and that nothing but the inputs decides."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.alike import joined
from journeys.check import check, errors
from journeys.facts import Past, Person
from journeys.graph import Journey, read
from journeys.walk import MAX_MOVES, MAX_VISITS, Trip, Walk, luck, take_out, walk
from nodes.visit import Answered, Changed, Draw, Drawn, Happened, Heard, Reach, Record, Reply, Say, Set, same_key
from tests.journeys.documents import drawn, line, step

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
ALL_KNOWN = datetime.max.replace(tzinfo=UTC)
YES_NO = [{"exit": "yes", "keywords": ["yes"]}, {"exit": "no", "keywords": ["no"]}]


def start(journey: Journey, **more: Any) -> Trip:
    """A trip that has just begun."""
    facts: dict[str, Any] = {"node": journey.start, "seq": 0, "arrived_at": NOW, "entered_at": NOW, "arriving": True}
    return Trip(**(facts | more))


def go(
    document: dict[str, Any],
    *heard: Heard,
    trip: Trip | None = None,
    now: datetime = NOW,
    who: Person | None = None,
    horizon: datetime = ALL_KNOWN,
) -> Walk:
    """Walk a document from its beginning, or from where a trip is; it must be fit to publish."""
    assert errors(check(document)) == []
    journey = read(document, "j")
    person = who or Person(external_id="ann", attributes={})
    return walk(journey, copy.deepcopy(trip) if trip else start(journey), person, now, horizon, heard)


def path(done: Walk) -> str:
    """The steps passed, and where it is now."""
    return "→".join([each.node for each in done.trail] + ([] if done.over else [f"{done.trip.node}…"]))


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def says(text: str, minutes: float = 0, visit: int | None = None) -> Reply:
    return Reply(at=at(minutes), text=text, visit=visit)


# Tables ------------------------------------------------------------------------------------------
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


def buyer(minutes: float, n: int) -> Person:
    """One who ordered `n` things some minutes after the entry."""
    return Person(external_id="a", attributes={}, events=[Past("order", {"n": n}, at(minutes))])


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


def test_taking_out_ends_the_trip_where_it_is() -> None:
    done = take_out(go(line(step("pause", "wait"))).trip, "restarted", at(5))
    assert (done.status, done.reason, path(done), done.trail[0].left_at) == ("exited", "restarted", "pause", at(5))


# Goal and exit rules -----------------------------------------------------------------------------
def goal_of(**goal: Any) -> dict[str, Any]:
    return line(step("pause", "wait", for_="P1D"), goal={"event": "order", **goal})


@pytest.mark.parametrize("waiting", ["wait", "reply", "send"])
def test_the_goal_acts_at_once_wherever_the_contact_is(waiting: str) -> None:
    """Rule 17."""
    document = line(step("here", waiting), goal={"event": "order"})
    done = go(document, Happened(at=at(1), name="order"), trip=go(document).trip, now=at(1))
    assert (done.status, done.reason, done.converted, path(done)) == ("exited", "goal", True, "here")


@pytest.mark.parametrize(
    ("entered", "ordered", "reached"),
    [
        ({"id": 7}, {"id": 7}, True),
        ({"id": 7}, {"id": "7"}, True),
        ({"id": "7"}, {"id": 7.0}, True),
        ({"id": 7}, {"id": 8}, False),
        ({}, {"id": 7}, False),
        ({"id": 7}, {}, False),
        ({}, {}, False),
        ({"id": None}, {"id": None}, False),
        ({"id": [7]}, {"id": [7]}, False),
    ],
)
def test_the_order_that_was_abandoned_is_the_order_that_was_bought(
    entered: dict[str, Any], ordered: dict[str, Any], reached: bool
) -> None:
    document = goal_of(match="id")
    trip = go(document, trip=start(read(document), event=entered)).trip
    done = go(document, Happened(at=at(1), name="order", properties=ordered), trip=trip, now=at(1))
    assert done.over is reached


def test_a_goal_with_a_rule_asks_for_it_also_when_the_keys_differ_in_kind() -> None:
    document = goal_of(match="id", where={"attribute": "total", "is": "at_least", "value": 100})
    trip = go(document, trip=start(read(document), event={"id": 7})).trip
    for id_, total, reached in ((7, 100, True), ("7", 100, True), (7, 99, False), ("7", 99, False)):
        bought = Happened(at=at(1), name="order", properties={"id": id_, "total": total})
        assert go(document, bought, trip=trip, now=at(1)).over is reached


def test_goal_before_exit() -> None:
    """Rule 17: when both hold, it is the goal, also when the exit rule was noticed first."""
    document = line(
        step("pause", "wait"), goal={"event": "order"}, exit_when=[{"attribute": "gone", "is": "equal", "value": True}]
    )
    trip, gone = go(document).trip, Person(external_id="ann", attributes={"gone": True})
    order, changed = Happened(at=at(1), name="order"), Changed(at=at(1))
    for heard in ([order], [order, changed], [changed, order]):
        assert go(document, *heard, trip=trip, who=gone, now=at(1)).reason == "goal"
    assert go(document, changed, trip=trip, who=gone, now=at(1)).reason == "exit_rule"
    assert go(document, changed, trip=trip, now=at(1)).status == "waiting"
    counted = line(step("pause", "wait"), goal={"event": "order"}, exit_when=[{"event": "order"}])
    assert go(counted, order, who=buyer(0, 1), now=at(1)).reason == "goal"


def test_an_exit_rule_acts_before_the_next_step() -> None:
    document = line(
        step("tag", "update", set={"gone": True}),
        step("hello", "send"),
        exit_when=[{"attribute": "gone", "is": "exists"}],
    )
    done = go(document)
    assert (path(done), done.reason, [type(effect) for _, _, effect in done.effects]) == (
        "tag→hello",
        "exit_rule",
        [Set],
    )


# Bounds ------------------------------------------------------------------------------------------
def ring(minutes: int) -> Journey:
    """A ring that the check would refuse with 0 minutes: what if one comes in by another door?"""
    first = step("a", "wait", for_=f"PT{minutes}M") if minutes else step("a", "goal")
    ways = "a.done>b b.yes>a b.otherwise>bye"
    again = step("b", "condition", branches=[{"exit": "yes", "rule": {"attribute": "go", "is": "exists"}}])
    return read(drawn(first, again, step("bye", "exit"), ways=ways, start="a"))


def test_a_ring_without_a_wait_fails_visibly() -> None:
    """Rule 21."""
    done = walk(ring(0), start(ring(0)), Person(external_id="a", attributes={"go": 1}), NOW, ALL_KNOWN)
    assert (done.status, done.reason) == ("failed", "loop_limit")
    assert len(done.trail) == MAX_MOVES + 1


def test_a_trip_of_too_many_visits_fails_visibly() -> None:
    trip = start(ring(1), seq=MAX_VISITS - 2)
    done = walk(ring(1), trip, Person(external_id="a", attributes={"go": 1}), NOW, ALL_KNOWN)
    assert done.status == "waiting"
    done = walk(ring(1), done.trip, Person(external_id="a", attributes={"go": 1}), at(1), ALL_KNOWN)
    assert (done.status, done.reason) == ("failed", "loop_limit")


def test_hearing_much_is_not_running_round() -> None:
    document = line(step("order", "wait", event="order", patience="P1D"))
    noise = [Happened(at=at(1), name="visit") for _ in range(3 * MAX_MOVES)]
    done = go(document, *noise, Happened(at=at(1), name="order"), trip=go(document).trip, now=at(1))
    assert done.status == "completed"


def test_a_hundred_moves_are_allowed() -> None:
    document = line(*(step(f"s{n}", "goal") for n in range(MAX_MOVES - 1)))
    assert go(document).status == "completed"


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


# Splits ------------------------------------------------------------------------------------------
PEOPLE = [f"contact-{n}" for n in range(10_000)]
SPLIT = {"arms": [{"exit": "a", "weight": 1}, {"exit": "b", "weight": 2}, {"exit": "c", "weight": 3}]}


def arms(document: dict[str, Any], journey_id: str = "j", people: Sequence[str] = PEOPLE) -> dict[str, str]:
    journey = read(document, journey_id)
    walks = {
        who: walk(journey, start(journey), Person(external_id=who, attributes={}), NOW, ALL_KNOWN) for who in people
    }
    return {who: done.trail[0].exit or "" for who, done in walks.items()}


def chi_square(counted: Counter[str], shares: dict[str, float]) -> float:
    total = sum(counted.values())
    return sum((counted[arm] - total * share) ** 2 / (total * share) for arm, share in shares.items())


def test_arms_get_their_shares() -> None:
    # 13.8 is the 0.1 % point of chi-square with two degrees of freedom; the names are fixed, so it never flickers.
    assert (
        chi_square(Counter(arms(line(step("ab", "split", **SPLIT))).values()), {"a": 1 / 6, "b": 2 / 6, "c": 3 / 6})
        < 13.8
    )
    held = Counter(arms(line(step("ab", "split", **SPLIT, holdout=10))).values())
    assert chi_square(held, {"holdout": 0.1, "a": 0.15, "b": 0.3, "c": 0.45}) < 16.3


def test_an_arm_is_for_good_and_another_split_is_another_draw() -> None:
    """Rule 22: sticky across versions; independent of the splits of other journeys and steps."""
    few = PEOPLE[:2000]
    first = arms(line(step("ab", "split", **SPLIT)), people=few)
    later = line(step("ab", "split", **SPLIT), step("new", "send"), timezone="Europe/Moscow")
    assert arms(later, people=few) == first
    salted = line(step("ab", "split", **SPLIT, salt="x"))
    assert arms(salted, "j1", few) == arms(salted, "j2", few)
    for other in (
        arms(line(step("ab", "split", **SPLIT)), "j2", few),
        arms(line(step("cd", "split", **SPLIT)), people=few),
    ):
        same = sum(other[who] == first[who] for who in few) / len(few)
        assert 0.33 < same < 0.45  # 14/36 when they know nothing of each other.


def test_the_holdout_stays_out_whatever_the_arms() -> None:
    few = PEOPLE[:2000]
    out = [
        {
            who
            for who, arm in arms(line(step("ab", "split", arms=each, holdout=20)), people=few).items()
            if arm == "holdout"
        }
        for each in (SPLIT["arms"], [{"exit": "a"}, {"exit": "b"}])
    ]
    assert out[0] == out[1]
    assert 0.17 < len(out[0]) / len(few) < 0.23


@given(st.text(max_size=20), st.text(max_size=20))
def test_luck_is_a_stable_share(salt: str, contact: str) -> None:
    assert 0 <= luck(salt, contact) < 1
    assert luck(salt, contact) == luck(salt, contact)


@given(st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=1))
def test_a_key_is_itself_and_its_own_text(value: Any) -> None:
    named = value is not None and not isinstance(value, list)
    assert same_key(value, value) is named
    if isinstance(value, int):
        assert same_key(value, str(value))


# Whatever happens --------------------------------------------------------------------------------
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
