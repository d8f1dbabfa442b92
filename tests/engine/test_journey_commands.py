"""Journeys as code: files that read back the same, commands that say what is wrong and leave the right exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.journey_files import FileRefused, ordered, read_file, read_text, written
from tests.stories.telling import EXAMPLES, example
from tests.town import KEY, Town
from tropa import main

TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n"), max_size=30)
WORDS = ("yes", "no", "on", "null", "~", "09:00", "2030-01-31", "1e3", "0x1", "012", "1_000", "=", "#", "<<", ".inf")
TRICKY = st.sampled_from([*WORDS, "", " a ", "- a"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | TRICKY, inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=3), st.sampled_from(["yaml", "json"]))
def test_what_is_written_reads_back_the_same(extra: dict[str, Any], form: str) -> None:
    document = {"nodes": [{"id": "a", "kind": "exit", "settings": extra, "x": 1}], "edges": [], "graph": extra}
    assert read_text(written(document, form), form) == document


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_ready_made_journeys_survive_both_forms(path: Path) -> None:
    document = read_file(path)
    for form in ("yaml", "json"):
        again = read_text(written(document, form), form)
        assert again == document
        assert written(again, form) == written(document, form)


def test_people_may_write_yes_and_nine_o_clock() -> None:
    lines = (
        "nodes:",
        "- id: a",
        "  settings:",
        "    exit: yes",
        "    at: 09:00",
        "    on: 2030-01-31",
        "    n: 3",
        "    ok: true",
    )
    text = "\n".join(lines)
    assert read_text(text, "yaml")["nodes"][0]["settings"] == {
        "exit": "yes", "at": "09:00", "on": "2030-01-31", "n": 3, "ok": True,
    }  # fmt: skip


def test_keys_stand_in_the_order_of_the_forms() -> None:
    node = {"y": 2, "settings": {"text": "Hi", "channel": "viber"}, "kind": "send", "x": 1, "id": "a"}
    whole = ordered({"edges": [], "nodes": [node], "graph": {"entry": [], "name": "N"}})
    assert list(whole) == ["graph", "nodes", "edges"]
    assert list(whole["graph"]) == ["name", "entry"]
    assert list(whole["nodes"][0]) == ["id", "kind", "settings", "x", "y"]
    assert list(whole["nodes"][0]["settings"]) == ["channel", "text"]


@pytest.mark.parametrize("text", ["[1]", "nodes: {", "nodes: 1", "a: !!python/object:os.system {}", "\t"])
def test_a_file_without_a_journey_is_refused(text: str) -> None:
    with pytest.raises(FileRefused):
        read_text(text, "yaml")


def test_a_file_is_checked_without_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nps.yaml"
    file.write_text(written(example("nps", "en"), "yaml"), encoding="utf-8")
    assert main(["check", str(file), "--strict"]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"
    broken = example("nps", "en")
    broken["edges"] = broken["edges"][1:]
    file.write_text(written(broken, "yaml"), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    assert "error   next_noon › done: The exit done leads nowhere." in capsys.readouterr().out
    assert main(["check", str(tmp_path / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_two_files_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.yaml"
    one.write_text(written(example("nps", "en"), "json"), encoding="utf-8")
    document = example("nps", "en")
    document["nodes"][0]["settings"]["for"] = "P3D"
    other.write_text(written(document, "yaml"), encoding="utf-8")
    assert main(["diff", str(one), str(one)]) == 0
    assert main(["diff", str(one), str(other)]) == 1
    assert capsys.readouterr().out == 'changed  next_noon › for: "P1D" → "P3D"\n'
    assert main(["diff", str(one), str(other), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["after"] == "P3D"
    assert main(["export", str(one), "-o", str(tmp_path / "again.yaml")]) == 0
    assert read_file(tmp_path / "again.yaml") == example("nps", "en")


def test_a_journey_goes_in_and_out_of_a_running_tropa(
    place: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--url", place.api.url, "--key", KEY]
    file = tmp_path / "nps.yaml"
    file.write_text(written(example("nps", "en"), "yaml"), encoding="utf-8")
    assert main(["import", str(file), "--publish", *there]) == 0
    first, published = capsys.readouterr().out.splitlines()[-2:]
    journey = first.split()[0]
    assert (first, published) == (f"{journey} revision 1", "version 1")
    assert main(["export", journey, "--source", "live", "-o", str(tmp_path / "out.json"), *there]) == 0
    assert read_file(tmp_path / "out.json") == example("nps", "en")
    document = example("nps", "en")
    document["nodes"][0]["title"] = "Later"
    file.write_text(written(document, "yaml"), encoding="utf-8")
    assert main(["diff", journey, str(file), *there]) == 1
    assert 'changed  next_noon › title: "Next day at noon" → "Later"' in capsys.readouterr().out
    assert main(["import", str(file), "--into", journey, *there]) == 0
    assert f"{journey} revision 2" in capsys.readouterr().out
    assert main(["diff", journey, *there]) == 1
    assert main(["check", journey, *there]) == 0
    capsys.readouterr()
    document["nodes"] = document["nodes"][1:]
    file.write_text(written(document, "yaml"), encoding="utf-8")
    assert main(["import", str(file), "--publish", *there]) == 2
    assert "cannot be published" in capsys.readouterr().err
    assert main(["export", "none", *there]) == 2
    assert "Not found: No journey is called 'none'." in capsys.readouterr().err
    assert main(["export", journey, "--url", "http://127.0.0.1:9"]) == 2
    assert "The API does not answer" in capsys.readouterr().err
