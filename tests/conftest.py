"""What every test may stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, town


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A whole Tropa of its own: API, pretend world and engine over an empty database."""
    with town(tmp_path) as made:
        yield made
