"""Journeys drawn in a real Chromium from an empty board, on the real product: published, and a contact passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journeys.graph import read_node
from tests.town import KEY, Town, town
from tests.ui.browsing import ROOT, streamlit_at
from tests.ui.hands import Hands, plain
from tests.ui.test_browser import chromium_here, outside, pytestmark, tab

__all__ = ["chromium_here", "outside", "pytestmark", "tab"]
EXAMPLES = ROOT / "examples" / "journeys" / "ru"
ADDRESSES = {"viber": "anna==", "telegram": "1001", "messenger": "2400000000001", "whatsapp": "79000000001"}
BLANK: dict[str, Any] = {
    "directed": True,
    "multigraph": True,
    "graph": {"name": "Blank", "entry": {"api": True}},
    "nodes": [],
    "edges": [],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town")) as made:
        # Noon of a working day: at night marketing waits.
        made.freeze("2027-01-11T10:00:00Z")
        yield made


@pytest.fixture(scope="module")
def pages(place: Town) -> Iterator[str]:
    """Streamlit over the real API."""
    with streamlit_at(place.api.url, KEY) as url:
        yield url


def example(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def opened(place: Town, pages: str, tab: Page) -> str:
    """An empty board."""
    journey: str = place.call("POST", "/v1/journeys", json=BLANK)["id"]
    tab.set_viewport_size({"width": 1900, "height": 1060})
    tab.goto(f"{pages}/editor?id={journey}")
    expect(tab.get_by_test_id("canvas")).to_be_visible()
    return journey


def publish(tab: Page) -> None:
    expect(tab.get_by_test_id("saved")).to_have_attribute("data-saved", "true")
    tab.get_by_test_id("publish").click()
    tab.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(tab.get_by_text("Published. Contacts can enter now.")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "mouse", "channel", "first"),
    [
        ("retail-coupon-viber", True, "viber", "Anna"),
        ("bank-confirmation-whatsapp", False, "whatsapp", "подтвердите операцию"),
        # The others are drawn when asked for (-m "browser and soak"): half a minute each.
        *(
            pytest.param(*each, marks=pytest.mark.soak)
            for each in (
                ("retail-coupon-viber", False, "viber", "Anna"),
                ("bank-confirmation-whatsapp", True, "whatsapp", "подтвердите операцию"),
                ("school-timetable-telegram", True, "telegram", "Это школа № 12"),
                ("school-timetable-telegram", False, "telegram", "Это школа № 12"),
                ("shop-order-messenger", True, "messenger", "Тёплый дом"),
                ("shop-order-messenger", False, "messenger", "Тёплый дом"),
            )
        ),
    ],
)
def test_an_example_is_drawn_from_an_empty_board_published_and_passed(
    place: Town, pages: str, tab: Page, name: str, mouse: bool, channel: str, first: str
) -> None:
    meant, journey = example(name), opened(place, pages, tab)
    hands = Hands(tab, mouse=mouse)
    if mouse:
        hands.step_back("23%")
    hands.draw(meant)
    expect(tab.get_by_test_id("saved")).to_have_attribute("data-saved", "true")
    drawn = place.call("GET", f"/v1/journeys/{journey}/draft")["document"]
    assert list(plain(drawn, {})) == list(plain(meant, hands.ids))
    wrong = {
        ours["id"]: (ours["settings"], theirs["settings"])
        for ours, theirs in zip(drawn["nodes"], meant["nodes"], strict=True)
        if read_node({**ours, "id": "x"}) != read_node({**theirs, "id": "x"})
    }
    assert not wrong
    publish(tab)
    place.contact(name, channel, ADDRESSES[channel], attributes={"first_name": "Anna"})
    place.reply(ADDRESSES[channel], channel, text="Здравствуйте!")
    place.enroll(journey, name, properties={"amount": 990, "operation_id": "o1", "total": 2000})
    place.advance("PT1S")
    heard = place.heard(ADDRESSES[channel], channel)
    assert first in heard[-1]
    tab.goto(f"{pages}/journey?id={journey}")
    expect(tab.get_by_test_id("canvas").get_by_text("1 inside").first).to_be_visible()


@pytest.fixture
def hello(place: Town, pages: str, tab: Page) -> str:
    """A message and an end on the board."""
    document = {
        **BLANK,
        "nodes": [
            {"id": "hi", "kind": "send", "title": "Hello", "settings": {"text": "Hi"}, "x": 0, "y": 0},
            {"id": "end", "kind": "exit", "title": "The end", "settings": {"reason": "done"}, "x": 420, "y": 0},
        ],
        "edges": [{"source": "hi", "target": "end", "key": "sent"}],
    }
    journey: str = place.call("POST", "/v1/journeys", json=document)["id"]
    tab.set_viewport_size({"width": 1900, "height": 1060})
    tab.goto(f"{pages}/editor?id={journey}")
    expect(tab.get_by_test_id("step-hi")).to_be_visible()
    return journey


def kept(place: Town, tab: Page, journey: str) -> dict[str, Any]:
    """The draft on the server, once everything has reached it."""
    expect(tab.get_by_test_id("saved")).to_have_attribute("data-saved", "true")
    document: dict[str, Any] = place.call("GET", f"/v1/journeys/{journey}/draft")["document"]
    return document


def ways(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(edge["source"], edge["key"], edge["target"]) for edge in document["edges"]}


def test_a_step_is_put_in_between_copied_deleted_and_all_of_it_taken_back(place: Town, tab: Page, hello: str) -> None:
    hands = Hands(tab)
    way = tab.locator(".react-flow__edge").first.bounding_box()
    item = tab.get_by_test_id("palette-wait").bounding_box()
    assert way
    assert item
    hands.drag((item["x"] + 20, item["y"] + 12), (way["x"] + way["width"] / 2, way["y"] + way["height"] / 2))
    between = {("hi", "sent", "wait"), ("wait", "done", "end")}
    expect(tab.get_by_test_id("step-wait")).to_be_visible()
    assert ways(kept(place, tab, hello)) == between

    tab.get_by_test_id("canvas").locator('.react-flow__node[data-id="wait"]').focus()
    tab.keyboard.press("Control+c")
    tab.keyboard.press("Control+v")
    expect(tab.get_by_test_id("step-wait_2")).to_be_visible()
    tab.keyboard.press("Delete")
    expect(tab.get_by_test_id("step-wait_2")).to_have_count(0)
    tab.get_by_test_id("step-wait").click(position={"x": 60, "y": 20})
    tab.get_by_test_id("tool-delete").click()
    expect(tab.get_by_test_id("step-wait")).to_have_count(0)
    tab.get_by_test_id("toast").get_by_role("button", name="Close the gap").click()
    assert ways(kept(place, tab, hello)) == {("hi", "sent", "end")}
    tab.get_by_test_id("tool-undo").click()
    assert ways(kept(place, tab, hello)) == between
    tab.get_by_test_id("tool-redo").click()
    assert ways(kept(place, tab, hello)) == {("hi", "sent", "end")}


def test_a_button_is_led_on_from_the_card_by_an_answer_of_its_own(place: Town, tab: Page, hello: str) -> None:
    tab.get_by_test_id("step-hi").click(position={"x": 60, "y": 20})
    tab.get_by_test_id("add-buttons").click()
    tab.get_by_test_id("field-buttons.0.title").get_by_role("textbox").fill("Yes")
    handle = tab.locator('.buttons [data-handleid$="b1"]')
    expect(handle).to_be_visible()
    own = tab.get_by_test_id("exit-reply-b1")
    handle.hover()
    tab.mouse.down()
    tab.locator('[data-id="end"] .way-in').hover(force=True)
    tab.mouse.up()
    expect(own).to_have_attribute("data-led", "true")
    document = kept(place, tab, hello)
    assert {("hi", "sent", "reply"), ("reply", "b1", "end"), ("reply", "something_else", "end")} <= ways(document)
    reply = next(one for one in document["nodes"] if one["id"] == "reply")
    assert reply["settings"]["branches"] == [{"exit": "b1", "buttons": ["b1"]}]


def test_two_people_at_once_are_asked_whose_version_stays(place: Town, tab: Page, hello: str) -> None:
    tab.get_by_test_id("step-hi").click(position={"x": 60, "y": 20})
    draft = place.call("GET", f"/v1/journeys/{hello}/draft")
    theirs = json.loads(json.dumps(draft["document"]).replace("The end", "Their end"))
    place.call(
        "PUT", f"/v1/journeys/{hello}/draft", json={"document": theirs}, headers={"If-Match": str(draft["revision"])}
    )
    tab.get_by_role("textbox", name="Text", exact=True).fill("Mine")
    banner = tab.get_by_test_id("conflict")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="See the difference").click()
    expect(banner).to_contain_text("Title: mine The end · theirs Their end")
    banner.get_by_role("button", name="Keep mine").click()
    document = kept(place, tab, hello)
    assert [node["title"] for node in document["nodes"]] == ["Hello", "The end"]
    assert document["nodes"][0]["settings"]["text"] == "Mine"


def test_what_was_written_while_the_line_was_down_is_there_afterwards(place: Town, tab: Page, hello: str) -> None:
    tab.get_by_test_id("step-hi").click(position={"x": 60, "y": 20})
    tab.context.set_offline(True)
    text = tab.get_by_role("textbox", name="Text", exact=True)
    text.press("End")
    text.press_sequentially(" in the dark", delay=10)
    tab.wait_for_timeout(1000)
    tab.context.set_offline(False)
    assert kept(place, tab, hello)["nodes"][0]["settings"]["text"] == "Hi in the dark"
    text.fill("Written just before")
    tab.reload()
    expect(tab.get_by_test_id("step-hi")).to_be_visible()
    assert kept(place, tab, hello)["nodes"][0]["settings"]["text"] == "Written just before"


def test_with_keys_alone_the_focus_comes_back_from_wherever_it_was(tab: Page, hello: str) -> None:
    assert hello
    publish_ = tab.get_by_test_id("publish")
    publish_.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(publish_).to_be_focused()
    card = tab.locator('.react-flow__node[data-id="hi"]')
    card.press("Enter")
    tab.keyboard.press("Enter")
    expect(tab.get_by_test_id("panel").get_by_label("Title", exact=True).first).to_be_focused()
    for _back in ("to the card", "from the panel"):
        tab.keyboard.press("Escape")
        expect(card).to_be_focused()
    expect(tab.get_by_test_id("panel")).to_have_count(0)
    tab.keyboard.press("/")
    tab.keyboard.type("The end")
    tab.keyboard.press("Enter")
    expect(tab.locator('.react-flow__node[data-id="end"]')).to_be_focused()
    tab.get_by_test_id("journey-settings").press("Enter")
    expect(tab.get_by_test_id("panel")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_test_id("panel")).to_have_count(0)
    expect(tab.get_by_test_id("journey-settings")).to_be_focused()
