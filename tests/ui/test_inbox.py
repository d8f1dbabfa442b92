"""The inbox on the pages: found, read, answered as far as the messenger allows, closed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import opened, words
from tests.ui.pretend_world import World
from ui.answering import ALLOWED


def shown(test: AppTest) -> dict[str, Any]:
    """What the page gives to its phone."""
    (one,) = test.get("bidi_component")
    told: dict[str, Any] = json.loads(one.proto.json)
    return told


def asked(world: World, path: str) -> list[Any]:
    return [body for verb, place, body in world.calls if (verb, place) == ("POST", path)]


def test_conversations_are_found_by_words_queue_and_state(api: str) -> None:
    test = opened("inbox")
    said = words(test)
    assert "Do you have" in said
    assert "handed over · sales" in said
    assert "Choose a conversation" in said
    test = test.selectbox(key="inbox-queue").select("sales").run()
    assert "Hello?" not in words(test)
    test = test.selectbox(key="inbox-queue").select("").run()
    assert "Hello?" in words(test)
    assert "Do you have" not in words(test)
    test = test.text_input(key="inbox-search").set_value("nobody").run()
    assert "No conversation fits" in words(test)
    test.text_input(key="inbox-search").set_value("").run()
    assert "Do you have" not in words(test.segmented_control(key="inbox-status").set_value("closed").run())


def test_the_thread_is_shown_with_ours_on_the_right_and_what_may_be_answered(api: str) -> None:
    test = opened("inbox", id="1")
    told = shown(test)
    assert [(one["mine"], one["text"], one["buttons"]) for one in told["messages"]] == [
        (True, "Anna, shall we keep your cart?\n▫ Yes", []),
        (False, "Do you have <b>two</b>?", []),
    ]
    assert told["blocked"] is False
    assert told["labels"]["write"] == "Answer as a person"
    assert "You may answer freely. Until" in words(test).replace("\\", "")
    assert "it goes on when you close" in words(test)


def test_where_the_messenger_takes_no_answer_there_is_no_box_and_it_is_said_why(api: str) -> None:
    told = shown(opened("inbox", id="2"))
    assert told["blocked"] is True
    assert "WhatsApp takes no answer any more" in told["labels"]["blocked"]


@pytest.mark.parametrize("how", ALLOWED)
def test_every_allowance_of_the_engine_has_words(api: str, world: World, how: str) -> None:
    world.talks[1]["allowed"] = {"how": how, "may": False, "until": None}
    assert shown(opened("inbox", id="2", lang="ru"))["labels"]["blocked"].endswith(".")


def test_a_conversation_is_taken_over_and_closed(api: str, world: World) -> None:
    test = opened("inbox", id="1")
    test.text_input(key="inbox-who-1").set_value("Olga")
    test = next(one for one in test.button if one.label == "Keep").click().run()
    assert asked(world, "/v1/inbox/1/assign") == [{"to": "Olga"}]
    test = test.button(key="inbox-close").click().run()
    assert len(asked(world, "/v1/inbox/1/close")) == 1
    assert shown(test)["labels"]["blocked"] == "This conversation is closed."
    assert not [one for one in test.button if one.key == "inbox-close"]


def test_a_conversation_that_is_gone_is_said_to_be(api: str) -> None:
    assert "There is no conversation 99" in words(opened("inbox", id="99")).replace("\\", "")
