"""What the pages' tests share: a pretend API on a real socket and a page opened against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.ui.pretend_api import served
from tests.ui.pretend_world import World
from ui.backend import backend

APP = Path(__file__).parents[2] / "ui" / "app.py"


@pytest.fixture(scope="session", autouse=True)
def looked_once() -> Iterator[None]:
    """Each AppTest looks through all installed packages for components; what it finds is the same every time."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No page remembers the API of another test; the connection is given back while the address is still set."""
    assert monkeypatch
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    backend().close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The world behind a socket, with the pages pointed at it."""
    with served(world) as url:
        monkeypatch.setenv("TROPA_API_URL", url)
        monkeypatch.setenv("TROPA_UI_KEY", "secret")
        yield url


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> str:
    """The pages pointed at an address where nobody listens."""
    url = "http://127.0.0.1:9"
    monkeypatch.setenv("TROPA_API_URL", url)
    return url


def opened(page: str, *, lang: str = "en", **query: str) -> AppTest:
    """A page after its first run."""
    test = AppTest.from_file(str(APP), default_timeout=30)
    test.session_state["lang"] = lang
    for name, value in query.items():
        test.query_params[name] = value
    if page != "home":
        test.switch_page(f"screens/{page}.py")
    return test.run()


def canvas(test: AppTest) -> dict[str, Any]:
    """What the page tells its canvas."""
    (one,) = test.get("bidi_component")
    told: dict[str, Any] = json.loads(one.proto.json)
    return told


def words(test: AppTest) -> str:
    """Everything that a page says, as one text."""
    said: list[Any] = [*test.title, *test.header, *test.subheader, *test.markdown, *test.caption]
    said += [*test.error, *test.warning, *test.info, *test.success]
    labels: list[Any] = [*test.button, *test.text_input, *test.selectbox, *test.metric, *test.text_area, *test.radio]
    labels += [*test.toggle, *test.number_input, *test.multiselect, *test.tabs, *test.expander]
    return "\n".join([*(str(one.value) for one in said), *(str(one.label) for one in labels)])
