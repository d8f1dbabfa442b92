"""Rules: what is wrong is told with its place and the way out; the right ones are quick."""

from __future__ import annotations

import time
from typing import Any

import pytest

from journeys.rules import (
    OPERATORS,
    Facts,
    RuleInvalid,
    check_rule,
    compile_rule,
    wanted,
)
from tests.journeys.ruling import IS_A, NOW


@pytest.mark.parametrize(
    ("rule", "path", "says"),
    [
        (None, "", "is an object"),
        ([], "", "is an object"),
        ("x", "", "is an object"),
        ({"attr": "x"}, "", "Begin it with one of all, any"),
        ({"tag": "a", "segment": "b"}, "", "several things at once"),
        ({"all": {}}, "all", "into a list"),
        ({"all": [IS_A, {"any": [3]}]}, "all.1.any.0", "is an object"),
        ({"not": []}, "not", "is an object"),
        ({"attribute": "x"}, "is", "comparison is missing"),
        ({"attribute": "x", "is": "eq", "value": 1}, "is", "Use one of equal, not_equal"),
        ({"attribute": "x", "is": ["equal"], "value": 1}, "is", "Use one of"),
        ({"attribute": "", "is": "exists"}, "attribute", "name as text"),
        ({"attribute": "x" * 201, "is": "exists"}, "attribute", "200"),
        ({"attribute": "x", "is": "equal"}, "value", "Add a value"),
        ({"attribute": "x", "is": "equal", "value": None}, "value", "use exists"),
        ({"attribute": "x", "is": "equal", "value": []}, "value", "use exists"),
        ({"attribute": "x", "is": "equal", "value": float("nan")}, "value", "a number"),
        ({"attribute": "x", "is": "equal", "value": "a" * 1001}, "value", "a text"),
        ({"attribute": "x", "is": "less", "value": "2024-01-01"}, "value", "before and after"),
        ({"attribute": "x", "is": "less", "value": True}, "value", "a number"),
        ({"attribute": "x", "is": "less", "value": float("inf")}, "value", "a number"),
        ({"attribute": "x", "is": "contains", "value": " "}, "value", "look for"),
        ({"attribute": "x", "is": "starts_with", "value": 7}, "value", "a text alone"),
        ({"attribute": "x", "is": "in", "value": "a"}, "value", "a list"),
        ({"attribute": "x", "is": "in", "value": []}, "value", "a list"),
        ({"attribute": "x", "is": "in", "value": [None]}, "value", "a list"),
        ({"attribute": "x", "is": "in", "value": ["a"] * 1001}, "value", "1000"),
        ({"attribute": "x", "is": "exists", "value": "no"}, "value", "true"),
        ({"attribute": "x", "is": "before", "value": "01.02.2024"}, "value", "ISO"),
        ({"attribute": "x", "is": "before", "value": {"days": "3"}}, "value", "ISO"),
        ({"attribute": "x", "is": "before", "value": {"days": 10**9}}, "value", "ISO"),
        ({"attribute": "x", "is": "before", "value": {"days": True}}, "value", "ISO"),
        ({"attribute": "x", "is": "within", "value": "30"}, "value", "P30D"),
        ({"attribute": "x", "is": "within", "value": "-P3D"}, "value", '{"next": "P3D"}'),
        ({"attribute": "x", "is": "within", "value": "P0D"}, "value", "above zero"),
        ({"attribute": "x", "is": "within", "value": {"next": 3}}, "value.next", "P30D"),
        ({"attribute": "x", "is": "within", "value": {"days": 3}}, "value", "P30D"),
        ({"attribute": "x", "is": "exists", "valeu": 1}, "valeu", "may hold attribute, is, value"),
        ({"tag": ""}, "tag", "the tag"),
        ({"segment": 3}, "segment", "segment"),
        ({"consent": None}, "consent", "messenger"),
        ({"consent": "viber", "purpose": ""}, "purpose", "purpose"),
        ({"event": ""}, "event", "event"),
        ({"event": "a", "at_least": 0}, "at_least", "from 1"),
        ({"event": "a", "at_least": True}, "at_least", "from 1"),
        ({"event": "a", "at_least": 1.5}, "at_least", "from 1"),
        ({"event": "a", "within": 30}, "within", "P30D"),
        ({"event": "a", "where": {"tag": "x"}}, "where", "cannot ask about tag"),
        ({"event": "a", "where": {"all": [{"event": "b"}]}}, "where.all.0", "cannot ask about event"),
        ({"event": "a", "where": []}, "where", "is an object"),
        ({"delivery": "hello", "was": "read"}, "delivery", '{"node"'),
        ({"delivery": {"node": "a", "journey": "b"}, "was": "read"}, "delivery", "one step or one journey"),
        ({"delivery": {"node": ""}, "was": "read"}, "delivery.node", "step"),
        ({"delivery": {"node": "a"}}, "was", "read, clicked"),
        ({"delivery": {"node": "a"}, "was": ["read"]}, "was", "read, clicked"),
    ],
)
def test_problems_have_a_path_and_a_way_out(rule: Any, path: str, says: str) -> None:
    problems = check_rule(rule)
    assert len(problems) == 1
    assert problems[0].path == path
    assert says in problems[0].text
    assert problems[0].text.endswith(".")
    with pytest.raises(RuleInvalid, match="until its problems are mended") as refused:
        compile_rule(rule)
    assert refused.value.problems == tuple(problems)
    with pytest.raises(RuleInvalid):
        wanted(rule)


def test_a_rule_over_an_event_is_checked_as_such() -> None:
    assert check_rule({"tag": "vip"}) == []
    assert [problem.path for problem in check_rule({"tag": "vip"}, over_event=True)] == [""]
    assert check_rule(IS_A, over_event=True) == []


def test_depth_and_size_are_bounded() -> None:
    deep: Any = IS_A
    for _ in range(15):
        deep = {"not": deep}
    assert check_rule(deep) == []
    assert "nested at most 16" in check_rule({"not": deep})[0].text
    for _ in range(100_000):
        deep = {"not": deep}
    assert len(check_rule(deep)) == 1
    assert check_rule({"all": [IS_A] * 199}) == []
    problems = check_rule({"all": [IS_A] * 1_000_000})
    assert [(problem.path, "at most 200" in problem.text) for problem in problems] == [("all.199", True)]
    started = time.perf_counter()
    assert len(check_rule({"all": [{"any": [None] * 100_000}] * 100_000})) < 250
    assert time.perf_counter() - started < 10  # A guard against hanging, no claim about speed.


def test_the_table_of_operators_tells_an_editor_all() -> None:
    assert [each.name for each in OPERATORS] == [
        *("equal", "not_equal", "less", "at_most", "more", "at_least", "contains", "starts_with", "in", "exists"),
        *("before", "after", "within"),
    ]
    assert all(each.title and each.applies_to for each in OPERATORS)
    assert [each.name for each in OPERATORS if not each.needs_value] == ["exists"]


def test_three_clauses_cost_about_a_microsecond() -> None:
    rule = {"all": [IS_A, {"attribute": "n", "is": "at_least", "value": 10}, {"tag": "vip"}]}
    test, facts = compile_rule(rule), Facts(now=NOW, attributes={"x": "A", "n": 15}, tags={"vip"})
    rounds = 20_000
    best = min(_seconds(test, facts, rounds) for _ in range(5))
    # Ten times what was measured: a busy machine must not fail it, a rule parsed anew each time must.
    assert best / rounds < 8e-6


def _seconds(test: Any, facts: Facts, rounds: int) -> float:
    started = time.perf_counter()
    for _ in range(rounds):
        test(facts)
    return time.perf_counter() - started
