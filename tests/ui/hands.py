"""Somebody who draws a journey on the canvas in a browser, by mouse or by the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from journeys.graph import ENTRIES
from nodes.wait import MEANINGS

Json = Mapping[str, Any]
#: Where steps are dropped: so many in a row, so far apart on the screen, and so far from the board's edge that it does
#: not move along when a way is drawn there.
COLUMNS, STEP_X, STEP_Y, MARGIN = 7, 118, 128, 110


class Hands:
    """Draws on the canvas that is open in the tab."""

    def __init__(self, tab: Page, *, mouse: bool = True) -> None:
        self.tab, self.mouse = tab, mouse
        self.canvas, self.panel = tab.get_by_test_id("canvas"), tab.get_by_test_id("panel")
        #: Ids that the canvas gave, by those of the document that is drawn.
        self.ids: dict[str, str] = {}

    def draw(self, document: Json) -> None:
        """The whole journey, from an empty board."""
        self.press(self.tab.get_by_test_id("journey-settings"))
        self.fill_all(document["graph"], "", ENTRIES)
        for place, node in enumerate(document["nodes"]):
            self.add(node, place)
        for edge in document["edges"]:
            self.connect(self.ids[edge["source"]], edge["key"], self.ids[edge["target"]])

    def add(self, node: Json, place: int) -> None:
        """One step with its title and settings."""
        before = set(self.steps())
        if self.mouse:
            self._drop(node["kind"], place)
        else:
            self.palette(node["kind"])
        expect(self.canvas.locator(".step")).to_have_count(len(before) + 1)
        (self.ids[node["id"]],) = set(self.steps()) - before
        expect(self.panel.get_by_text(f"Id: {self.ids[node['id']]}", exact=True)).to_be_visible()
        if node.get("title"):
            self.write(self.panel.get_by_label("Title", exact=True).first, node["title"])
        self.fill_all(node["settings"], "", MEANINGS)

    def step_back(self, zoom: str) -> None:
        """Until the board is so small that everything has its place on it."""
        shown = self.tab.get_by_test_id("zoom")
        for _smaller in range(8):
            self.tab.get_by_test_id("tool-zoom-out").click()
        expect(shown).to_have_text(zoom)

    def steps(self) -> list[str]:
        found: list[str] = self.canvas.locator(".react-flow__node-step").evaluate_all(
            "all => all.map(one => one.dataset.id)"
        )
        return found

    def palette(self, kind: str) -> None:
        """Adds a step with the keyboard: its place in the palette takes the focus, Enter adds it."""
        self.tab.get_by_test_id(f"palette-{kind}").press("Enter")

    def _drop(self, kind: str, place: int) -> None:
        board = self.canvas.locator(".react-flow").bounding_box()
        item = self.tab.get_by_test_id(f"palette-{kind}").bounding_box()
        assert board
        assert item
        x = board["x"] + MARGIN + place % COLUMNS * STEP_X
        y = board["y"] + MARGIN + place // COLUMNS * STEP_Y
        self.drag((item["x"] + 20, item["y"] + 12), (x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.tab.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 9, start[1] + 3)
        mouse.move(*end, steps=3)
        mouse.up()

    def connect(self, source: str, exit_: str, target: str) -> None:
        """Leads an exit to a step: from handle to handle, or with the list in the panel."""
        led = self.canvas.locator(f'[data-testid="exit-{source}-{exit_}"][data-led="true"]')
        if not self.mouse:
            self.choose(source)
            steps = self.panel.get_by_test_id(f"next-{exit_}")
            steps.focus()
            steps.select_option(target)
        else:
            self._lead(source, exit_, target)
        expect(led).to_have_count(1)

    def _lead(self, source: str, exit_: str, target: str) -> None:
        """From handle to handle; a card that still grows is waited for, as by somebody who looks where they press."""
        begin = self.canvas.locator(f'.react-flow__node[data-id="{source}"] [data-handleid="{exit_}"]')
        begin.hover()
        self.tab.mouse.down()
        self.canvas.locator(f'.react-flow__node[data-id="{target}"] .way-in').hover(force=True)
        self.tab.mouse.up()

    def choose(self, step: str) -> None:
        node = self.canvas.locator(f'.react-flow__node[data-id="{step}"]')
        node.focus()
        if "selected" not in (node.get_attribute("class") or ""):
            node.press("Enter")
        expect(self.panel.get_by_text(f"Id: {step}", exact=True)).to_be_visible()

    # Forms

    def fill_all(self, settings: Json, path: str, told: Sequence[Any] = ()) -> None:
        """Every setting of an object; one of several meanings is chosen first."""
        meanings = self.panel.get_by_test_id(f"meaning-{path}")
        if told and meanings.count():
            meanings.select_option(_meaning(told, settings))
        for name, value in settings.items():
            if value is not True or not told or self.panel.get_by_test_id(f"field-{_at(path, name)}").count():
                self.fill(_at(path, name), value)

    def fill(self, path: str, value: Any) -> None:
        """One setting, whatever its widget."""
        box = self.panel.get_by_test_id(f"field-{path}")
        self._unfold(box)
        rows = box.get_by_test_id(f"rows-{path}")
        if rows.count() and isinstance(value, list):
            self._rows(rows, path, value)
        elif box.locator("> .rule").count():
            self._rule(box, value)
        elif box.locator("> fieldset.clocks").count():
            self._clocks(box, value)
        elif box.locator("> .pills").count():
            self._pills(box, value)
        elif box.locator(".chips").count():
            self.words(box.locator(".chips input"), value)
        elif isinstance(value, Mapping):
            self._object(box, path, value)
        else:
            self._plain(box, value)

    def _unfold(self, box: Locator) -> None:
        for fold in reversed(box.locator("xpath=ancestor::details[not(@open)]").all()):
            self.press(fold.locator("> summary"))

    def _rows(self, rows: Locator, path: str, value: Sequence[Any]) -> None:
        here = rows.locator("> .box")
        for extra in range(here.count(), len(value), -1):
            self.press(here.nth(extra - 1).locator("> .tools").get_by_role("button", name="Remove"))
        for _more in range(here.count(), len(value)):
            self.press(rows.get_by_test_id(f"add-{path}").last)
        expect(here).to_have_count(len(value))
        for place, row in enumerate(value):
            keywords = self.panel.get_by_test_id(f"field-{path}.{place}.keywords").locator(".chips input")
            if "keywords" not in row and keywords.count():
                # What a new step begins with and this one does not have.
                self.words(keywords, ())
            self.fill_all(row, f"{path}.{place}", ENTRIES if path == "entry" else ())

    def _rule(self, box: Locator, rule: Json) -> None:
        if not box.get_by_test_id("condition").count():
            self.press(box.get_by_role("button", name="Add a condition"))
        line = box.get_by_test_id("condition")
        self.write(line.get_by_label("Attribute", exact=True), rule["attribute"])
        line.get_by_label("Is", exact=True).select_option(rule["is"])
        self.write(line.get_by_label("Value", exact=True), json.dumps(rule["value"]))

    def _clocks(self, box: Locator, value: Sequence[str]) -> None:
        box.get_by_role("switch").press(" ")
        box.get_by_label("From", exact=True).fill(value[0])
        box.get_by_label("Until", exact=True).fill(value[1])

    def _pills(self, box: Locator, value: Any) -> None:
        if value == "auto":
            return
        for each in value if isinstance(value, list) else [value]:
            shown = {"whatsapp": "WhatsApp"}.get(each, each.title())
            button = box.get_by_role("button", name=shown, exact=True)
            if button.get_attribute("aria-pressed") != "true":
                self.press(button)

    def words(self, line: Locator, value: Sequence[str]) -> None:
        for _old in range(line.locator("xpath=../span").count()):
            line.press("Backspace")
        for word in value:
            line.fill(word)
            line.press("Enter")

    def _object(self, box: Locator, path: str, value: Json) -> None:
        switch = box.locator("> .rows > .flag").get_by_role("switch")
        offers = box.locator("> .rows > .offers button")
        if switch.count():
            if not switch.is_checked():
                switch.press(" ")
            self.fill_all(value, path)
        elif offers.count():
            for name, inner in value.items():
                self.press(offers.filter(has_text={"whatsapp": "WhatsApp"}.get(name, name.title())))
                self.fill_all(inner, f"{path}.{name}")
        elif box.get_by_label("New name", exact=True).count():
            for name, inner in value.items():
                fresh = box.get_by_label("New name", exact=True)
                fresh.fill(name)
                fresh.press("Enter")
                self.write(box.get_by_label(name, exact=True), _typed(inner))
        elif "skip_if_later_than" in value:
            box.get_by_role("combobox").select_option("skip")
            self._plain(box, value["skip_if_later_than"])
        else:
            self.fill_all(value, path)

    def _plain(self, box: Locator, value: Any) -> None:
        control = box.locator("input:not([type=checkbox]), textarea, select").last
        if control.evaluate("one => one.localName") == "select":
            control.select_option(str(value))
            return
        self.write(control, str(value))

    def write(self, control: Locator, text: str) -> None:
        """Types over what stands there, and leaves by Enter where that means «done»."""
        control.fill(text)
        if control.evaluate("one => one.localName") == "input":
            control.press("Enter")

    def press(self, control: Locator) -> None:
        if self.mouse:
            control.click()
        else:
            control.press("Enter")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _meaning(told: Sequence[Any], settings: Json) -> str:
    def has(name: str) -> bool:
        return settings.get(name) not in (None, False)

    fits = [(len(begins), name) for name, _title, _own, begins in told if all(map(has, begins))]
    fits += [(0, name) for name, _title, own, _begins in told if any(map(has, own.split()))]
    return str(max(fits)[1])


def plain(document: Json, ids: Mapping[str, str]) -> Iterator[Any]:
    """What a document says, apart from places and ids: to compare what was drawn with what was meant."""
    for node in document["nodes"]:
        yield ids.get(node["id"], node["id"]), node["kind"], node.get("title") or ""
    yield sorted(
        (ids.get(e["source"], e["source"]), e["key"], ids.get(e["target"], e["target"])) for e in document["edges"]
    )
