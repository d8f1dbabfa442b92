"""Rehearsals, tests, history, and what is done by hand, on the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.conftest import opened, words
from tests.ui.pretend_world import World
from ui.changes import change_line
from ui.rehearsing import counts, note
from ui.setting_names import setting_name

Json = dict[str, Any]
ONE_HOUR = {"wait": "PT1H"}


def begun(**query: str) -> AppTest:
    """A rehearsal of the abandoned cart that has just begun."""
    test = opened("rehearsal", id="cart", **query)
    return next(one for one in test.button if one.label == "Begin").click().run()


def asked(world: World, path: str) -> list[Any]:
    """What was sent to a door."""
    return [body for _, where, body in world.calls if where == path and body is not None]


def test_a_contact_is_played_and_the_reasons_are_told(api: str, world: World) -> None:
    test = begun()
    assert not test.exception
    assert "Until something happens" in words(test)
    test = test.button(key="rehearsal-PT1H").click().run()
    assert asked(world, "/v1/rehearsals")[-1]["script"]["acts"] == [ONE_HOUR]
    said = words(test)
    assert "The time has come" in said.replace("\\", "")
    assert "Waits for an answer" in said.replace("\\", "")
    test = test.button(key="rehearsal-P3D").click().run()
    test = test.button(key="rehearsal-back").click().run()
    assert asked(world, "/v1/rehearsals")[-1]["script"]["acts"] == [ONE_HOUR]


def test_a_rehearsal_is_kept_as_a_test_and_run(api: str, world: World) -> None:
    test = begun()
    test.text_input(key="rehearsal-test-name").set_value("Silence")
    test = next(one for one in test.button if one.label == "Keep").click().run()
    assert "Silence" in words(test)
    world.journeys["cart"]["document"]["nodes"][0]["settings"]["for"] = "P9D"
    assert not test.run().exception
    test = test.button(key="rehearsal-drop-Silence").click().run()
    assert "No tests yet" in words(test)


def test_bad_json_is_told_before_anything_is_sent(api: str, world: World) -> None:
    test = opened("rehearsal", id="cart")
    test.text_area(key="rehearsal-attributes").set_value("{")
    test = next(one for one in test.button if one.label == "Begin").click().run()
    assert "are JSON objects" in test.error[0].value
    assert asked(world, "/v1/rehearsals") == []


def test_versions_are_compared_and_brought_back(api: str, world: World) -> None:
    world.journeys["cart"]["document"]["nodes"][1]["settings"]["text"] = "Other words"
    test = opened("journey", id="cart")
    test = test.button(key="compare-2").click().run()
    assert "Other words" in words(test)
    opened("journey", id="cart").button(key="restore-2").click().run()
    assert world.journeys["cart"]["document"] == world.journeys["cart"]["versions"][2]


def test_publishing_tells_who_is_affected_and_whether_tests_hold(api: str, world: World) -> None:
    world.journeys["cart"]["document"]["nodes"][1]["settings"]["text"] = "Other words"
    test = opened("journey", id="cart").button(key="journey-publish-cart").click().run()
    said = words(test)
    assert "4 contacts are at steps that change" in said
    assert "Other words" in said
    test.button(key="publish-yes").click().run()
    assert world.journeys["cart"]["version"] == 3


def test_publishing_is_put_off_to_an_instant_shown_and_called_off(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    chosen = {"when": "later", "day": date(2040, 1, 9), "time": time(9, 15)}
    for name, value in chosen.items():
        test.session_state[f"publish-{name}-cart"] = value
    test.button(key="journey-publish-cart").click().run()
    test.button(key="publish-yes").click().run()
    assert world.journeys["cart"]["version"] == 2
    assert datetime.fromisoformat(world.journeys["cart"]["planned"]["at"]) == datetime(2040, 1, 9, 9, 15, tzinfo=UTC)
    test = opened("journey", id="cart")
    assert "It will be published at 9 Jan 2040, 09:15" in words(test)
    test.button(key="planned-cancel-cart").click().run()
    assert world.journeys["cart"]["planned"] is None


def test_what_could_not_be_published_at_its_instant_says_why(api: str, world: World) -> None:
    problem = {"level": "error", "node": "hello", "exit": None, "path": None, "text": "No segment is called omsk."}
    plan = {"at": "2026-01-09T09:15:00Z", "revision": 1, "by": "ui", "problems": [{**problem, "fix": "", "way": []}]}
    world.journeys["cart"]["planned"] = plan
    test = opened("journey", id="cart")
    assert "it did not pass the checks any more" in words(test)
    assert "No segment is called omsk" in words(test)


def test_a_message_is_tried_on_oneself(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    test.text_input(key="test-send-contact").set_value("me")
    test = next(one for one in test.button if one.label == "Send to this contact").click().run()
    assert asked(world, "/v1/journeys/cart/test-send") == [{"node": "hello", "contact": "me"}]
    assert "On its way" in words(test)


def test_somebody_is_taken_out(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    first = next(one for one in test.button if str(one.key).startswith("eject-"))
    first.click().run()
    (body,) = asked(world, "/v1/enrollments/eject")
    assert body["journey"] == "cart"
    assert len(body["contacts"]) == 1


def test_somebody_is_sent_to_another_step(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    test = next(one for one in test.button if str(one.key).startswith("send-")).click().run()
    test.selectbox(key="send-to").select_index(0)
    test.button(key="send-yes").click().run()
    (body,) = asked(world, "/v1/enrollments/move")
    assert (body["journey"], len(body["contacts"])) == ("cart", 1)
    assert body["to"]


def test_each_change_is_a_line(api: str) -> None:
    titles = {"bye": "Goodbye"}
    lines: list[tuple[Json, str]] = [
        ({"what": "added", "node": "x", "title": "New"}, "New step **New**"),
        ({"what": "removed", "node": "x", "title": "Old"}, "Step **Old** is gone"),
        ({"what": "rewired", "node": "x", "title": "T", "exit": "sent", "after": "bye"}, "“sent” now leads to Goodbye"),
        ({"what": "rewired", "node": "x", "title": "T", "exit": "sent", "after": None}, "now leads to nowhere"),
        ({"what": "changed", "node": "x", "title": "T", "path": "ttl", "before": None, "after": "P2D"}, "— → "),
        ({"what": "changed", "node": None, "path": "name", "before": "A", "after": "B"}, "Journey settings, "),
        (
            {
                "what": "changed",
                "node": "x",
                "title": "T",
                "path": "a",
                "before": "x" * 90 + "A",
                "after": "x" * 90 + "B",
            },
            f"…{'x' * 15}A → …{'x' * 15}B",
        ),
    ]
    for change, beginning in lines:
        assert beginning in change_line(change, titles, {}).replace("\\", "").replace(":gray[", "").replace("]", "")


def test_the_way_is_counted_as_the_canvas_counts() -> None:
    path = [{"node": "a", "exit": "sent"}, {"node": "b", "exit": "no"}, {"node": "a", "exit": "sent"}]
    assert counts({"path": path, "node": "b", "status": "waiting"}) == [
        {"id": "a", "entered": 2, "inside": 0, "left": {"sent": 2}},
        {"id": "b", "entered": 2, "inside": 1, "left": {"no": 1}},
    ]
    assert note({"note": "held", "text": "quiet_hours"}) == "Held for now: quiet hours"


def test_the_gallery_tells_what_each_journey_says(api: str, world: World) -> None:
    test = opened("journeys").button(key="journeys-new").click().run()
    assert not test.exception
    assert "steps" in words(test)
    assert [one for one in test.text if one.value]


def test_a_sentence_within_a_sentence_is_said_too(api: str) -> None:
    test = AppTest.from_function(_says_in_russian, default_timeout=30)
    test.session_state["lang"] = "ru"
    assert "Telegram принимает" in test.run().text[0].value


def _says_in_russian() -> None:
    import streamlit as st  # noqa: PLC0415  (the function is run as a script of its own)

    from ui.said import said  # noqa: PLC0415

    line = "With the longest values: Telegram takes at most 4096 characters of text; this message has 4100."
    st.text(said(line))


def test_problems_name_settings_as_the_forms_do_and_say_the_same_once(api: str) -> None:
    nodes = [{"id": name, "kind": "send", "title": name.upper()} for name in "ab"]
    document = {"nodes": [*nodes, {"id": "s", "kind": "survey", "title": "Ask"}]}
    assert setting_name(document, "a", "category") == "Category"
    assert setting_name(document, "s", "questions.0.text") == "Questions › 1 › Question"
    assert setting_name(document, "a", "no_such.thing") == "no such › thing"
    assert setting_name(document, None, "quiet_hours").startswith("Quiet")
