"""Two documents compared: what an author would call a change, and what not."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.diff import diff
from journeys.history import superfluous
from tests.journeys.documents import drawn, line, step

ASK = step("ask", "send", text="Tea?", buttons=[{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}])
PAUSE = step("pause", "wait", for_="P1D")
BEFORE = line(ASK, PAUSE)
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def told(after: dict[str, Any], before: dict[str, Any] = BEFORE) -> list[tuple[Any, ...]]:
    """Each change as (what, node, path or exit, before, after)."""
    return [(each.what, each.node, each.path or each.exit, each.before, each.after) for each in diff(before, after)]


def asking(**settings: Any) -> dict[str, Any]:
    """The document with other settings of its first step."""
    return line(step("ask", "send", **{**ASK["settings"], **settings}), PAUSE)


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (BEFORE, []),
        # What means the same is the same.
        (line(ASK, step("pause", "wait", for_="PT24H")), []),
        (asking(category="marketing", ttl="P1D"), []),
        (asking(text="Coffee?"), [("changed", "ask", "text", "Tea?", "Coffee?")]),
        (
            asking(buttons=[{"id": "yes", "title": "Yes!"}, {"id": "no", "title": "No"}]),
            [("changed", "ask", "buttons.yes.title", "Yes", "Yes!")],
        ),
        (
            asking(buttons=[{"id": "no", "title": "No"}, {"id": "yes", "title": "Yes"}]),
            [("changed", "ask", "buttons", ["yes", "no"], ["no", "yes"])],
        ),
        (
            asking(buttons=[{"id": "yes", "title": "Yes"}]),
            [("changed", "ask", "buttons.no", {"id": "no", "title": "No"}, None)],
        ),
        (line(ASK, step("pause", "wait", for_="P2D")), [("changed", "pause", "for", "P1D", "P2D")]),
        (
            line(ASK),
            [
                ("rewired", "ask", "sent", "pause", "bye"),
                ("removed", "pause", None, None, None),
            ],
        ),
        (
            line(ASK, PAUSE, step("hi", "send")),
            [("rewired", "pause", "done", "bye", "hi"), ("added", "hi", None, None, None)],
        ),
        (
            {**BEFORE, "nodes": [{**ASK, "x": 40, "y": 80}, *BEFORE["nodes"][1:]]},
            [("moved", "ask", None, [0, 0], [40, 80])],
        ),
        (
            {**BEFORE, "graph": {**BEFORE["graph"], "quiet_hours": ["21:00", "09:00"], "reentry": {"mode": "never"}}},
            [
                ("changed", None, "reentry", None, {"mode": "never"}),
                ("changed", None, "quiet_hours", None, ["21:00", "09:00"]),
            ],
        ),
        # Settings that nobody can read are compared as they are written.
        (
            {**BEFORE, "nodes": [{**ASK, "settings": {**ASK["settings"], "colour": "red"}}, *BEFORE["nodes"][1:]]},
            [("changed", "ask", "colour", None, "red")],
        ),
        (line(step("ask", "goal"), PAUSE), None),
    ],
)
def test_changes_are_told_as_they_are_meant(after: dict[str, Any], changes: list[Any] | None) -> None:
    if changes is None:
        assert ("changed", "ask", "kind", "send", "goal") in told(after)
    else:
        assert told(after) == changes


def test_from_nothing_everything_is_added() -> None:
    assert [each[:2] for each in told(BEFORE, {})] == [
        ("changed", None),
        ("changed", None),
        ("added", "ask"),
        ("added", "pause"),
        ("added", "bye"),
    ]


def test_renamed_steps_and_open_exits() -> None:
    after = copy.deepcopy(BEFORE)
    after["nodes"][1]["title"] = "A day"
    after["edges"] = after["edges"][:1]
    assert told(after) == [
        ("changed", "pause", "title", None, "A day"),
        ("rewired", "pause", "done", "bye", None),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "kind", "key", "x"]), inner),
    max_leaves=6,
)
GARBAGE = st.dictionaries(st.sampled_from(["nodes", "edges", "graph"]), JSON)


@settings(deadline=None)
@given(GARBAGE, GARBAGE)
def test_garbage_is_compared_too(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert diff(before, before) == []
    assert diff(drawn(step("a", "exit")), after) is not None
    diff(before, after)


# The history of a draft ---------------------------------------------------------------------------
def kept(*ages: timedelta) -> list[timedelta]:
    """Of states that were saved so long ago, oldest first, those that stay."""
    saved = [(number, NOW - age) for number, age in enumerate(sorted(ages, reverse=True))]
    gone = superfluous(saved, NOW)
    return sorted(NOW - at for number, at in saved if number not in gone)


SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_the_last_minutes_are_kept_whole() -> None:
    ages = [SECOND * number for number in range(0, 600, 7)]
    assert kept(*ages) == ages


def test_older_states_are_thinned_to_the_last_of_each_stretch() -> None:
    assert len(kept(*(SECOND * number for number in range(1200, 3600, 5)))) == 41
    assert len(kept(*(MINUTE * number for number in range(60, 24 * 60)))) == 139
    assert len(kept(*(HOUR * number for number in range(24, 24 * 30)))) == 31
    assert kept(2 * HOUR + SECOND, 2 * HOUR + 2 * SECOND) == [2 * HOUR + SECOND]
    assert kept(400 * DAY) == [400 * DAY]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**7), unique=True, max_size=40), st.integers(0, 10**6))
def test_thinning_settles_and_keeps_the_newest(seconds: list[int], later: int) -> None:
    saved = [(number, NOW - SECOND * age) for number, age in enumerate(sorted(seconds, reverse=True))]
    first = superfluous(saved, NOW)
    rest = [each for each in saved if each[0] not in first]
    assert superfluous(rest, NOW) == []
    assert not saved or rest[-1] == saved[-1]
    again = [each for each in rest if each[0] not in superfluous(rest, NOW + SECOND * later)]
    assert not saved or again[-1] == saved[-1]
