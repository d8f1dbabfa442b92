"""Which branch an answer takes: presses, words, patterns, in their order."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nodes.matching import (
    Branch,
    Option,
    Said,
    choose,
)
from nodes.patterns import BadPattern, compile_pattern, found
from tests.nodes.answered import TODAY, anything

YES_NO = [
    Branch(exit="yes", buttons=("yes",), keywords=("да", "хочу", "👍", "+")),
    Branch(exit="no", buttons=("no",), keywords=("нет", "не хочу")),
]


SHOWN = [Option("yes", "Да, оставьте"), Option("no", "Нет, спасибо")]


@pytest.mark.parametrize(
    ("text", "way", "why"),
    [
        ("да, оставьте!", "yes", "wrote the label «Да, оставьте»"),
        ("НЕТ\u00a0СПАСИБО", "no", "wrote the label «Нет, спасибо»"),
        ("1", "yes", "wrote the number of «Да, оставьте»"),
        ("2.", "no", "wrote the number of «Нет, спасибо»"),
        ("№ 2", "no", "wrote the number of «Нет, спасибо»"),
        ("2️⃣", "no", "wrote the number of «Нет, спасибо»"),
        ("Ну да, конечно", "yes", "keyword «да»"),
        ("нет", "no", "keyword «нет»"),
        ("я не хочу", "no", "keyword «не хочу»"),
        ("хочу", "yes", "keyword «хочу»"),
        ("👍", "yes", "keyword «👍»"),
        ("+", "yes", "keyword «+»"),
    ],
)
def test_words_find_their_branch(text: str, way: str, why: str) -> None:
    match = choose(YES_NO, Said(text), SHOWN)
    assert match is not None
    assert (match.exit, match.why) == (way, why)


@pytest.mark.parametrize(
    "text", ["10", "12", "0", "3", "1 2", "-1", "дада", "недавно", "хочуха", "👎", "", "  ", "1." * 9]
)
def test_words_that_are_something_else(text: str) -> None:
    assert choose(YES_NO, Said(text), SHOWN) is None


def test_a_press_comes_first() -> None:
    match = choose(YES_NO, Said("нет", button="yes"), SHOWN)
    assert match is not None
    assert (match.exit, match.why) == ("yes", "pressed «Да, оставьте»")
    pressed = choose(YES_NO, Said(button="no"), [])
    assert pressed is not None
    assert pressed.why == "pressed «no»"
    assert choose(YES_NO, Said(button="maybe"), SHOWN) is None


def test_a_press_that_no_branch_lists_is_read_by_its_label() -> None:
    match = choose([Branch(exit="later", keywords=("позже",))], Said(button="x"), [Option("x", "Позже!")])
    assert match is not None
    assert match.exit == "later"


def test_labels_win_over_numbers_and_signs_tell_labels_apart() -> None:
    ages = [Option("a", "10"), Option("b", "1"), Option("c", "5"), Option("d", "5+")]
    branches = [Branch(exit=option.id, buttons=(option.id,)) for option in ages]
    ways = {text: match.exit for text in ("1", "10", "5", "5+", "2") if (match := choose(branches, Said(text), ages))}
    assert ways == {"1": "b", "10": "a", "5": "c", "5+": "d", "2": "b"}
    unsure = [Option("a", "< 10"), Option("b", "> 10")]
    assert choose([Branch(exit="a", buttons=("a",)), Branch(exit="b", buttons=("b",))], Said("10"), unsure) is None


def test_media_is_no_text() -> None:
    everything = [Branch(exit="text", type="text", keywords=("да",), pattern="."), Branch(exit="photo", type="media")]
    sent = choose(everything, Said("да", media="image"), [])
    assert sent is not None
    assert (sent.exit, sent.why) == ("photo", "sent image")
    assert choose(everything[:1], Said("да", media="image"), []) is None
    assert choose(everything[1:], Said("да"), []) is None


def test_patterns_and_values_in_their_order() -> None:
    branches = [
        Branch(exit="any", type="text"),
        Branch(exit="order", pattern=r"заказ\s*№?\s*\d+"),
        Branch(exit="age", type="number", min=18, max=99),
        Branch(exit="mail", type="email"),
        Branch(exit="phone", type="phone"),
        Branch(exit="day", type="date"),
    ]
    ways = {
        "Мой ЗАКАЗ № 15": ("order", None),
        "18": ("age", 18),
        "17": ("any", "17"),
        "Me@Mail.RU": ("mail", "Me@mail.ru"),
        "8 916 123-45-67": ("phone", "+79161234567"),
        "завтра": ("day", "2024-05-11"),
        "не знаю": ("any", "не знаю"),
    }
    for text, (way, value) in ways.items():
        match = choose(branches, Said(text), [], today=TODAY)
        assert match is not None
        assert (match.exit, match.value) == (way, value)


@given(st.text("0123456789", min_size=1, max_size=3), st.integers(1, 12))
def test_a_number_names_its_own_option_only(number: str, many: int) -> None:
    shown = [Option(f"o{place}", "abcdefghijkl"[place]) for place in range(many)]
    branches = [Branch(exit=option.id, buttons=(option.id,)) for option in shown]
    match = choose(branches, Said(number), shown)
    assert (match.exit if match else None) == (f"o{int(number) - 1}" if 1 <= int(number) <= many else None)


@given(anything, anything)
@settings(max_examples=300)
def test_any_answer_is_read_without_an_error(text: str, label: str) -> None:
    branches = [*YES_NO, Branch(exit="p", pattern=r"^\w+[\s\w]*$"), Branch(exit="n", type="number")]
    match = choose(branches, Said(text), [*SHOWN, Option("own", label)])
    assert match is None or match.exit in {"yes", "no", "p", "n"}
    labelled = choose([Branch(exit="own", buttons=("own",))], Said(text), [Option("own", text)])
    assert (labelled is not None) == bool(text.strip())


@pytest.mark.parametrize(
    ("settings_of", "says"),
    [
        ({"exit": "Yes"}, "pattern"),
        ({"exit": ""}, "pattern"),
        ({"exit": "a" * 41}, "pattern"),
        ({"exit": "a\n"}, "pattern"),
        ({"exit": "a", "keywords": ["Стоп!"]}, "unsubscribes a person"),
        ({"exit": "a", "buttons": ["STOP"]}, "unsubscribes a person"),
        ({"exit": "a", "keywords": [" "]}, "from 1 to 100"),
        ({"exit": "a", "pattern": "("}, "cannot be read"),
        ({"exit": "a", "pattern": "(?=a)"}, "look-around"),
        ({"exit": "a", "pattern": r"(a)\1"}, "back-references"),
        ({"exit": "a", "pattern": "a{1001}"}, "repeats too much"),
        ({"exit": "a", "pattern": r"\bда\b"}, "key word"),
        ({"exit": "a", "pattern": r"[\W]"}, r"\[\^\.\.\.\]"),
        ({"exit": "a", "pattern": "a" * 201}, "200"),
        ({"exit": "a", "pattern": "\ud83d"}, "unicode"),
        ({"exit": "a", "type": "choice"}, "'number', 'date'"),
        ({"exit": "a", "type": "number", "min": 5, "max": 1}, "more than at most"),
        ({"exit": "a", "type": "email", "max": 1}, "go with"),
        ({"exit": "a", "size": 1}, "Extra inputs"),
    ],
)
def test_a_branch_that_makes_no_sense_is_refused(settings_of: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Branch.model_validate(settings_of)


def test_every_setting_of_a_branch_has_a_title_and_a_help() -> None:
    for name, field in Branch.model_fields.items():
        assert field.title, name
        assert field.description, name


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"^\w+$", "Ёжик_2", True),
        (r"^\w+$", "два слова", False),
        (r"^[\w-]+$", "кое-что", True),
        (r"^[^\w]$", "я", False),
        (r"^\W$", "я", False),
        (r"^\W$", "!", True),
        (r"^\s$", "x", False),
        (r"a\sb", "a\u00a0b", True),
        (r"^\S+$", "да", True),
        (r"ПРИВЕТ", "привет", True),
        (r"\\w", r"\w", True),
        (r"\\w", "x", False),
        (r"\Q\w\E", r"\w", True),
        (r"^[[:alpha:]\w]+$", "ая", True),
        (r"^[a[]\w$", "[я", True),
        (r"^[]\w]+$", "]я", True),
        (r"^[^]\w]$", "]", False),
        (r"^\pL{2}$", "да", True),
        (r"^[\d.]+$", "1.5", True),
    ],
)
def test_patterns_know_every_alphabet(pattern: str, text: str, fits: bool) -> None:
    assert found(pattern, text) is fits


def test_patterns_take_linear_time() -> None:
    started = time.perf_counter()
    assert not found(r"^(a+)+$", "a" * 4000 + "!")
    assert not found(r"(x+x+)+y", "x" * 4000)
    assert time.perf_counter() - started < 10  # A guard against hanging, no claim about speed.


@given(st.text(r"\wWsSbQE[]^-a.*+?(){}|dя:1", max_size=20), anything)
@settings(max_examples=400)
def test_any_pattern_is_used_or_refused(pattern: str, text: str) -> None:
    refusal = ""
    try:
        compile_pattern(pattern)
    except BadPattern as refused:
        refusal = str(refused)
    if refusal:
        assert refusal.endswith(".")
        with pytest.raises(BadPattern):
            found(pattern, text)
    else:
        assert found(pattern, text) in (True, False)
