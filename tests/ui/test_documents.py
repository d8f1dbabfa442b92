"""Documents edited and compared, drawn and read: the pure parts of the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from tests.ui.pretend_data import cart, cart_numbers, welcome
from ui.changes import Change, changes
from ui.charts import sums
from ui.drafts import add, blank, change, connect, duplicate, first, move, remove, settle, ways
from ui.drawing import draw
from ui.late_words import drawn_whole, pressed_before
from ui.preview import preview
from ui.words import safe

Json = dict[str, Any]
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "journeys").glob("*.json"))


def test_a_blank_journey_is_a_graph() -> None:
    document = blank("Mine")
    assert list(nx.node_link_graph(document, edges="edges").nodes) == ["end"]
    assert document["graph"]["name"] == "Mine"


def test_a_step_before_everything_leads_to_what_was_first() -> None:
    document, name = add(welcome(), "wait", after=None, new_exits=["done"])
    assert first(document) == name
    assert ways(document, name) == {"done": "hi"}


def test_a_step_takes_the_first_open_exit() -> None:
    document = connect(cart(), "answer", "no", None)
    document, name = add(document, "send", after="answer", exits=["yes", "no", "something_else", "no_answer"])
    assert ways(document, "answer")["no"] == name
    assert ways(document, "answer")["yes"] == "gift"


def test_a_step_after_a_full_one_waits_for_its_way() -> None:
    document, name = add(cart(), "send", after="answer", exits=["yes", "no", "something_else", "no_answer"])
    assert name not in ways(document, "answer").values()
    assert [node["id"] for node in document["nodes"]].index(name) == 3


def test_editing_never_touches_the_document_it_was_given() -> None:
    document = cart()
    before = json.dumps(document)
    add(document, "send", after="hello", exits=["sent"], new_exits=["sent"])
    connect(document, "hello", "sent", None)
    settle(document, "answer", ["yes"])
    remove(document, "gift")
    duplicate(document, "hello")
    move(document, "hello", 3)
    change(document, "hello", settings={}, title="x")
    assert json.dumps(document) == before


def test_a_removed_step_with_two_ways_leaves_its_exits_open() -> None:
    document = remove(cart(), "answer")
    assert ways(document, "hello") == {}
    assert not [edge for edge in document["edges"] if "answer" in (edge["source"], edge["target"])]


def test_a_removed_first_step_is_no_start_any_more() -> None:
    document = cart()
    document["graph"]["start"] = "pause"
    assert "start" not in remove(document, "pause")["graph"]


def test_a_loop_to_itself_does_not_survive_its_step() -> None:
    document = connect(welcome(), "hi", "sent", "hi")
    assert remove(document, "hi")["edges"] == []


def test_moving_past_the_ends_stays_inside() -> None:
    assert [node["id"] for node in move(welcome(), "hi", -5)["nodes"]] == ["hi", "end"]
    assert [node["id"] for node in move(welcome(), "hi", 9)["nodes"]] == ["end", "hi"]


def test_differences_are_named_step_by_step() -> None:
    new = cart()
    new["graph"]["name"] = "Other"
    new["nodes"][1]["settings"]["text"] = "Other words"
    new = connect(new, "answer", "no", "offer")
    new, name = add(new, "goal", after="offer", exits=["sent"], new_exits=["done"])
    new = remove(new, "again")
    found = {(one.what, one.node): one.fields for one in changes(cart(), new)}
    assert found[("journey", "")] == ("name",)
    assert found[("changed", "hello")] == ("text",)
    assert found[("rerouted", "answer")] == ("no",)
    assert found[("rerouted", "offer")] == ("sent",)
    assert ("added", name) in found
    assert ("removed", "again") in found


def test_the_same_document_has_no_differences_even_when_it_was_moved_about() -> None:
    other = cart()
    for node in other["nodes"]:
        node["x"] = 99
    assert changes(cart(), other) == []
    assert changes(cart(), move(cart(), "hello", 2)) == []


def test_a_change_of_title_is_a_change() -> None:
    assert changes(welcome(), change(welcome(), "hi", title="New")) == [
        Change("changed", "hi", "New", "send", ("title",))
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_ready_made_journeys_are_drawn_whole(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    dot = draw(document, icons={})
    assert dot.count(" -> ") == len(document["edges"])
    assert dot.count("[label=<") == len(document["nodes"])


def test_a_drawing_holds_no_markup_of_others() -> None:
    document = welcome()
    document["nodes"][0].update(title='"><b>x</b>\\n', id='a"b')
    document["edges"][0]["source"] = 'a"b'
    dot = draw(document, icons={}, sentences={'a"b': "<script>&"}, counts=[], problems=[])
    assert "&lt;b&gt;x" in dot
    assert "<b>x" not in dot
    assert "<script>" not in dot
    assert r'"a\"b" -> "end"' in dot


def test_a_drawing_of_nothing_is_a_drawing() -> None:
    assert draw({"nodes": [], "edges": []}, icons={}).startswith("digraph")


def test_problems_stand_out_in_the_drawing() -> None:
    wrong = draw(welcome(), icons={}, problems=[{"node": "hi", "level": "error"}])
    assert wrong.count("#d92d20") == 1
    assert "#d92d20" not in draw(welcome(), icons={})


def test_sums_that_do_not_hold_are_seen() -> None:
    numbers = cart_numbers()
    assert sums(numbers)[1]
    numbers["inside"] += 1
    assert not sums(numbers)[1]


def test_moved_trips_are_part_of_the_sum() -> None:
    line, holds = sums(
        {"entered": 10, "moved_in": 2, "inside": 9, "completed": 0, "moved_out": 3, "exited": {}, "failed": {}}
    )
    assert holds
    assert line == "entered 10 + moved in 2 = inside 9 + completed 0 + left early 0 + failed 0 + moved out 3"


def test_a_preview_escapes_every_word() -> None:
    html = preview(
        {"text": "<img src=x onerror=alert(1)> {{ contact.first_name|default('<b>') }}", "buttons": [{"title": "<i>"}]}
    )
    assert "<img" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize("text", ["*a*", "[x](y)", ":material/home:", "`c`", "<b>", "$x$", "# t", "a\nb", "~~x~~"])
def test_markup_is_made_harmless(text: str) -> None:
    made = safe(text)
    assert "\n" not in made
    assert not [place for place, char in enumerate(made) if char in "*[]`:<>$#~" and made[place - 1] != "\\"]


def test_a_press_taken_back_by_a_late_text_is_done_again() -> None:
    state: dict[Any, Any] = {}
    assert pressed_before(state, "editor", {"id": "a"}, 10.0) is None
    assert pressed_before(state, "contacts", {}, 20.0) is None
    pressed = pressed_before(state, "editor", {"id": "a"}, 22.5)
    assert pressed is not None
    assert (pressed.page, dict(pressed.query)) == ("contacts", {})
    assert pressed_before(state, "contacts", {}, 20.4) is None


def test_a_text_that_comes_just_after_the_page_was_drawn_is_late_too() -> None:
    state: dict[Any, Any] = {}
    pressed_before(state, "editor", {"id": "a"}, 10.0)
    pressed_before(state, "contacts", {}, 20.0)
    drawn_whole(state, 25.0)
    assert pressed_before(state, "editor", {"id": "a"}, 25.1) is not None


@pytest.mark.parametrize(("query", "now"), [({"id": "a"}, 21.5), ({"id": "b"}, 20.1), ({}, 20.1)])
def test_a_real_way_back_is_left_alone(query: dict[str, str], now: float) -> None:
    state: dict[Any, Any] = {}
    pressed_before(state, "editor", {"id": "a"}, 10.0)
    pressed_before(state, "contacts", {}, 20.0)
    drawn_whole(state, 20.05)
    assert pressed_before(state, "editor", query, now) is None
