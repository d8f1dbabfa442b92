"""The words of the pages: extracted, translated, compiled; and what the API says is known in Russian."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from channels.answers import Trouble
from engine.answers import REASONS
from journeys.graph import Settings
from nodes import registry
from tests.ui.conftest import canvas, opened
from ui.canvas.terms import MANUALS
from ui.events import ROUTES
from ui.language import LOCALE, pick
from ui.said import _patterns, said
from ui.words import KIND, REASON

UI = LOCALE.parent
RUSSIAN = LOCALE / "ru" / "LC_MESSAGES"
CALLS = {"_", "N_", "ngettext"}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ru")


def texts(of: Catalog) -> set[Any]:
    return {one.id if isinstance(one.id, str) else tuple(one.id) for one in of if one.id}


def messages() -> Iterator[Message]:
    return (one for one in catalogue(RUSSIAN / "ui.po") if one.id)


def test_the_template_holds_what_the_pages_say(tmp_path: Path) -> None:
    made = tmp_path / "ui.pot"
    keywords = ["-k", "_", "-k", "N_", "-k", "ngettext:1,2"]
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        str(LOCALE / "babel.cfg"),
        *keywords,
    ]
    subprocess.run([*command, "-o", str(made), "ui"], check=True, cwd=UI.parent, capture_output=True)
    assert texts(catalogue(made)) == texts(catalogue(LOCALE / "ui.pot"))


def test_every_text_has_russian() -> None:
    assert texts(catalogue(RUSSIAN / "ui.po")) == texts(catalogue(LOCALE / "ui.pot"))
    unsaid = [
        one.id
        for one in messages()
        if one.fuzzy or not all(one.string if isinstance(one.string, tuple) else [one.string])
    ]
    assert not unsaid


def test_every_setting_is_called_something_in_russian() -> None:
    """Titles, hints and meanings come from the API in English; a catalogue that does not know one shows it so."""
    known = texts(catalogue(RUSSIAN / "ui.po"))
    schemas = [kind.model_json_schema() for kind in registry().values()] + [Settings.model_json_schema()]
    said = set()
    for schema in schemas:
        for owner in (schema, *schema.get("$defs", {}).values()):
            said |= {one["title"] for one in owner.get("meanings", ())}
            for one in owner.get("properties", {}).values():
                said |= {one.get("title"), one.get("description")}
    assert not {one for one in said if one and one not in known}


def test_russian_keeps_the_holes() -> None:
    wrong = []
    for one in messages():
        holes = set(_holes(forms(one.id)[0]))
        wrong += [one.id for string in forms(one.string) if set(_holes(string)) != holes]
    assert not wrong


def _holes(text: str) -> list[str]:
    return re.findall(r"(?<!\{)\{(\w+)\}", text)


def forms(text: Any) -> list[str]:
    """A text's plural forms; the text alone when it has none."""
    return [text] if isinstance(text, str) else list(text)


def test_plurals_have_three_forms() -> None:
    assert {len(forms(one.string)) for one in messages() if not isinstance(one.id, str)} == {3}


def test_the_compiled_catalogue_is_the_written_one() -> None:
    made = io.BytesIO()
    written = catalogue(RUSSIAN / "ui.po")
    written.fuzzy = False
    write_mo(made, written)
    assert made.getvalue() == (RUSSIAN / "ui.mo").read_bytes()


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: str(path.relative_to(UI)))
def test_texts_can_be_extracted(path: Path) -> None:
    """Babel does not look into f-strings before Python 3.12, nor at texts that are put together."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    hidden = [call.args[0] for string in inside for call in ast.walk(string) if _says(call)]
    assert not [one.value for one in hidden if isinstance(one, ast.Constant)]


def _says(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and bool(node.args)


def test_no_page_translates_at_import() -> None:
    """A text translated once would keep the language of the first visitor."""
    early = []
    for path in sorted(UI.rglob("*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue
            calls = [
                node for node in ast.walk(statement) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            early += [
                f"{path.name}:{call.lineno}"
                for call in calls
                if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
            ]
    assert not early


def settings_words() -> set[str]:
    """Titles and hints of every setting of every kind of step."""
    found: set[str] = set()

    def look(schema: Any) -> None:
        for one in (schema.get("properties") or {}).values():
            found.update(str(one[name]) for name in ("title", "description") if isinstance(one.get(name), str))

    for node in registry().values():
        schema = node.model_json_schema(by_alias=True)
        look(schema)
        for inner in (schema.get("$defs") or {}).values():
            look(inner)
    return found


def test_every_setting_is_named_in_russian() -> None:
    known = {one.id: one.string for one in messages()}
    assert not sorted(word for word in settings_words() if not known.get(word))


def test_every_kind_of_step_has_a_name_a_manual_and_russian() -> None:
    known = {one.id for one in messages()}
    for kind in registry():
        assert KIND[kind].text in known
        assert MANUALS[kind] in known


@pytest.mark.parametrize(
    ("session", "query", "browser", "expected"),
    [
        ("ru", "en", "en-US", "ru"),
        (None, "ru", "en-US", "ru"),
        (None, None, "ru-RU", "ru"),
        (None, None, "de-DE", "en"),
        (None, "xx", "ru", "ru"),
        (None, None, None, "en"),
        ("RU_ru", None, None, "ru"),
    ],
)
def test_the_language_is_picked_in_order(
    session: str | None, query: str | None, browser: str | None, expected: str
) -> None:
    assert pick(session, query, browser) == expected


def test_what_the_api_says_is_said_in_russian(api: str, world: Any) -> None:
    world.journeys["hello"]["document"]["edges"].clear()
    told = canvas(opened("editor", id="hello", lang="ru"))
    assert [one["text"] for one in told["problems"]] == ["Выход sent никуда не ведёт."]
    assert told["told"]["end"]["sentence"] == "Конец: done"
    assert {one["kind"]: one["title"] for one in told["kinds"]}["send"] == "Сообщение"
    assert told["labels"]["Undo"] == "Отменить"


@pytest.mark.parametrize(
    ("text", "said_so"),
    [
        ("String should have at least 1 character.", "Write something here."),
        ("Tuple should have at least 2 items after validation, not 0.", "At least 2 is needed here."),
        ("Field required", "This is missing."),
        ("The exit sent leads nowhere.", "The exit sent leads nowhere."),
        ("", ""),
    ],
)
def test_a_validators_words_become_peoples(text: str, said_so: str) -> None:
    assert said(text) == said_so


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("The journey j_1 asks about this segment; change that first.", "The journey {name} asks about this segment;"),
        ("The segment vip asks about this segment; change that first.", "The segment {name} asks about this segment;"),
        ("This is not YAML: a colon is missing.", "This is not {form}: {what}."),
        ("This file holds no journey: it has no list of nodes.", "This file holds no journey:"),
    ],
)
def test_refusals_have_a_shape_that_is_translated(text: str, shape: str) -> None:
    fitting = [name for name, pattern in _patterns() if pattern.fullmatch(text)]
    assert fitting[0].startswith(shape)
    assert any(one.id == fitting[0] and one.string != one.id for one in messages())


TITLES = ("WhatsApp ", "Telegram ", "Viber ", "Messenger ")


def sentences(path: Path) -> Iterator[str]:
    """The sentences that an adapter says of a message, with a number in each hole."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {ast.get_docstring(each, clean=False) for each in ast.walk(tree) if isinstance(each, DOCUMENTED)}
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        words = "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else "WhatsApp"
            if isinstance(part, ast.FormattedValue) and ast.unparse(part.value).endswith("title") and not place
            else "7"
            for place, part in enumerate(
                [each for each in parts if not (isinstance(each, ast.Constant) and each.value == "error: ")]
            )
        ).removeprefix("error: ")
        if words.startswith(TITLES) and words.endswith(".") and words not in documents:
            yield words


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def test_what_the_adapters_say_of_a_message_is_said_in_russian() -> None:
    found = {words for path in sorted((UI.parent / "channels").glob("*.py")) for words in sentences(path)}
    assert len(found) > 40
    unknown = {words for words in found if not any(shape.fullmatch(words) for _, shape in _patterns())}
    assert unknown == set()


#: Why a branch was taken, as the API tells it and as a Russian reads it.
WHY = {
    "Matched: pressed «No».": "Подошло: нажата кнопка «No».",
    "Matched: keyword «да».": "Подошло: ключевое слово «да».",
    "Matched: sent image.": "Подошло: прислано: картинка.",
    "Matched: number 5.": "Подошло: число: 5.",
    "It was not sent: no_consent.": "Не отправлено: нет согласия.",
    "No nps was read.": "Не удалось прочитать: число от 0 до 10.",
    "no_answer holds: ✓ tag vip": "нет ответа выполняется: ✓ тег vip",
    "big holds: ✓ total is at least 1000 (1500); ✗ not tag vip": (
        "big выполняется: ✓ total не меньше 1000 (есть: 1500); ✗ не: тег vip"
    ),
    "None holds: ✗ event paid; ✗ city is one of Omsk, Tver (—)": (
        "Ничего не выполняется: ✗ событие paid; ✗ city одно из Omsk, Tver (есть: —)"
    ),
    "None holds: ✗ city is Omsk (—)": "Ничего не выполняется: ✗ city равно Omsk (есть: —)",
    "Not yet: ✗ message hello read": "Пока нет: ✗ сообщение hello: прочитал",
    "The code TEA-1 was drawn.": "Выдан код TEA-1.",
    "Something new of a plug-in.": "Something new of a plug-in.",
}


PAGE = """
import streamlit as st
from ui.said_why import said_why

st.json({each: said_why(each) for each in st.session_state["told"]})
"""


def test_why_a_branch_was_taken_is_russian_wholly() -> None:
    test = AppTest.from_string(PAGE)
    test.session_state["lang"], test.session_state["told"] = "ru", list(WHY)
    assert json.loads(test.run().json[0].value) == WHY


def test_how_an_answer_found_its_place_is_said_for_every_rule() -> None:
    source = (UI.parent / "engine" / "routing.py").read_text(encoding="utf-8")
    assert set(re.findall(r'(?:return |_hear\()"(\w+)"', source)) == set(ROUTES)


def test_whatever_a_messenger_refuses_for_has_its_words() -> None:
    kept = {trouble.value for trouble in Trouble if trouble not in REASONS and trouble is not Trouble.TEMPLATE_PROBLEM}
    assert kept <= set(REASON)
