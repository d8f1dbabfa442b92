"""What a person writes, folded; the words that stop everything, and those that start it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nodes.matching import (
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    fold,
    is_opt_in,
    is_opt_out,
)
from tests.nodes.answered import anything


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
