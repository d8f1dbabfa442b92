"""Rules: no JSON raises, and a second reading agrees."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.comparing import OPERATOR_NAMES
from journeys.rules import (
    Facts,
    check_rule,
    compile_rule,
    event_key,
    is_empty,
    wanted,
)
from tests.journeys.ruling import NOW, holds

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


words = st.sampled_from(
    [
        *("all", "any", "not", "attribute", "is", "value", "tag", "segment", "consent", "purpose", "event", "where"),
        *("at_least", "within", "delivery", "was", "node", "next", "days", *OPERATOR_NAMES),
    ]
)


rule_like = st.recursive(
    json_values | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@given(rule_like)
@settings(max_examples=500)
def test_no_json_raises_and_what_passes_compiles(rule: Any) -> None:
    problems = check_rule(rule)
    assert len(problems) <= 500
    assert all(isinstance(problem.text, str) and problem.text for problem in problems)
    if not problems:
        want = wanted(rule)
        assert compile_rule(rule)(Facts(now=NOW, attributes={"x": 1})) in (True, False)
        assert all(json.loads(event_key(clause))["event"] == clause.name for clause in want.events)


scalars = st.sampled_from(["", "a", "A ", "ё", "Е", "15", "1,5", "x15", 0, 1, 15, 1.5, -2, True, False])
haves = st.none() | scalars | st.lists(scalars, max_size=3) | st.just({"a": 1})
leaves = st.one_of(
    st.builds(
        lambda path, name, value: {"attribute": path, "is": name, "value": value},
        st.sampled_from("ab"),
        st.sampled_from(["equal", "not_equal"]),
        scalars,
    ),
    st.builds(
        lambda path, name, value: {"attribute": path, "is": name, "value": value},
        st.sampled_from("ab"),
        st.sampled_from(["less", "at_most", "more", "at_least"]),
        st.sampled_from([0, 1, "1,5", 15, "-2"]),
    ),
    st.builds(
        lambda path, values: {"attribute": path, "is": "in", "value": values},
        st.sampled_from("ab"),
        st.lists(scalars, min_size=1, max_size=3),
    ),
    st.builds(
        lambda path, known: {"attribute": path, "is": "exists", "value": known}, st.sampled_from("ab"), st.booleans()
    ),
    st.just({"tag": "t"}),
    st.just({}),
)


some_rules = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=4))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=4))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=10,
)


@given(some_rules, st.fixed_dictionaries({"a": haves, "b": haves}), st.booleans())
@settings(max_examples=800)
def test_a_second_reading_agrees(rule: dict[str, Any], attributes: dict[str, Any], tagged: bool) -> None:
    tags = ["t"] if tagged else []
    assert check_rule(rule) == []
    assert holds(rule, attributes, tags=tags) is (_read(rule, attributes, tags) is True)
    assert is_empty(rule) is (_read(rule, attributes, tags) is None)


def _read(rule: dict[str, Any], have: dict[str, Any], tags: list[str]) -> bool | None:
    """The rule once more, written for the eye: None for an empty one."""
    if not rule:
        return None
    if "not" in rule:
        inner = _read(rule["not"], have, tags)
        return None if inner is None else not inner
    if "all" in rule:
        parts = [_read(each, have, tags) for each in rule["all"]]
        return None if not parts or None in parts else all(parts)
    if "any" in rule:
        known = [each for each in (_read(part, have, tags) for part in rule["any"]) if each is not None]
        return any(known) if known else None
    if "tag" in rule:
        return rule["tag"] in tags
    return _read_attribute(have.get(rule["attribute"]), rule["is"], rule["value"])


def _read_attribute(have: Any, name: str, value: Any) -> bool:
    if name == "exists":
        return (have is not None) is value
    if name == "equal":
        return _same(have, value)
    if name == "not_equal":
        return not _same(have, value)
    if name == "in":
        return any(_same(have, each) for each in value)
    left, right = _number(have), _number(value)
    if left is None or right is None:
        return False
    return {"less": left < right, "at_most": left <= right, "more": left > right, "at_least": left >= right}[name]


def _same(have: Any, value: Any) -> bool:
    if isinstance(have, bool) or isinstance(value, bool):
        return have is value
    if isinstance(have, str) and isinstance(value, str):
        return have.strip().lower().replace("ё", "е") == value.strip().lower().replace("ё", "е")
    left, right = _number(have), _number(value)
    return left is not None and left == right


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None
