"""What every test may stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from tests.postgres import new_database, server
from tests.town import Town, town

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("tropa", deadline=None)
settings.load_profile("tropa")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A whole Tropa of its own: API, pretend world and engine over an empty database."""
    with town(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    """A PostgreSQL server for this session, or None."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; PostgreSQL is skipped where there is none."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tropa.db"
    url = request.getfixturevalue("postgres_server")
    if url is None:
        pytest.skip("no PostgreSQL here: install Debian's postgresql, or set TROPA_TEST_POSTGRES")
    return new_database(url, f"t_{uuid4().hex[:12]}")


@pytest.fixture
def either_place(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """A whole Tropa on each kind of database."""
    with town(tmp_path / "home", database_url) as made:
        yield made
