"""Files of journeys on the pages: YAML and JSON, with the journey's tests; a broken one is refused in words."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from engine.journey_files import together, written
from tests.ui import pretend_data as data
from tests.ui.conftest import opened, words
from tests.ui.pretend_world import World

TEST = {"name": "Says hello", "script": {"event": {}}, "expect": {}}


def dialog() -> None:
    """The tab of the dialog, by itself: a dialog's own presses are not played in these tests."""
    from typing import Any  # noqa: PLC0415

    from ui.backend import backend  # noqa: PLC0415
    from ui.bringing_in import from_file  # noqa: PLC0415

    def take(document: dict[str, Any], tests: list[dict[str, Any]]) -> None:
        backend().bring_in(document, tests)

    from_file(take)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_file_is_brought_in_with_its_tests(api: str, world: World, form: str) -> None:
    test = AppTest.from_function(dialog, default_timeout=30).run()
    content = written(together(data.welcome(), [TEST]), form)
    test = test.file_uploader(key="new-file").upload(f"a.{form}", content.encode(), "text/plain").run()
    assert "1 test comes along." in words(test)
    test = test.button(key="new-import").click().run()
    assert not test.exception
    made = [(verb, unquote(place)) for verb, place, _body in world.calls if verb in ("POST", "PUT")]
    assert ("POST", "/v1/journeys") in made
    assert ("PUT", "/v1/journeys/j3/tests/Says hello") in made
    assert world.journeys["j3"]["document"] == data.welcome()


def test_a_broken_file_is_refused_with_its_place(api: str) -> None:
    test = AppTest.from_function(dialog, default_timeout=30).run()
    test = test.file_uploader(key="new-file").upload("a.yaml", b"nodes: [\n - {", "text/plain").run()
    assert "line 2" in test.error[0].value
    test = test.file_uploader(key="new-file").upload("b.yaml", b"\xff\xfe\x00", "text/plain").run()
    assert "not text in UTF" in test.error[0].value


def test_an_answer_that_a_page_does_not_understand_is_owned_up_to(api: str, world: World) -> None:
    world.segments[0] = {"name": "Loyal"}
    said = opened("segments").error[0].value
    assert "could not make sense of what the API answered" in said
    assert "may not have been done" in said
