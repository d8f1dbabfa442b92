"""The pages in a real Chromium: a deep link first, a phone that answers, a step that is written; no call leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.ui.browsing import CHROMIUM, chromium, streamlit_over
from tests.ui.pretend_world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here"),
]


@pytest.fixture(scope="module")
def browsed() -> World:
    return World()


@pytest.fixture(scope="module")
def pages(browsed: World) -> Iterator[str]:
    """Streamlit over the pretend API."""
    with streamlit_over(browsed) as url:
        yield url


@pytest.fixture
def outside() -> list[str]:
    """Addresses that the page asked for outside this machine."""
    return []


@pytest.fixture(scope="module")
def chromium_here() -> Iterator[Browser]:
    """One browser for a module; each test has a profile of its own in it."""
    with chromium() as found:
        yield found


@pytest.fixture
def tab(chromium_here: Browser, outside: list[str]) -> Iterator[Page]:
    def heard(url: str) -> None:
        if "127.0.0.1" not in url and not url.startswith(("data:", "blob:")):
            outside.append(url)

    # Movements are drawn frame by frame by the processor: who asks for less of them gets the same pages sooner.
    looks: Any = {"locale": "en-GB", "reduced_motion": "reduce"}
    profile = chromium_here.new_context(viewport={"width": 1360, "height": 1000}, **looks)
    page = profile.new_page()
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page.on("request", lambda one: heard(one.url))
    yield page
    profile.close()


def test_the_first_deep_link_has_the_menu_and_stays_on_this_machine(pages: str, tab: Page, outside: list[str]) -> None:
    tab.goto(f"{pages}/journey?id=cart")
    expect(tab.get_by_role("heading", name="Abandoned cart")).to_be_visible()
    expect(tab.get_by_role("link", name="Journeys", exact=True)).to_be_visible()
    expect(tab.get_by_test_id("step-pause").get_by_text("1.2K entered")).to_be_visible()
    assert outside == []


def test_a_phone_shows_foreign_words_as_text_and_sends_what_is_pressed(pages: str, tab: Page, browsed: World) -> None:
    alerts: list[str] = []

    def seen(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", seen)
    tab.goto(f"{pages}/phones?contact=c0")
    expect(tab.get_by_text("<script>alert(1)</script>")).to_be_visible()
    tab.get_by_role("button", name="Yes, keep it").click()
    expect(tab.locator(".row.mine .bubble")).to_contain_text("yes")
    box = tab.get_by_placeholder("Write as this person")
    box.fill("<img src=x onerror=alert(2)>")
    box.press("Enter")
    expect(tab.locator(".row.mine .bubble").last).to_contain_text("<img src=x")
    assert [one["text"] for one in browsed.phones["telegram/1000"]["messages"][1:]] == [
        "yes",
        "<img src=x onerror=alert(2)>",
    ]
    assert alerts == []


def test_a_half_written_answer_survives_the_refresh(pages: str, tab: Page) -> None:
    tab.goto(f"{pages}/phones?contact=c0")
    box = tab.get_by_placeholder("Write as this person")
    box.press_sequentially("half a", delay=20)
    tab.wait_for_timeout(4500)
    box.press_sequentially(" word", delay=20)
    expect(box).to_have_value("half a word")


def test_an_answer_from_the_inbox_is_written_over_refreshes_and_sent_once_by_enter(
    pages: str, tab: Page, browsed: World
) -> None:
    tab.goto(f"{pages}/inbox?id=1")
    expect(tab.get_by_text("Do you have <b>two</b>?", exact=False).last).to_be_visible()
    box = tab.get_by_placeholder("Answer as a person")
    box.press_sequentially("Yes, ", delay=20)
    tab.wait_for_timeout(2500)
    box.press_sequentially("we do", delay=20)
    box.press("Enter")
    expect(tab.locator(".row.mine .bubble").last).to_contain_text("Yes, we do")
    assert [one["text"] for one in browsed.talks[0]["thread"] if one["by"] == "person"] == ["Yes, we do"]


def test_a_step_is_written_and_kept_over_a_visit_elsewhere(pages: str, tab: Page, browsed: World) -> None:
    tab.goto(f"{pages}/editor?id=hello")
    tab.get_by_test_id("step-hi").click()
    text = tab.get_by_role("textbox", name="Text", exact=True)
    text.fill("Good morning")
    tab.get_by_role("link", name="Contacts", exact=True).click()
    expect(tab.get_by_role("heading", name="Contacts")).to_be_visible()
    tab.wait_for_timeout(1500)
    expect(tab.get_by_role("heading", name="Contacts")).to_be_visible()
    tab.goto(f"{pages}/editor?id=hello")
    expect(tab.get_by_test_id("step-hi").get_by_text("Good morning")).to_be_visible()
    assert browsed.journeys["hello"]["document"]["nodes"][0]["settings"]["text"] == "Good morning"


def test_an_action_from_a_dialog_does_not_break_the_page(pages: str, tab: Page, browsed: World) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda one: errors.append(str(one)))
    tab.goto(f"{pages}/journeys")
    tab.get_by_role("button", name="New journey").click()
    tab.get_by_role("button", name="Take it").last.click()
    expect(tab.get_by_text("The journey is created.")).to_be_visible()
    expect(tab.get_by_test_id("journey-settings")).to_be_visible()
    assert errors == []
