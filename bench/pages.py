"""Every page over 1,000 journeys and 1,000,000 contacts: the API's calls that it makes, and the page in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from pydantic import SecretStr

from api.app import create_app
from bench.crowd import Crowd, plant
from bench.places import Places, places
from bench.results import Results
from engine.boot import open_project
from engine.processes import pages as ui_of
from engine.settings import Settings
from sandbox.world import create_app as create_world
from tests.ports import free_port
from tests.town import KEY, WORLD_KEY, Served
from tests.ui.browsing import CHROMIUM, FLAGS, wait

#: (journeys, contacts)
QUICK, FULL = (1_000, 200_000), (1_000, 1_000_000)
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def run(results: Results) -> None:
    """Measure all pages on both databases."""
    if not CHROMIUM:
        raise RuntimeError("no Chromium here: apt-get install chromium")
    for kind in results.kinds:
        with places(kind) as room:
            _kind(results, kind, room)


def _kind(results: Results, kind: str, room: Places) -> None:
    journeys, contacts = FULL if results.full else QUICK
    with room.fresh() as (url, home), served(home, url) as place:
        began = time.perf_counter()
        crowd = plant(place.project, journeys, contacts)
        print(f"    {kind}: planted in {time.perf_counter() - began:.0f} s", flush=True)
        with opened(place) as page:
            slowest = [_page(results, kind, place, page, name, path) for name, path in addresses(crowd).items()]
        results.add(f"{kind}, {contacts:,} contacts: slowest call of a page", 1000 * max(slowest), "ms", "< 500")


def _page(results: Results, kind: str, place: Place, page: Page, name: str, path: str) -> float:
    """Open a page the second time, as somebody who works with it does: its slowest call in seconds."""
    for _ in range(2):
        place.calls.clear()
        began = time.perf_counter()
        page.goto(f"{place.ui}/{path}{'&' if '?' in path else '?'}lang=en")
        page.wait_for_selector(READY, timeout=120_000)
        page.wait_for_selector("h1, iframe", timeout=120_000)
        seconds = time.perf_counter() - began
    results.add(f"{kind}: page {name} of 1,000 journeys", seconds, "s", "< 2")
    for took, what in sorted(place.calls, reverse=True):
        print(f"      {1000 * took:8,.0f} ms  {what}", flush=True)
    return max((took for took, _ in place.calls), default=0.0)


def addresses(crowd: Crowd) -> dict[str, str]:
    """Where each page is."""
    return {
        "Home": "",
        "Journeys": "journeys",
        "Broadcasts": "broadcasts",
        "Journey": f"journey?id={crowd.journey}",
        "Editor": f"editor?id={crowd.journey}",
        "Rehearsal": f"rehearsal?id={crowd.journey}",
        "Templates": "templates",
        "Funnel": f"funnel?journey={crowd.journey}",
        "Contacts": "contacts",
        "Contact": f"contact?id={crowd.contact}",
        "Segments": "segments",
        "Segment": f"segment?id={crowd.segment}",
        "Inbox": "inbox",
        "Links": "links",
        "Channels": "channels",
        "Phones": f"phones?contact={crowd.contact}",
        "Settings": "settings",
    }


@dataclass(slots=True)
class Place:
    """An API and its pages; every call of the API is written down as (seconds, what was asked)."""

    project: Any
    ui: str
    calls: list[tuple[float, str]] = field(default_factory=list)


class Timed:
    """An ASGI app that writes down how long each call took."""

    def __init__(self, app: Any, note: Callable[[float, str], None]) -> None:
        self.app, self.note = app, note

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began = time.perf_counter()
        await self.app(scope, receive, send)
        if scope["type"] == "http":
            query = scope["query_string"].decode()
            what = f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")
            self.note(time.perf_counter() - began, what)


@contextmanager
def served(home: Path, url: str) -> Iterator[Place]:
    """The world, the API and the pages over a database."""
    world = Served(lambda _: create_world(data=":memory:", key=WORLD_KEY))
    settings = Settings(
        home=home / "home", database=url, sandbox=True, sandbox_url=world.url, sandbox_key=SecretStr(WORLD_KEY),
        bootstrap_key=SecretStr(KEY), prefect=False, ui_port=free_port(),
    )  # fmt: skip
    project = open_project(settings)
    place = Place(project, f"http://127.0.0.1:{settings.ui_port}")

    def app(address: str) -> Any:
        made = create_app(settings.model_copy(update={"public_url": address}), project)
        return Timed(made, lambda took, what: place.calls.append((took, what)))

    api = Served(app)
    child = ui_of(settings)
    environment = {**os.environ, **child.environment, "TROPA_API_URL": api.url, "TROPA_UI_KEY": KEY}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *child.command[1:]], env=environment, stdout=quiet, stderr=quiet)
    try:
        wait(f"{place.ui}/_stcore/health")
        yield place
    finally:
        process.kill()
        process.wait()
        api.stop()
        world.stop()
        project.database.close()


@contextmanager
def opened(place: Place) -> Iterator[Page]:
    """A browser's window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        browser.close()
