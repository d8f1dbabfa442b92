"""Durations, typed values and the heads of files: read, shown and kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ui.csv_mapping import guess, headers_of
from ui.durations import BadDuration, parse, text_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("P2D", 172800), ("PT90M", 5400), ("P1DT1H30M", 91800), ("-PT1H", -3600), ("PT0S", 0), ("P1W", 604800)],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse(text) == timedelta(seconds=seconds)
    assert parse(text_of(parse(text))) == parse(text)


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1M", "P1Y", "tomorrow", "P-1D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadDuration):
        parse(text)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"id,city\n1,Perm\n", ["id", "city"]),
        ("\ufeffид;Город\n1;Пермь\n".encode(), ["ид", "Город"]),
        (b"id\tcity\n1\tPerm\n", ["id", "city"]),
        (b"only\n", ["only"]),
        (b"", []),
        (b"\xff\xfe\x00", []),
    ],
)
def test_the_head_of_a_file_is_read(content: bytes, headers: list[str]) -> None:
    assert headers_of(content)[0] == headers


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("User ID", "external_id"),
        ("Телеграм", "telegram"),
        ("phone", "whatsapp"),
        ("TZ", "timezone"),
        ("Shoe size", ""),
    ],
)
def test_a_column_is_guessed_by_its_name(header: str, field: str) -> None:
    assert guess(header) == field
