"""Segments on the pages: rules that come back as they were, a form that builds them, a count before they are saved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journeys.rule_problems import OUTCOMES, OVER_EVENT, PARTS, check_rule
from tests.ui.conftest import opened, words
from tests.ui.pretend_world import World
from ui.rule_clauses import CLAUSES, Clause
from ui.rule_form import opened as taken_apart
from ui.rule_form import rule_of, typed, unfinished
from ui.rule_values import shape

CITY = {"attribute": "city", "is": "equal", "value": "Omsk"}
WHERE = {"event": "order", "at_least": 2, "within": "P30D", "where": {"any": [CITY, {"not": CITY}]}}
LEAVES = (CITY, {"tag": "vip"}, {"segment": "loyal"}, WHERE, {"consent": "viber", "purpose": "service"}, {"strange": 1})
RULES = some.recursive(
    some.sampled_from(LEAVES),
    lambda inner: some.one_of(
        some.builds(
            lambda word, parts: {word: parts}, some.sampled_from(["all", "any"]), some.lists(inner, min_size=2)
        ),
        some.builds(lambda rule: {"not": rule}, inner.filter(lambda rule: "not" not in rule)),
    ),
    max_leaves=8,
)


@given(RULES)
def test_a_rule_taken_apart_is_put_together_as_it_was(rule: dict[str, Any]) -> None:
    assert rule_of(taken_apart(rule)) == rule


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        (CITY, False),
        ({"attribute": "", "is": "equal", "value": "x"}, True),
        ({"attribute": "city", "is": "equal", "value": ""}, True),
        ({"attribute": "age", "is": "more", "value": 0}, False),
        ({"attribute": "ok", "is": "equal", "value": False}, False),
        ({"delivery": {"journey": ""}, "was": "read"}, True),
        ({"all": [CITY, {"any": [{"tag": ""}]}]}, True),
        ({"event": "order", "where": {"attribute": "", "is": "exists"}}, True),
    ],
)
def test_what_is_still_to_be_filled_in_is_known(rule: dict[str, Any], gap: bool) -> None:
    assert unfinished(taken_apart(rule)) is gap


def test_the_clauses_are_those_that_rules_are_made_of() -> None:
    said = {one.kind: {part.name for part in one.parts} for one in CLAUSES}
    # A comparison asks for the operator and the value too.
    said["attribute"] |= {"is", "value"}
    assert said == {kind: {kind, *more} for kind, more in PARTS.items() if kind not in ("all", "any", "not")}
    assert {one.kind for one in CLAUSES if one.over_event} == {*OVER_EVENT} - {"all", "any", "not"}
    (was,) = [part for one in CLAUSES for part in one.parts if part.name == "was"]
    assert tuple(was.choices) == OUTCOMES


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda one: one.kind)
def test_a_condition_begins_as_one_that_is_only_to_be_filled_in(clause: Clause) -> None:
    for begins in filter(None, (clause.begins, clause.on_trip)):
        assert all("Write" in problem.text or "Name" in problem.text for problem in check_rule(begins))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("12", "number", 12), ("1,5", "number", 1.5), ("many", "number", "many"), ("12", "text", "12")],
)
def test_numbers_are_compared_as_numbers(text: str, kind: str, value: Any) -> None:
    assert typed(text, kind) == value


@pytest.mark.parametrize(
    ("operator", "value", "kind", "widget"),
    [
        ("equal", "Omsk", "text", "text"),
        ("equal", 5, "text", "number"),
        ("equal", True, "flag", "flag"),
        ("equal", "", "number", "number"),
        ("in", ["a", 2], "text", "list"),
        ("before", {"days": -3}, "date", "date"),
        ("after", "2026-01-31", "date", "date"),
        ("after", "soon", "date", "json"),
        ("within", {"next": "P3D"}, "date", "span"),
        ("within", "P1M", "date", "json"),
        ("exists", False, "text", "known"),
        ("equal", ["a"], "text", "json"),
    ],
)
def test_a_value_has_the_widget_that_does_not_change_it(operator: str, value: Any, kind: str, widget: str) -> None:
    assert shape(operator, value, kind) == widget


def test_segments_are_listed_searched_and_say_who_asks(api: str, world: World) -> None:
    test = opened("segments")
    said = words(test)
    assert "**Loyal**" in said
    assert "Abandoned cart" in said
    assert "Nothing asks about it yet." in said
    test = test.text_input(key="segments-search").set_value("kazan").run()
    assert "Loyal" not in words(test)
    assert "No segment is called so" in words(test.text_input(key="segments-search").set_value("x").run())


def test_a_rule_is_built_counted_and_saved(api: str, world: World) -> None:
    test = opened("segment")
    assert "Fill in the conditions" in words(test)
    assert test.button(key="segment-save").disabled
    test.text_input(key="segment-name-").set_value("Big baskets").run()
    test = next(one for one in test.selectbox if one.label == "Attribute").select("total").run()
    test = next(one for one in test.text_input if one.label == "Value").set_value("1000").run()
    said = words(test)
    assert "≈ 41.2K" in said
    assert "4.1% of 1,000,000 contacts" in said
    assert "Estimated from 2,000 contacts" in said
    test = next(one for one in test.selectbox if one.label == "Is").select("at_least").run()
    test = next(one for one in test.button if one.label == "Add a condition").click().run()
    test = [one for one in test.selectbox if one.label == "Condition"][1].select("tag").run()
    test = next(one for one in test.selectbox if one.label == "Tag").select("vip").run()
    test = test.button(key="segment-save").click().run()
    assert not test.exception
    (made,) = [body for verb, place, body in world.calls if (verb, place) == ("POST", "/v1/segments")]
    at_least = {"attribute": "total", "is": "at_least", "value": 1000}
    assert made == {"id": "", "name": "Big baskets", "rule": {"all": [at_least, {"tag": "vip"}]}}


def test_a_segment_is_opened_changed_and_nothing_else_changes(api: str, world: World) -> None:
    before = world.segments[0]["rule"]
    test = opened("segment", id="loyal")
    test.text_input(key="segment-name-loyal").set_value("Most loyal").run()
    test = test.button(key="segment-save").click().run()
    assert not test.exception
    assert world.segments[0]["name"] == "Most loyal"
    assert world.segments[0]["rule"] == before


def test_what_is_used_is_not_deleted_and_who_uses_it_is_said(api: str, world: World) -> None:
    test = opened("segment", id="loyal").button(key="segment-delete").click().run()
    assert "It cannot be deleted" in words(test)
    assert not [one for one in test.button if one.key == "segment-delete-yes"]
    test = opened("segment", id="kazan").button(key="segment-delete").click().run()
    assert [one for one in test.button if one.key == "segment-delete-yes"]
