"""What a person answers and which branch it takes: tables of real answers and invariants over any text."""

from __future__ import annotations

import time
import unicodedata
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nodes.matching import (
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    Branch,
    Option,
    Said,
    ValueKind,
    choose,
    fold,
    is_opt_in,
    is_opt_out,
    read_value,
)
from nodes.patterns import BadPattern, compile_pattern, found

TODAY = date(2024, 5, 10)
anything = st.text(max_size=60) | st.text("ёЁеЕ́̈йЙ '’-!?👍🏽️⃣\u200d\u00a0дДаА10Iİıßﬀ½", max_size=20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Да", "да"),
        ("  ДА!!! ", "да"),
        ("да👍🏽", "да"),
        ("Ещё\u00a0раз", "еще раз"),
        ("е\u0308лка", "елка"),
        ("Не, спасибо…", "не спасибо"),
        ("кое-что", "кое что"),
        ("Don’t", "dont"),
        ("ＳＴＯＰ", "stop"),
        ("сто\u00adп", "стоп"),
        ("1️⃣", "1"),
        ("«Да»", "да"),
        ("Straße", "strasse"),
        ("👍", ""),
        ("\ud83d да", "да"),
        ("", ""),
    ],
)
def test_fold(text: str, words: str) -> None:
    assert fold(text) == words


@given(anything)
@example("е'\u0308")
@example("e\u200d\u0308")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f" {text}\u00a0") == fold(text)


@given(st.text(max_size=40))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.casefold()) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@pytest.mark.parametrize("word", sorted(OPT_OUT_WORDS))
def test_opt_out_words_in_any_dress(word: str) -> None:
    for text in (word, word.upper(), f" {word}. ", f"/{word}", f"«{word}»!!", f"{word}\u00a0🛑"):
        assert is_opt_out(text)
        assert not is_opt_in(text)
    for text in (f"{word} сейчас", f"не {word}", f"{word}{word}", word[:-1]):
        assert not is_opt_out(text)


@pytest.mark.parametrize("word", sorted(OPT_IN_WORDS))
def test_opt_in_words(word: str) -> None:
    assert is_opt_in(word.title())
    assert not is_opt_in(f"{word} please")
    assert not is_opt_out(word)


@pytest.mark.parametrize("text", ["cancel", "отмена", "нет", "", "👍", "несто́п", "stop" * 1000])
def test_other_words_stop_nothing(text: str) -> None:
    assert not is_opt_out(text)


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
