"""The walk: arms get their shares, for good, by a stable draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from journeys.facts import Person
from journeys.graph import read
from journeys.walk import luck, walk
from nodes.visit import same_key
from tests.journeys.documents import line, step
from tests.journeys.walking import ALL_KNOWN, NOW, start

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
