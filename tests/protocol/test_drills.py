"""The sending protocol in drills; and each of the bugs that a build may have is found by one of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copy

import pytest

from tests.protocol.box import Box
from tests.protocol.drills import ANN, BOB, DRILLS
from tests.protocol.seeded import CAUGHT, ROOT, SEEDS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Box]:
    path = Path(copy(sqlite_template, tmp_path_factory.mktemp("drills")))
    made = Box(path.parent, f"sqlite:///{path}", [ANN, BOB])
    yield made
    made.close()


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Mapping[str, int], str]:
    """How the drill of each seeded build has ended, and what was said."""
    path = Path(copy(sqlite_template, tmp_path_factory.mktemp("seeds")))
    words = [sys.executable, "-m", "tests.protocol.seeded", str(path)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("name", DRILLS)
def test_drill(box: Box, name: str) -> None:
    box.empty()
    DRILLS[name](box)


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_bug_is_caught(builds: tuple[Mapping[str, int], str], name: str) -> None:
    codes, said = builds
    assert codes[name] == CAUGHT, said[-6000:]
