"""How smoothly a journey of 500 steps is drawn: frames of the real canvas in headless Chromium, by what a hand does.

`python -m bench.canvas [STEPS]`. `frames` are the pauses between animation frames as the page sees them; beside them
stands the processor time that the page's main thread took from one frame to the next, which others on the machine do
not lengthen as they do the pauses, and what it went to. There is no graphics card in it. Nothing is asserted.
"""

from __future__ import annotations

import bisect
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.town import KEY, town
from tests.ui.browsing import chromium, streamlit_at

Json = dict[str, Any]
STEPS = 500
#: Steps in a row of the drawing, and how far apart they stand.
ROW, STEP_X, STEP_Y = 25, 350, 300
WORDS = "We keep your order until the evening, shall we send it?"
#: Counts frames while it is asked to.
WATCH = """() => {
  const seen = window.frames_seen = []
  let last = performance.now()
  const next = (now) => { seen.push(now - last); last = now; window.watching = requestAnimationFrame(next) }
  window.watching = requestAnimationFrame((now) => { last = now; window.watching = requestAnimationFrame(next) })
}"""
STOP = "() => { cancelAnimationFrame(window.watching); return window.frames_seen }"
#: What a browser traces of a frame, by what it is called here.
PARTS = {
    "script": ("FunctionCall", "TimerFire", "FireAnimationFrame"),
    "layout": ("Layout", "UpdateLayoutTree"),
    "paint": ("Paint", "PrePaint", "Layerize", "Commit"),
    "hit": ("HitTest",),
}
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
FRAME = "Commit"
HEAD = f"{'milliseconds':<26}{'frames: p50':>12} {'p95':>7} {'max':>7} {'processor: p50':>16} {'p95':>7} {'max':>7}"


def journey(steps: int = STEPS) -> Json:
    """A journey of so many steps: rounds of a message with buttons, its answer, a wait, an update and a condition."""
    nodes: list[Json] = []
    edges: list[Json] = []
    for number in range(steps - 1):
        kind, settings, exits = _step(number)
        place = {"x": number % ROW * STEP_X, "y": number // ROW * STEP_Y + number % 3 * 40}
        nodes.append({"id": f"s{number}", "kind": kind, "title": "", "settings": settings, **place})
        edges += [{"source": f"s{number}", "key": one, "target": f"s{number + 1}"} for one in exits]
    end = {"x": 0, "y": (steps // ROW + 1) * STEP_Y}
    nodes.append({"id": f"s{steps - 1}", "kind": "exit", "title": "", "settings": {"reason": "done"}, **end})
    graph = {"name": f"{steps} steps", "entry": {"api": True}, "start": "s0"}
    return {"directed": True, "multigraph": True, "graph": graph, "nodes": nodes, "edges": edges}


def _step(number: int) -> tuple[str, Json, tuple[str, ...]]:
    buttons = [{"id": f"yes{number}", "title": "Yes, please"}, {"id": f"no{number}", "title": "Not now"}]
    branches = [{"exit": name, "buttons": [f"{name}{number - 1}"]} for name in ("yes", "no")]
    return (
        ("send", {"text": WORDS, "category": "service", "buttons": buttons}, ("sent",)),
        ("reply", {"branches": branches, "patience": "P1D"}, ("yes", "no", "something_else", "no_answer")),
        ("wait", {"for": "P1D"}, ("done",)),
        ("update", {"set": {"stage": str(number)}}, ("done",)),
        (
            "condition",
            {"branches": [{"exit": "big", "rule": {"attribute": "total", "is": "more", "value": number}}]},
            ("big", "otherwise"),
        ),
    )[number % 5]


@dataclass(frozen=True, slots=True)
class Frames:
    """What was seen while one thing was done, in milliseconds."""

    name: str
    pauses: list[float]
    #: Processor time of the main thread, frame by frame.
    taken: list[float]
    #: The same by what it went to, per frame on average.
    parts: dict[str, float]

    def line(self) -> str:
        parts = ", ".join(f"{name} {value:.1f}" for name, value in self.parts.items())
        return f"{self.name:<26}{_three(self.pauses, 12)} {_three(self.taken, 16)}   {parts}"


def _three(values: list[float], width: int) -> str:
    ordered = sorted(values) or [0.0]
    p95 = ordered[int((len(ordered) - 1) * 0.95)]
    return f"{statistics.median(ordered):{width}.1f} {p95:7.1f} {ordered[-1]:7.1f}"


def read_trace(name: str, pauses: list[float], events: list[Json]) -> Frames:
    """The main thread's frames out of a browser's trace."""
    named = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one.get("name") == "thread_name"}
    by_thread: dict[tuple[int, int], list[Json]] = {}
    for one in events:
        where = (one["pid"], one["tid"])
        if one.get("ph") == "X" and named.get(where) == "CrRendererMain":
            by_thread.setdefault(where, []).append(one)
    main = max(by_thread.values(), key=lambda all_of: sum(one["name"] == FRAME for one in all_of))
    ends = sorted(one["ts"] for one in main if one["name"] == FRAME)
    taken = [0.0] * (len(ends) + 1)
    spent = dict.fromkeys(PARTS, 0.0)
    for one in main:
        cost = one.get("tdur", 0) / 1000
        if one["name"] == "RunTask":
            taken[bisect.bisect(ends, one["ts"])] += cost
        for part, names in PARTS.items():
            spent[part] += cost if one["name"] in names else 0
    return Frames(name, pauses, taken, {part: cost / len(taken) for part, cost in spent.items()})


class Hand:
    """Does things on the canvas and watches the frames."""

    def __init__(self, browser: Browser, tab: Page) -> None:
        self.browser, self.tab = browser, tab
        box = tab.get_by_test_id("canvas").locator(".react-flow").bounding_box()
        assert box
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def watch(self, name: str, do: Callable[[], None]) -> Frames:
        """The frames while it is done."""
        self.tab.wait_for_timeout(800)
        self.browser.start_tracing(page=self.tab, categories=TRACED)
        self.tab.evaluate(WATCH)
        do()
        pauses: list[float] = self.tab.evaluate(STOP)
        return read_trace(name, pauses, json.loads(self.browser.stop_tracing())["traceEvents"])

    def pan(self) -> None:
        """To the left and back, the pointer pressed on a bare place."""
        x, y = self._bare()
        mouse = self.tab.mouse
        mouse.move(x, y)
        mouse.down()
        for number in range(60):
            mouse.move(x - (number if number < 30 else 60 - number) * 8, y + number % 20)
        mouse.up()

    def zoom(self) -> None:
        """Out and in again with the wheel."""
        self.tab.mouse.move(*self.middle)
        for number in range(40):
            self.tab.mouse.wheel(0, 60 if number < 20 else -60)
            self.tab.wait_for_timeout(16)

    def drag(self) -> None:
        """A card round its place."""
        card = self._card()
        x, y = card["x"] + card["width"] * 0.4, card["y"] + card["height"] * 0.15
        mouse = self.tab.mouse
        mouse.move(x, y)
        mouse.down()
        for number in range(60):
            mouse.move(x + number % 40 * 3, y + number % 30 * 3)
        mouse.up()

    def choose(self) -> None:
        """A card and another, by turns."""
        for _time in range(6):
            for card in self._cards()[:2]:
                self.tab.mouse.click(card["x"] + card["width"] * 0.4, card["y"] + card["height"] * 0.15)

    def write(self) -> None:
        """A message in the panel, letter by letter; what is written is saved and checked meanwhile."""
        self.tab.get_by_test_id("panel").get_by_role("textbox", name="Text", exact=True).press_sequentially(
            WORDS, delay=30
        )

    def _cards(self) -> list[Json]:
        whole = self.tab.get_by_test_id("canvas").locator(".react-flow").bounding_box()
        assert whole
        right, bottom = whole["x"] + whole["width"], whole["y"] + whole["height"]
        found: list[Json] = self.tab.locator(".react-flow__node-step").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().toJSON())"
        )
        inside = [one for one in found if one["x"] > whole["x"] and one["y"] > whole["y"]]
        return [one for one in inside if one["right"] < right - 200 and one["bottom"] < bottom - 150]

    def _card(self) -> Json:
        cards = self._cards()
        return cards[len(cards) // 2]

    def _bare(self) -> tuple[float, float]:
        place: list[float] = (
            self.tab.get_by_test_id("canvas")
            .locator(".react-flow")
            .evaluate(
                """board => {
                const box = board.getBoundingClientRect(), root = board.getRootNode()
                for (let y = box.top + 40; y < box.bottom - 40; y += 7)
                  for (let x = box.left + box.width * .6; x < box.right - 220; x += 7)
                    if (root.elementFromPoint(x, y)?.classList.contains("react-flow__pane")) return [x, y]
                throw new Error("no bare place")
            }"""
            )
        )
        return place[0], place[1]


def look(browser: Browser, tab: Page) -> Iterator[Frames]:
    """Everything that is measured, near and from afar."""
    hand = Hand(browser, tab)
    yield hand.watch("near: pan", hand.pan)
    yield hand.watch("near: drag a card", hand.drag)
    yield hand.watch("near: choose cards", hand.choose)
    first = tab.locator('.react-flow__node[data-id="s0"]')
    first.focus()
    first.press("Enter")
    yield hand.watch("near: write", hand.write)
    tab.keyboard.press("Escape")
    tab.get_by_test_id("tool-fit").click()
    tab.wait_for_timeout(1500)
    yield hand.watch("all in sight: pan", hand.pan)
    yield hand.watch("all in sight: drag a card", hand.drag)
    yield hand.watch("wheel out and in", hand.zoom)


def main(steps: int = STEPS) -> int:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as home, town(Path(home)) as place:
        made = place.call("POST", "/v1/journeys", json=journey(steps))["id"]
        with streamlit_at(place.api.url, KEY) as url, chromium() as browser:
            tab = browser.new_page(viewport={"width": 1600, "height": 1000})
            tab.set_default_timeout(60_000)
            tab.goto(f"{url}/editor?id={made}&lang=en")
            tab.get_by_test_id("step-s0").wait_for()
            tab.wait_for_timeout(3000)
            print(HEAD)
            for one in look(browser, tab):
                print(one.line(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*(int(word) for word in sys.argv[1:])))
