"""The canvas's bundle: fresh, complete, free of hosts; its words are all known here. No node is needed."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from ui.canvas.labels import TEXTS

ROOT = Path(__file__).parents[2]
CANVAS = ROOT / "ui" / "canvas"
BUILD = CANVAS / "build"
SOURCES = sorted(path for path in (CANVAS / "src").rglob("*") if path.is_file())


def stamp() -> str:
    """The hash that vite.config.ts writes: every source's name and bytes, in order."""
    paths = [*SOURCES, CANVAS / "package-lock.json", CANVAS / "vite.config.ts"]
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(CANVAS).as_posix(), path) for path in paths):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def test_the_bundle_is_of_these_sources() -> None:
    assert (BUILD / ".stamp").read_text().strip() == stamp(), "run `npm ci && npm run build` in ui/canvas"


def test_the_bundle_is_one_script_and_one_style_sheet_with_its_licences() -> None:
    assert len(list(BUILD.glob("index-*.js"))) == 1
    assert len(list(BUILD.glob("index-*.css"))) == 1
    licences = (BUILD / "THIRD_PARTY_LICENCES.txt").read_text(encoding="utf-8")
    for package in ("@xyflow/react", "react-dom", "@dagrejs/dagre"):
        assert f"{package} " in licences
    assert licences.count("Permission is hereby granted") >= 3


def test_the_bundle_is_where_streamlit_looks_for_it() -> None:
    manifest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (one,) = manifest["tool"]["streamlit"]["component"]["components"]
    assert ROOT / one["asset_dir"] == BUILD


def test_the_lockfile_names_no_registry() -> None:
    assert '"resolved"' not in (CANVAS / "package-lock.json").read_text(encoding="utf-8")


def test_every_word_of_the_canvas_is_known_and_none_is_left_over() -> None:
    asked = {
        text.replace('\\"', '"')
        for path in SOURCES
        for text in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
    }
    assert asked == set(TEXTS)


@pytest.mark.parametrize("path", [path for path in SOURCES if path.suffix in {".ts", ".tsx"}], ids=lambda one: one.name)
def test_a_source_says_what_it_is_and_can_be_read_at_once(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("// ")
    assert len(lines) <= 300
