"""What every test may stand on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from store.schema import upgrade
from tests.postgres import drop_database, new_database, server
from tests.town import Town, town

# How long one example takes says more about the machine's other work than about the code. What must pass before a
# change goes in is the same every time; new examples are looked for by whoever runs the tests at home.
settings.register_profile("tropa", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tropa")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules go first: one begun last would keep a process at work while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with its tables: copying it costs a tenth of making it."""
    path = tmp_path_factory.mktemp("template") / "tropa.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    """A PostgreSQL server for this session, or None."""
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str | None) -> str | None:
    """The name of a database with its tables on that server."""
    if postgres_server is None:
        return None
    name = f"template_{uuid4().hex[:12]}"
    upgrade(new_database(postgres_server, name))
    return name


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Iterator[Town]:
    """A whole Tropa of its own: API, pretend world and engine over an empty database."""
    shutil.copy(sqlite_template, tmp_path / "tropa.db")
    with town(tmp_path) as made:
        yield made


@contextmanager
def _on_postgres(server_url: str | None, template: str | None) -> Iterator[str]:
    if server_url is None or template is None:
        pytest.skip("no PostgreSQL here: make setup installs one, or set TROPA_TEST_POSTGRES")
    name = f"t_{uuid4().hex[:12]}"
    yield new_database(server_url, name, template)
    drop_database(server_url, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/tropa.db"
        return
    with _on_postgres(request.getfixturevalue("postgres_server"), "template1") as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str | None, postgres_template: str | None) -> Iterator[str]:
    """An empty PostgreSQL database with its tables; skipped where there is none."""
    with _on_postgres(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, with its tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "tropa.db")
        return f"sqlite:///{tmp_path}/tropa.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def either_place(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """A whole Tropa on each kind of database."""
    with town(tmp_path / "home", database_url) as made:
        yield made
