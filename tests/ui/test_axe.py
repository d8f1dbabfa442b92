"""Every page as axe sees it, in light English and in dark Russian: WCAG A and AA."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.browsing import CHROMIUM, chromium, streamlit_over
from tests.ui.pretend_world import World
from tests.ui.test_pages import PAGES
from ui.drafts import broadcast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here"),
]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """async (menu) => {
    const only = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
    const found = await axe.run(document, {runOnly: only, resultTypes: ['violations']})
    for (const one of found.violations) for (const node of one.nodes) {
        const [place] = node.target
        node.inMenu = typeof place === 'string' && Boolean(document.querySelector(place)?.closest(menu))
    }
    return found
}"""
LOOKS = [("light", "en"), ("dark", "ru")]
#: Streamlit 1.67 draws the menu itself, its sections as div in ul: no page can mend that.
MENU = '[data-testid="stSidebarNavItems"]'
OF_THE_MENU = ("list", "listitem")


@pytest.fixture(scope="module")
def world() -> World:
    made = World()
    message = {"category": "marketing", "text": "Hello"}
    made.add("news", broadcast("News", "FREQ=DAILY;BYHOUR=10", "loyal", "Europe/Moscow", message), status="live")
    return made


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[str]:
    with streamlit_over(world) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=LOOKS, ids=["-".join(look) for look in LOOKS])
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """One tab for all pages in one look."""
    scheme, lang = request.param
    tab = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme=scheme, reduced_motion="reduce")
    tab.set_default_timeout(60_000)
    yield tab, lang
    tab.close()


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(pages: str, look: tuple[Page, str], page: str) -> None:
    tab, lang = look
    query = "&".join(f"{name}={value}" for name, value in {**PAGES[page], "lang": lang}.items())
    tab.goto(f"{pages}/{'' if page == 'home' else page}?{query}")
    expect(tab.get_by_test_id("stHeading").first).to_be_visible(timeout=60_000)
    expect(tab.locator('[data-test-script-state="notRunning"]').first).to_be_attached(timeout=60_000)
    expect(tab.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=60_000)
    tab.evaluate(AXE)
    assert faults(tab.evaluate(RUN, MENU)) == []


def faults(found: Any) -> list[str]:
    """What axe found besides the menu's own."""
    return [
        f"{one['id']}: {node['html'][:200]} {said(node)}"
        for one in found["violations"]
        for node in one["nodes"]
        if not (node["inMenu"] and one["id"] in OF_THE_MENU)
    ]


def said(node: Any) -> str:
    """What axe says about an element."""
    return " ".join(str(each["message"]) for each in (*node["any"], *node["all"], *node["none"]))[:300]
