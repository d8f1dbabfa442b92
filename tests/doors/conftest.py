"""One town for the tests of a module: most of what they ask changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.invariants import violations
from tests.town import Town, town


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for the module: refused requests change nothing, and after all of them every sum still holds."""
    with town(tmp_path_factory.mktemp("doors") / "home") as made:
        yield made
        with made.project.database.read() as connection:
            assert list(violations(connection)) == []
