"""Rules: clauses joined and turned round, and what they want to know."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.rules import (
    DeliveryClause,
    EventClause,
    Facts,
    check_rule,
    delivery_key,
    event_key,
    is_empty,
    wanted,
)
from tests.journeys.ruling import IS_A, NOT_KNOWN, NOW, holds


@pytest.mark.parametrize(
    ("rule", "true"),
    [
        ({"all": [IS_A]}, True),
        ({"all": [IS_A, IS_A]}, True),
        ({"all": [IS_A, IS_A, NOT_KNOWN]}, False),
        ({"all": [IS_A] * 4}, True),
        ({"all": [IS_A, IS_A, IS_A, NOT_KNOWN]}, False),
        ({"any": [NOT_KNOWN, IS_A]}, True),
        ({"any": [NOT_KNOWN]}, False),
        ({"not": IS_A}, False),
        ({"not": {"not": IS_A}}, True),
        ({"any": [{}, IS_A]}, True),
        ({"all": [{"not": NOT_KNOWN}, {"any": [NOT_KNOWN, IS_A]}]}, True),
    ],
)
def test_all_any_not(rule: dict[str, Any], true: bool) -> None:
    assert holds(rule, {"x": "a"}) is true
    assert not is_empty(rule)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"all": []},
        {"any": []},
        {"not": {}},
        {"not": {"all": []}},
        {"any": [{}, {"all": []}]},
        {"all": [{}, IS_A]},
        {"not": {"all": [{}, IS_A]}},
        {"not": {"not": {}}},
        {"not": {"any": [{"not": {}}]}},
    ],
)
def test_an_empty_rule_is_never_true(rule: dict[str, Any]) -> None:
    assert check_rule(rule) == []
    assert is_empty(rule)
    assert not holds(rule, {"x": "a"})
    assert not holds({"not": rule}, {"x": "a"})


def test_where_looks_at_the_events_own_properties() -> None:
    where = {"all": [{"attribute": "total", "is": "at_least", "value": 1000}]}
    (clause,) = wanted({"event": "bought", "where": where}).events
    assert clause.fits(Facts(now=NOW, attributes={"total": "1500"}))
    assert not clause.fits(Facts(now=NOW, attributes={"total": 15}))
    (anything,) = wanted({"event": "bought", "where": {}}).events
    assert anything.where is None
    assert anything.fits(Facts(now=NOW))


def test_wanted() -> None:
    rule = {
        "all": [
            {"event": "bought", "at_least": 1, "where": IS_A},
            {"not": {"event": "bought", "at_least": 9, "where": dict(reversed(IS_A.items()))}},
            {"any": [{"event": "bought", "within": "P30D"}, {"segment": "s"}, {"segment": "t"}, {}]},
            {"delivery": {"journey": "j"}, "was": "read"},
            {"delivery": {"node": "n"}, "was": "read"},
            {"consent": "viber"},
        ]
    }
    want = wanted(rule)
    assert want.events == (EventClause("bought", IS_A), EventClause("bought", within="P30D"))
    assert want.deliveries == (DeliveryClause("read", journey="j"), DeliveryClause("read", node="n"))
    assert want.segments == {"s", "t"}
    assert want.consents
    nothing = wanted({"all": [IS_A, {"tag": "x"}]})
    assert (nothing.events, nothing.deliveries, nothing.segments, nothing.consents) == ((), (), frozenset(), False)


def test_keys_are_stable_and_the_same_for_clause_and_rule() -> None:
    bought = {"event": "купил", "at_least": 3, "where": {"value": 1, "is": "equal", "attribute": "x"}}
    (clause,) = wanted(bought).events
    assert event_key(clause) == event_key(bought)
    assert event_key(clause) == '{"event":"купил","where":{"attribute":"x","is":"equal","value":1}}'
    assert event_key({"event": "a", "where": None, "within": None}) == event_key({"event": "a", "where": {}})
    assert event_key({"event": "a", "within": "P1D"}) != event_key({"event": "a"})
    read = {"was": "read", "delivery": {"node": "n"}}
    (asked,) = wanted(read).deliveries
    assert delivery_key(asked) == delivery_key(read) == '{"delivery":{"node":"n"},"was":"read"}'
