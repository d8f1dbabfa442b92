"""Rules: tables of every operator and its edges."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.comparing import OPERATOR_NAMES
from journeys.rules import (
    Facts,
    compile_rule,
    delivery_key,
    event_key,
)
from tests.journeys.ruling import NOW, compares, holds


@pytest.mark.parametrize(
    ("have", "name", "value", "true"),
    [
        # Text: case, ё, width and spaces at the ends don't matter.
        ("Москва", "equal", "москва", True),
        ("Орёл", "equal", "орел", True),
        ("орел", "equal", "ОРЁЛ", True),
        ("е\u0308лка", "equal", "Ёлка", True),
        (" Paid\u00a0", "equal", "paid", True),
        ("ＶＩＰ", "equal", "vip", True),
        ("Straße", "equal", "STRASSE", True),
        ("paid up", "equal", "paid", False),
        ("", "equal", "", True),
        # A number written as text compares as a number against a number, and only then.
        ("15", "equal", 15, True),
        (15, "equal", "15", True),
        (1.5, "equal", "1,5", True),
        (" 1,50 ", "equal", 1.5, True),
        ("15.0", "equal", "15", False),
        ("fifteen", "equal", 15, False),
        (15.0, "equal", 15, True),
        ("1e1", "equal", 10, False),
        ("٣", "equal", 3, False),
        # Booleans are themselves.
        (True, "equal", True, True),
        (True, "equal", 1, False),
        (1, "equal", True, False),
        ("true", "equal", True, False),
        (0, "equal", False, False),
        (["a"], "equal", "a", False),
        ({"a": 1}, "equal", "a", False),
        ("x", "not_equal", "y", True),
        ("X", "not_equal", "x", False),
        ("15", "not_equal", 15, False),
        (["x"], "not_equal", "x", True),
        (True, "not_equal", 1, True),
        (5, "less", 6, True),
        (6, "less", 6, False),
        (6, "at_most", 6, True),
        ("5,5", "less", 6, True),
        (7, "more", "6,5", True),
        (6, "more", 6, False),
        (6, "at_least", 6, True),
        ("10", "more", "9", True),
        (True, "at_least", 1, False),
        ("ten", "at_least", 1, False),
        ([5], "at_least", 1, False),
        (10**400, "more", 1.5, True),
        (float("nan"), "at_least", 1, False),
        ("Новая Москва", "contains", "москва", True),
        ("Новая Москва", "contains", " новая ", True),
        ("Новая Москва", "contains", "Питер", False),
        (["VIP", "Gold"], "contains", "vip", True),
        (["Golden"], "contains", "gold", False),
        ([1, "2"], "contains", 2, True),
        ([1, 2], "contains", "2", True),
        ([True], "contains", 1, False),
        (["a", None], "contains", "b", False),
        (123, "contains", "2", False),
        ("123", "contains", 2, False),
        ({"vip": 1}, "contains", "vip", False),
        ("Ёжик", "starts_with", "еж", True),
        (" Ёжик", "starts_with", "ЁЖ", True),
        ("Ёжик", "starts_with", "жи", False),
        (79161234567, "starts_with", "7916", False),
        ("Орёл", "in", ["тула", "ОРЕЛ"], True),
        ("Тверь", "in", ["тула", "орел"], False),
        ("2", "in", [1, 2], True),
        (2, "in", ["1", "2"], True),
        ("2,0", "in", ["2"], False),
        (True, "in", [1, "true"], False),
        (False, "in", [False, 1], True),
        (1, "in", [True], False),
        (["a"], "in", ["a"], False),
        ("", "exists", True, True),
        (0, "exists", True, True),
        (False, "exists", True, True),
        ([], "exists", True, True),
        (0, "exists", False, False),
    ],
)
def test_operators(have: Any, name: str, value: Any, true: bool) -> None:
    assert compares(have, name, value) is true


VALUES = {"less": 1, "at_most": 1, "more": 1, "at_least": 1, "in": ["x"], "exists": True, "within": "P1D"}


@pytest.mark.parametrize("name", OPERATOR_NAMES)
def test_what_is_missing_fits_nothing_but_not_equal(name: str) -> None:
    value = VALUES.get(name, "now" if name in ("before", "after") else "x")
    rule = {"attribute": "x", "is": name, "value": value}
    for attributes in ({}, {"x": None}):
        assert holds(rule, attributes) is (name == "not_equal")
        assert holds({"not": rule}, attributes) is (name != "not_equal")


def test_exists() -> None:
    assert holds({"attribute": "x", "is": "exists"}, {"x": "y"})
    assert not holds({"attribute": "x", "is": "exists"}, {"x": None})
    assert holds({"attribute": "x", "is": "exists", "value": False}, {"x": None})
    assert holds({"attribute": "x", "is": "exists", "value": False})
    assert not holds({"attribute": "x", "is": "exists", "value": False}, {"x": 0})


@pytest.mark.parametrize(
    ("have", "name", "value", "zone", "true"),
    [
        ("2024-05-10T11:59:59Z", "before", "now", "UTC", True),
        ("2024-05-10T12:00:00Z", "before", "now", "UTC", False),
        ("2024-05-10T12:00:00Z", "after", "now", "UTC", False),
        ("2024-05-10T12:00:00.5Z", "after", "now", "UTC", True),
        ("2024-05-10T15:00:00+03:00", "before", "2024-05-10T12:00:01Z", "UTC", True),
        ("2024-05-10 15:00+0300", "before", "2024-05-10T12:00Z", "UTC", False),
        # A bare date is midnight, and a time without offset a wall time, in the contact's zone.
        ("2024-05-10", "before", "2024-05-09T21:00:01Z", "Europe/Moscow", True),
        ("2024-05-10", "before", "2024-05-09T21:00:00Z", "Europe/Moscow", False),
        ("2024-05-10T15:00", "after", "2024-05-10T11:59Z", "Europe/Moscow", True),
        ("2024-05-10T15:00", "after", "2024-05-10T12:00Z", "Europe/Moscow", False),
        ("2024-05-10T00:30", "after", "2024-05-10", "Europe/Moscow", True),
        ("2024-05-10", "after", "2024-05-10", "Europe/Moscow", False),
        ("2024-03-31T02:30", "before", "2024-03-31T01:00:01Z", "Europe/Berlin", True),
        ("2024-05-10", "before", "2024-05-10T00:00:01Z", "No/Such", True),
        # Days are counted from now.
        ("2024-05-13T11:59Z", "before", {"days": 3}, "UTC", True),
        ("2024-05-13T12:00Z", "before", {"days": 3}, "UTC", False),
        ("2024-05-07T12:00:01Z", "after", {"days": -3}, "UTC", True),
        ("2024-05-07T12:00:00Z", "after", {"days": -3}, "UTC", False),
        ("2024-04-10T12:00:00Z", "within", "P30D", "UTC", True),
        ("2024-04-10T11:59:59Z", "within", "P30D", "UTC", False),
        ("2024-05-10T12:00:00Z", "within", "P30D", "UTC", True),
        ("2024-05-10T12:00:01Z", "within", "P30D", "UTC", False),
        ("2024-05-13T12:00:00Z", "within", {"next": "P3D"}, "UTC", True),
        ("2024-05-13T12:00:01Z", "within", {"next": "P3D"}, "UTC", False),
        ("2024-05-10T11:59:59Z", "within", {"next": "P3D"}, "UTC", False),
        # What is no date is nothing.
        ("10.05.2024", "before", "now", "UTC", False),
        ("2024-02-30", "before", "now", "UTC", False),
        ("20240501", "before", "now", "UTC", False),
        ("2024-W01", "before", "now", "UTC", False),
        ("0001-01-01", "before", "now", "Pacific/Auckland", False),
        ("9999-12-31T23:59-11:00", "after", "now", "UTC", False),
        (1_700_000_000, "before", "now", "UTC", False),
        (["2024-01-01"], "before", "now", "UTC", False),
        ("soon", "within", "P30D", "UTC", False),
    ],
)
def test_dates(have: Any, name: str, value: Any, zone: str, true: bool) -> None:
    assert compares(have, name, value, zone) is true


@pytest.mark.parametrize(
    ("path", "true"),
    [
        ("city", True),
        ("contact.city", True),
        (" city ", True),
        ("address.city", True),
        ("contact.address.city", True),
        ("dotted.name", True),
        ("contact.dotted.name", True),
        ("event.city", True),
        ("event.order.city", True),
        ("answers.q1", True),
        ("answers.city", False),
        ("event.address.city", False),
        ("address", False),
        ("address.city.name", False),
        ("items.0", False),
        ("event", False),
    ],
)
def test_paths(path: str, true: bool) -> None:
    facts = Facts(
        now=NOW,
        attributes={
            "city": "A",
            "address": {"city": "A"},
            "dotted.name": "A",
            "dotted": {"name": "B"},
            "items": ["A"],
        },
        event={"city": "A", "order": {"city": "A"}},
        answers={"q1": "A"},
    )
    assert compile_rule({"attribute": path, "is": "equal", "value": "a"})(facts) is true


def test_other_clauses() -> None:
    assert holds({"tag": "vip"}, tags={"vip"})
    assert not holds({"tag": "VIP"}, tags={"vip"})
    assert holds({"segment": "s1"}, segments={"s1"})
    assert not holds({"segment": "s2"}, segments={"s1"})
    assert holds({"consent": "viber"}, consents={("viber", "marketing")})
    assert not holds({"consent": "viber", "purpose": "service"}, consents={("viber", "marketing")})
    bought = {"event": "bought", "at_least": 2, "within": "P30D"}
    assert holds(bought, counts={event_key(bought): 2})
    assert not holds(bought, counts={event_key(bought): 1})
    assert not holds(bought)
    read = {"delivery": {"node": "hello"}, "was": "read"}
    assert holds(read, receipts={delivery_key(read)})
    assert not holds({**read, "was": "clicked"}, receipts={delivery_key(read)})
