"""Journeys drawn in a real Chromium from an empty board, on the real product: published, and a contact passes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journeys.graph import read_node
from tests.town import KEY, Town, town
from tests.ui.hands import Hands, plain
from tests.ui.test_browser import ROOT, free_port, outside, pytestmark, tab, wait

__all__ = ["outside", "pytestmark", "tab"]
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
        yield made


@pytest.fixture(scope="module")
def pages(place: Town) -> Iterator[str]:
    """Streamlit over the real API."""
    port = free_port()
    env = {**os.environ, "TROPA_API_URL": place.api.url, "TROPA_UI_KEY": KEY, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        wait(f"{url}/_stcore/health")
        yield url
        process.terminate()


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
        ("school-timetable-telegram", True, "telegram", "Это школа № 12"),
        ("shop-order-messenger", True, "messenger", "Тёплый дом"),
        ("bank-confirmation-whatsapp", False, "whatsapp", "подтвердите операцию"),
    ],
)
def test_an_example_is_drawn_from_an_empty_board_published_and_passed(
    place: Town, pages: str, tab: Page, name: str, mouse: bool, channel: str, first: str
) -> None:
    meant, journey = example(name), opened(place, pages, tab)
    hands = Hands(tab, mouse=mouse)
    for _smaller in range(8 if mouse else 0):
        tab.get_by_test_id("tool-zoom-out").click()
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
