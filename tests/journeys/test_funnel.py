"""The funnel's arithmetic: whatever contacts do, the sums hold, and a sum that does not is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Limits
from journeys.funnel import STATES, Step, funnel, wrong

QUIET = Limits(
    text=4096, caption=1024, buttons=10, choices=10, button_title=20, media=frozenset(), delivered=False, read=False
)
LIMITS = {"telegram": QUIET, "viber": replace(QUIET, delivered=True, read=True)}
STEPS = [Step("hello", "send", "Hello"), Step("answer", "reply", "Answer"), Step("bye", "exit", "End")]

#: What a contact may do: the exit of each step, or how the trip ends there; `stay` is still inside.
stories = st.lists(
    st.tuples(
        st.sampled_from(["sent", "stay", "failed:missing_variable", "exited:opted_out"]),
        st.sampled_from(["yes", "no_answer", "stay", "exited:goal"]),
    ),
    max_size=60,
)


def counted(trips: list[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The counters that these trips leave behind, as the engine counts them."""
    sums: Counter[tuple[str, str]] = Counter()
    for trip in trips:
        sums[("", "entered")] += 1
        for node, way in zip(("hello", "answer"), trip, strict=True):
            sums[(node, "entered")] += 1
            if way == "stay":
                break
            if ":" in way:
                sums[(node, way)] += 1
                sums[("", way)] += 1
                break
            sums[(node, f"left:{way}")] += 1
        else:
            sums[("bye", "entered")] += 1
            sums[("bye", "exited:done")] += 1
            sums[("", "completed")] += 1
    return sums


@given(stories)
def test_the_sums_hold_whatever_contacts_do(trips: list[tuple[str, str]]) -> None:
    result = funnel(counted(trips), STEPS, LIMITS)
    assert wrong(result) == []
    assert result["entered"] == len(trips)
    gone = result["completed"] + sum(result["exited"].values()) + sum(result["failed"].values())
    assert result["inside"] == len(trips) - gone
    for node in result["nodes"]:
        left = sum(node["left"].values()) + sum(node["exited"].values()) + sum(node["failed"].values())
        assert node["entered"] == node["inside"] + left
        assert all(node["left"].values())


@given(stories, stories)
def test_cohorts_add_up(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    both = funnel(counted(one) + counted(other), STEPS, LIMITS)
    assert both == funnel(counted(one + other), STEPS, LIMITS)


@given(stories.filter(bool), st.integers(1, 5), st.sampled_from(["entered", "inside", "completed"]))
def test_a_trip_too_many_is_noticed(trips: list[tuple[str, str]], more: int, where: str) -> None:
    result = funnel(counted(trips), STEPS, LIMITS)
    result[where] += more
    assert wrong(result)


@pytest.mark.parametrize(
    ("place", "amount", "words"),
    [
        (("", "entered"), 9, "inside the nodes"),
        (("", "completed"), 3, "trips: entered"),
        (("hello", "left:sent"), 9, "hello: more have left than entered (-7)"),
        (("answer", "entered"), 9, "inside the nodes"),
    ],
)
def test_a_counter_that_is_off_is_told(place: tuple[str, str], amount: int, words: str) -> None:
    sums = counted([("sent", "yes"), ("sent", "stay")])
    assert wrong(funnel(sums, STEPS, LIMITS)) == []
    sums[place] = amount
    assert any(words in line for line in wrong(funnel(sums, STEPS, LIMITS)))


@given(st.dictionaries(st.sampled_from(STATES), st.integers(1, 1000)), st.integers(0, 50))
def test_planned_deliveries_are_the_sum_over_their_states(states: dict[str, int], replied: int) -> None:
    sums = {("hello", f"delivery:{state}"): amount for state, amount in states.items()} | {
        ("hello", "replied"): replied
    }
    shown = funnel(sums, STEPS, LIMITS)["nodes"][0]["deliveries"]
    assert shown.get("planned_in_all", 0) == sum(states.values())
    assert {state: shown[state] for state in states} == states


@pytest.mark.parametrize(
    ("channels", "known"), [(("telegram",), None), (("viber",), 0), (("telegram", "viber"), 0), ((), 0)]
)
def test_what_no_messenger_reports_is_unknown_not_zero(channels: tuple[str, ...], known: int | None) -> None:
    (node,) = funnel({("hello", "delivery:accepted"): 5}, [Step("hello", "send", "Hello", channels)], LIMITS)["nodes"]
    assert (node["deliveries"]["delivered"], node["deliveries"]["read"]) == (known, known)
    assert node["deliveries"]["accepted"] == 5


def test_conversion_overlaps_the_others_and_is_in_no_sum() -> None:
    sums = counted([("sent", "exited:goal")]) + Counter({("", "converted"): 1})
    result = funnel(sums, STEPS, LIMITS)
    assert (result["converted"], result["exited"], wrong(result)) == (1, {"goal": 1}, [])
