"""The editor by hand: steps, ways, autosave, undo, conflicts, and work that is never lost."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import opened, words
from tests.ui.pretend_world import Problem, World

Json = dict[str, Any]


def editor(journey: str = "hello") -> AppTest:
    test = opened("editor", id=journey)
    assert not test.exception
    return test


def saved(world: World, journey: str = "hello") -> Json:
    document: Json = world.journeys[journey]["document"]
    return document


def work(test: AppTest, journey: str = "") -> Any:
    journey = journey or test.query_params.get("id", "hello")
    return test.session_state[f"work-{journey}"]


def press(test: AppTest, label: str) -> AppTest:
    """Presses the button with the label, wherever it is."""
    found = [one for one in test.button if label in one.label]
    assert found, f"no button {label}: {[one.label for one in test.button]}"
    test = found[0].click().run()
    assert not test.exception
    return test


def pick(test: AppTest, step: str) -> AppTest:
    return test.button(key=f"step-{step}-{work(test).journey}-{work(test).generation}").click().run()


def add(test: AppTest, kind: str) -> AppTest:
    return test.button(key=f"add-{kind}-{work(test).journey}-{work(test).generation}").click().run()


def test_looking_at_a_journey_saves_nothing(api: str, world: World) -> None:
    test = editor("cart")
    for node in list(saved(world, "cart")["nodes"]):
        test = pick(test, node["id"])
        assert not test.exception
    assert world.journeys["cart"]["revision"] == 1
    assert not work(test, "cart").past


def test_a_text_is_saved_with_the_revision_that_was_read(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    test.text_area[0].set_value("Good morning!").run()
    assert saved(world)["nodes"][0]["settings"]["text"] == "Good morning!"
    assert world.journeys["hello"]["revision"] == 2
    assert not work(test).dirty


def test_a_new_step_stands_between_the_chosen_one_and_the_next(api: str, world: World) -> None:
    test = add(pick(editor(), "hi"), "wait")
    ways = {(edge["source"], edge["key"]): edge["target"] for edge in saved(world)["edges"]}
    assert ways == {("hi", "sent"): "wait", ("wait", "done"): "end"}
    assert [node["id"] for node in saved(world)["nodes"]] == ["hi", "wait", "end"]
    assert work(test).selected == "wait"


def test_a_working_journey_is_built_by_hand(api: str, world: World) -> None:
    world.add("new", {"graph": {"name": "New"}, "nodes": [], "edges": [], "directed": True, "multigraph": True})
    test = opened("editor", id="new")
    assert "The journey is empty" in words(test)
    test = test.button(key="add-send-new-0").click().run()
    test.text_area[0].set_value("Tea or coffee?").run()
    test = test.button(key=f"add-reply-new-{work(test, 'new').generation}").click().run()
    for way in ("yes", "something_else", "no_answer"):
        boxes = [one for one in test.selectbox if one.key and one.key.endswith(f".exit.{way}")]
        end = next((one for one in boxes[0].options if one == "End"), "A new end")
        test = boxes[0].set_value("exit" if end == "End" else "\0end").run()
        assert not test.exception
    document = saved(world, "new")
    assert [node["kind"] for node in document["nodes"]] == ["send", "reply", "exit"]
    assert not work(test, "new").checked.problems
    assert "can be published" in words(test)


def test_undo_brings_the_last_change_back(api: str, world: World) -> None:
    test = add(pick(editor(), "hi"), "wait")
    test = press(test, "Undo")
    assert [node["id"] for node in saved(world)["nodes"]] == ["hi", "end"]
    assert [node["id"] for node in work(test).document["nodes"]] == ["hi", "end"]


def test_a_removed_step_is_bridged(api: str, world: World) -> None:
    test = add(pick(editor(), "hi"), "wait")
    key = next(one.key for one in test.button if one.key and one.key.endswith("-wait.delete"))
    test = test.button(key=key).click().run()
    assert saved(world)["edges"] == [{"source": "hi", "target": "end", "key": "sent"}]
    assert not test.exception


def test_a_copy_has_a_name_of_its_own(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    key = next(one.key for one in test.button if one.key and one.key.endswith("-hi.content_copy"))
    test.button(key=key).click().run()
    assert [node["id"] for node in saved(world)["nodes"]] == ["hi", "send", "end"]


def test_an_exit_that_is_gone_leads_nowhere_any_more(api: str, world: World) -> None:
    test = opened("editor", id="cart")
    test = test.button(key="step-test-cart-0").click().run()
    key = next(one.key for one in test.text_input if one.key and one.key.endswith(".arms.0.exit"))
    test.text_input(key=key).set_value("nudge").run()
    ways = {edge["key"] for edge in saved(world, "cart")["edges"] if edge["source"] == "test"}
    assert ways == {"quiet"}
    assert "exit nudge leads nowhere" in words(test)


def test_somebody_elses_change_asks_whose_stays_and_mine_can(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    test = test.text_area[0].set_value("Mine").run()
    assert "Somebody else changed this journey" in words(test)
    assert saved(world)["graph"]["name"] == "Theirs"
    assert work(test).document["nodes"][0]["settings"]["text"] == "Mine"
    test = press(test, "Keep mine")
    assert saved(world)["nodes"][0]["settings"]["text"] == "Mine"
    assert world.journeys["hello"]["revision"] == 8
    assert "Somebody else" not in words(test)


def test_theirs_can_be_taken_and_undone(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    test = press(test.text_area[0].set_value("Mine").run(), "Take theirs")
    assert test.title[0].value == "Theirs"
    test = press(test, "Undo")
    assert saved(world)["nodes"][0]["settings"]["text"] == "Mine"


def test_somebody_elses_change_is_followed_while_nothing_waits_here(api: str, world: World) -> None:
    test = editor()
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    assert test.run().title[0].value == "Theirs"


def test_work_is_kept_while_the_api_is_away_and_saved_when_it_is_back(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    world.broken["/v1/journeys/hello/draft"] = Problem(503, "Not ready", "Try again soon.")
    test = test.text_area[0].set_value("Written in the dark").run()
    assert not test.exception
    assert "Your changes are kept here" in words(test)
    assert work(test).dirty
    world.broken.clear()
    test = test.run()
    assert saved(world)["nodes"][0]["settings"]["text"] == "Written in the dark"
    assert "Your changes are kept here" not in words(test)


def test_work_survives_a_visit_to_another_page(api: str, world: World) -> None:
    test = pick(editor(), "hi")
    world.broken["/v1/journeys/hello/draft"] = Problem(503, "Not ready", "Try again soon.")
    test = test.text_area[0].set_value("Unsaved").run()
    test = test.switch_page("screens/journeys.py").run()
    test.query_params["id"] = "hello"
    test = test.switch_page("screens/editor.py").run()
    assert work(test).document["nodes"][0]["settings"]["text"] == "Unsaved"
    assert test.text_area[0].value == "Unsaved"


def test_the_journeys_own_settings_are_edited(api: str, world: World) -> None:
    test = editor()
    next(one for one in test.text_input if one.label == "Name").set_value("Hello again").run()
    assert saved(world)["graph"]["name"] == "Hello again"
    assert saved(world)["graph"]["entry"] == {"keyword": ["start"]}
    assert "reentry" not in saved(world)["graph"]


def test_publishing_shows_what_is_wrong_first(api: str, world: World) -> None:
    saved(world)["edges"].clear()
    test = press(editor(), "Publish")
    assert "These problems must be mended first" in words(test)
    assert "publish-yes" not in [one.key for one in test.button]


def test_publishing_shows_what_changes_for_contacts(api: str, world: World) -> None:
    saved(world, "cart")["nodes"][1]["settings"]["text"] = "Other words"
    test = press(opened("editor", id="cart"), "Publish")
    assert "Against version 2" in words(test)
    assert "changed: text" in words(test)
    test.button(key="publish-yes").click().run()
    assert world.journeys["cart"]["version"] == 3


@pytest.mark.parametrize(
    "kind", ["send", "wait", "reply", "condition", "survey", "split", "update", "coupon", "goal", "exit"]
)
def test_every_kind_can_be_added_and_drawn(api: str, world: World, kind: str) -> None:
    test = add(pick(editor(), "hi"), kind)
    assert not test.exception
    assert any(node["kind"] == kind for node in saved(world)["nodes"])
    assert not work(test).dirty
