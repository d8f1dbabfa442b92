"""What every story of the rules stands on: a town whose clock stands still, and whose sums hold when the story ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.invariants import violations
from tests.semantics.stories import NOON
from tests.town import Town


@pytest.fixture
def place(either_place: Town) -> Iterator[Town]:
    """A fresh town on a Monday at noon UTC, on each kind of database."""
    either_place.freeze(NOON)
    yield either_place
    with either_place.project.database.read() as connection:
        assert list(violations(connection)) == []
