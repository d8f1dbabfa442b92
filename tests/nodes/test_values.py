"""What value an answer is: numbers, dates, choices, and any text at all."""

from __future__ import annotations

import time
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.matching import (
    Option,
    ValueKind,
    read_value,
)
from tests.nodes.answered import TODAY, anything


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "15", 15),
        ("number", " -2 ", -2),
        ("number", "−2", -2),
        ("number", "1,5", 1.5),
        ("number", "1.50", 1.5),
        ("number", "2,0", 2),
        ("number", "1 990", 1990),
        ("number", "1\u00a0990,50", 1990.5),
        ("number", "1,234.5", 1234.5),
        ("number", "1.234,5", 1234.5),
        ("number", "1.234.567", 1234567),
        ("number", "1,234", 1.234),
        ("number", "1 2", None),
        ("number", "пять", None),
        ("number", "5 лет", None),
        ("number", "1e5", None),
        ("number", "nan", None),
        ("number", "9" * 16, None),
        ("date", "10.05.2024", "2024-05-10"),
        ("date", "1.2.2024", "2024-02-01"),
        ("date", "10/05/2024", "2024-05-10"),
        ("date", "2024-05-10", "2024-05-10"),
        ("date", "10.05.2024 г.", "2024-05-10"),
        ("date", "10.05", "2024-05-10"),
        ("date", "09.05", "2025-05-09"),
        ("date", "29.02", "2028-02-29"),
        ("date", "Завтра!", "2024-05-11"),
        ("date", "today", "2024-05-10"),
        ("date", "31.02.2024", None),
        ("date", "30.02", None),
        ("date", "10.05.24", None),
        ("date", "2024-13-01", None),
        ("date", "0000-01-01", None),
        ("date", "когда-нибудь", None),
        ("phone", "8 (916) 123-45-67", "+79161234567"),
        ("phone", "+7 916 123 45 67", "+79161234567"),
        ("phone", "79161234567", "+79161234567"),
        ("phone", "+375 29 123-45-67", "+375291234567"),
        ("phone", "00 49 151 12345678", "+4915112345678"),
        ("phone", "9161234567", None),
        ("phone", "+0 916 123 45 67", None),
        ("phone", "123", None),
        ("phone", "+", None),
        ("phone", "+" + "1" * 16, None),
        ("phone", "позвоните 89161234567", None),
        ("email", "Ivan.Petrov+a@Example.COM", "Ivan.Petrov+a@example.com"),
        ("email", "<a@b.ru>,", "a@b.ru"),
        ("email", "почта@пример.рф", None),
        ("email", "a@почта.рф", "a@почта.рф"),
        ("email", "a@b", None),
        ("email", "a..b@c.ru", None),
        ("email", "a@-b.ru", None),
        ("email", "a@b.ru c@d.ru", None),
        ("email", "a@" + "b" * 260 + ".ru", None),
        ("text", "  любой ответ ", "любой ответ"),
        ("text", " ", None),
        ("nps", "0", 0),
        ("nps", "10", 10),
        ("nps", "11", None),
        ("nps", "-1", None),
        ("nps", "9/10", 9),
        ("nps", "9 из 10", 9),
        ("nps", "9 из 12", None),
        ("nps", "9️⃣", 9),
        ("nps", "9.", 9),
        ("nps", "9,5", None),
        ("nps", "девять", None),
        ("rating", "5", 5),
        ("rating", "6", None),
        ("rating", "0", None),
        ("scale", "10", 10),
        ("scale", "0", None),
    ],
)
def test_read_value(kind: Any, text: str, value: object) -> None:
    read = read_value(kind, text, today=TODAY)
    assert read == value
    assert type(read) is type(value)


COLOURS = [Option("r", "Красный"), Option("g", "Зелёный"), Option("b", "Синий, тёмный"), Option("no", "Ни один")]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("choice", "зеленый!", "g"),
        ("choice", "2", "g"),
        ("choice", "5", None),
        ("choice", "12", None),
        ("choice", "зел", None),
        ("multiple", "1, 3", ("r", "b")),
        ("multiple", "3 1", ("r", "b")),
        ("multiple", "1;2\n3", ("r", "g", "b")),
        ("multiple", "красный и зелёный", ("r", "g")),
        ("multiple", "Красный зеленый", ("r", "g")),
        ("multiple", "Синий, тёмный", ("b",)),
        ("multiple", "2, 2, 2", ("g",)),
        ("multiple", "12", None),
        ("multiple", "1, 9", None),
        ("multiple", "красный, чёрный", None),
        ("multiple", ",", None),
    ],
)
def test_read_a_choice(kind: Any, text: str, value: object) -> None:
    assert read_value(kind, text, options=COLOURS) == value


def test_plain_texts_are_their_own_ids_and_bounds_count() -> None:
    assert read_value("choice", "ЧАЙ", options=("Чай", "Кофе")) == "Чай"
    assert read_value("multiple", "1 2", None, 1, options=("Чай", "Кофе")) is None
    assert read_value("multiple", "1", 2, None, options=("Чай", "Кофе")) is None
    assert read_value("number", "17", 18, 99) is None
    assert read_value("number", "18", 18.0, 99.0) == 18
    assert read_value("scale", "7", 1, 7) == 7
    assert read_value("scale", "8", 1, 7) is None
    assert read_value("text", "ab", 3) is None
    assert read_value("date", "10.05.2024", "2024-05-11", "2024-06-01") is None
    assert read_value("date", "12.05.2024", "2024-05-11", "2024-06-01") == "2024-05-12"
    assert read_value("date", "завтра") is None
    assert read_value("date", "10.05") is None


@given(anything | st.from_regex(r"[+\-]?[0-9 .,/()@a-z]{1,25}"))
@settings(max_examples=400)
def test_any_text_is_a_value_or_none(text: str) -> None:
    for kind in get_args(ValueKind):
        value = read_value(kind, text, options=COLOURS, today=TODAY)
        if kind == "phone" and value is not None:
            assert str(value)[0] == "+"
            assert read_value("phone", str(value)) == value
        if kind == "date" and value is not None:
            assert date.fromisoformat(str(value))
        if kind == "nps" and value is not None:
            assert value in range(11)


@given(st.integers(-(10**14), 10**14) | st.decimals(-(10**6), 10**6, places=3))
def test_written_numbers_are_read_back(number: Any) -> None:
    value = float(number)
    for text in (str(number), str(number).replace(".", ",")):
        assert read_value("number", text) == value


@pytest.mark.parametrize("kind", ["number", "date", "phone", "email", "text", "nps", "choice", "multiple"])
def test_long_answers_take_little_time(kind: Any) -> None:
    started = time.thread_time()
    for text in ("1 " * 2048, "a@" + "a." * 2000, "(" * 4096, "1,111" * 800, "1" * 100_000, "+-" * 2000):
        read_value(kind, text, options=COLOURS, today=TODAY)
    assert time.thread_time() - started < 1
