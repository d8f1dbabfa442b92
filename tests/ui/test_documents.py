"""Documents edited and compared, drawn and read: the pure parts of the pages."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest

from tests.ui.pretend_data import cart_numbers
from ui.charts import sums
from ui.drafts import blank
from ui.late_words import drawn_whole, pressed_before
from ui.words import safe

Json = dict[str, Any]


def test_a_blank_journey_is_a_graph() -> None:
    document = blank("Mine")
    assert list(nx.node_link_graph(document, edges="edges").nodes) == ["end"]
    assert document["graph"]["name"] == "Mine"


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
