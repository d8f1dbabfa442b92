"""Every page as axe sees it, in light English and in dark Russian: WCAG A and AA."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.ui.browsing import CHROMIUM, FLAGS, streamlit_over
from tests.ui.pretend_world import World
from tests.ui.test_pages import PAGES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here"),
]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']})"
LOOKS = [("light", "en"), ("dark", "ru")]
#: What Streamlit 1.67 draws itself and no page can mend: (rule, a part of the element's markup, why).
STREAMLIT = (
    ("list", 'data-testid="stSidebarNavItems"', "the menu's sections are div in ul"),
    ("listitem", "<li", "the menu's items stand in a div of their section"),
)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[str]:
    with streamlit_over(world) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        found = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module", params=LOOKS, ids=["-".join(look) for look in LOOKS])
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """One tab for all pages in one look."""
    scheme, lang = request.param
    tab = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme=scheme)
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
    assert faults(tab.evaluate(RUN)) == []


def faults(found: Any) -> list[str]:
    """What axe found besides what is Streamlit's own."""
    return [
        f"{one['id']}: {node['html'][:200]} {said(node)}"
        for one in found["violations"]
        for node in one["nodes"]
        if not any(rule == one["id"] and part in node["html"] for rule, part, _why in STREAMLIT)
    ]


def said(node: Any) -> str:
    """What axe says about an element."""
    return " ".join(str(each["message"]) for each in (*node["any"], *node["all"], *node["none"]))[:300]
