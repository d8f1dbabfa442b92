"""Journeys as files over HTTP: written, read back with their tests, and refused in words where they are broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.documents import line, step
from tests.town import KEY, Town
from tropa import main

HELLO = line(step("hello", "send", channel="telegram", category="service", text="Hi, {{ contact.name }}!"))
SCRIPT = {"contact": {"external_id": "ann", "attributes": {"name": "Ann"}, "channels": ["telegram"]}, "event": {}}


@pytest.fixture
def tested(doors: Town) -> str:
    """A journey with one test."""
    journey = str(doors.call("POST", "/v1/journeys", json=HELLO)["id"])
    doors.call("PUT", f"/v1/journeys/{journey}/tests/Says hi", json={"script": SCRIPT})
    return journey


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_journey_is_written_and_read_back_with_its_tests(doors: Town, tested: str, form: str) -> None:
    written = doors.call("GET", f"/v1/journeys/{tested}/file", params={"format": form})
    text = written if isinstance(written, dict) else written.text
    told = {"text": json.dumps(text) if isinstance(text, dict) else text, "format": form}
    read = doors.call("POST", "/v1/journeys/read", json=told)
    assert read["document"] == HELLO
    (kept,) = doors.call("GET", f"/v1/journeys/{tested}/tests")["items"]
    assert read["tests"] == [{name: kept[name] for name in ("name", "script", "expect")}]


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("nodes: [\n  - {", "yaml", "line 2"),
        ('{"nodes": [}', "json", "This is not JSON: line 1, column 12 cannot be read."),
        ("name: Spring", "yaml", "no list of nodes"),
        ("nodes: []\ntests: yes", "yaml", "The tests of a journey are a list"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(doors: Town, text: str, form: str, said: str) -> None:
    refused = doors.call("POST", "/v1/journeys/read", 422, json={"text": text, "format": form})
    assert said in refused["detail"]
    assert refused["errors"][0]["field"] == "text"


def test_a_journeys_tests_travel_by_the_command_line(doors: Town, tested: str, tmp_path: Path, capsys: Any) -> None:
    there = ["--url", doors.api.url, "--key", KEY]
    assert main(["export", tested, "-o", str(tmp_path / "one.yaml"), *there]) == 0
    assert main(["import", str(tmp_path / "one.yaml"), *there]) == 0
    made = capsys.readouterr().out.splitlines()[-1].split()[0]
    assert doors.call("POST", f"/v1/journeys/{made}/tests/run")["passed"] == 1
    assert doors.call("GET", f"/v1/journeys/{made}/draft")["document"] == HELLO
