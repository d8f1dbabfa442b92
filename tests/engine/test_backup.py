"""Backups: taken while contacts move, put in place elsewhere with every sum intact, never over what is there."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from engine.backup import CannotBackUp, back_up
from engine.restore import CannotRestore, restore
from engine.settings import Settings
from store.database import Database
from store.invariants import violations
from store.sql import rows, run, scalar
from tests.postgres import new_database
from tests.semantics.stories import NOON
from tests.town import Town, town
from tropa import main

MANY = 60
JOURNEY = {
    "graph": {"name": "Two days", "entry": {"api": True}},
    "nodes": [
        {"id": "hello", "kind": "send", "settings": {"text": "Hello, {{ contact.name }}", "channel": "telegram"}},
        {"id": "note", "kind": "update", "settings": {"set": {"greeted": "{{ contact.name }}"}}},
        {"id": "later", "kind": "wait", "settings": {"for": "P1D"}},
        {"id": "bye", "kind": "send", "settings": {"text": "Bye", "channel": "telegram"}},
        {"id": "end", "kind": "exit", "settings": {}},
    ],
    "edges": [
        {"source": "hello", "key": "sent", "target": "note"},
        {"source": "note", "key": "done", "target": "later"},
        {"source": "later", "key": "done", "target": "bye"},
        {"source": "bye", "key": "sent", "target": "end"},
    ],
}
Elsewhere = Callable[[str], Settings]


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Elsewhere:
    """A fresh home over an empty database of a kind."""

    def made(kind: str) -> Settings:
        home = tmp_path / f"home-{uuid4().hex[:6]}"
        if kind == "sqlite":
            return Settings(home=home)
        server = request.getfixturevalue("postgres_server")
        if server is None:
            pytest.skip("no PostgreSQL here: install Debian's postgresql, or set TROPA_TEST_POSTGRES")
        return Settings(home=home, database=new_database(server, f"r_{uuid4().hex[:12]}"))

    return made


def crowd(place: Town) -> str:
    """A journey with many people on it, all of whom the engine has yet to move."""
    place.freeze(NOON)
    people: list[dict[str, Any]] = [
        {
            "external_id": f"c{number}",
            "attributes": {"name": f"Ёж {number}", "tags": ["a", None, 1.5]},
            "addresses": [{"channel": "telegram", "address": str(7000 + number)}],
            "consents": [{"channel": "telegram", "purpose": "marketing", "source": "test", "text": "I agree"}],
        }
        for number in range(MANY)
    ]
    assert place.call("PUT", "/v1/contacts", json={"contacts": people})["rejected"] == []
    journey = place.publish(JOURNEY)
    place.enroll(journey, *(each["external_id"] for each in people))
    return journey


def sums_hold(settings: Settings) -> bool:
    database = Database(settings.database)
    with database.read() as connection:
        broken = list(violations(connection))
    database.close()
    assert broken == []
    return True


def counts(settings: Settings) -> dict[str, int]:
    database = Database(settings.database)
    with database.read() as connection:
        found = {
            name: int(scalar(connection, f"SELECT count(*) FROM {name}") or 0)
            for name in ("contact", "consent_record", "enrollment", "journey_version")
        }
    database.close()
    return found


@pytest.mark.parametrize("target", ["same", "other"])
def test_what_was_taken_at_work_goes_on_elsewhere(
    either_place: Town, tmp_path: Path, elsewhere: Elsewhere, target: str
) -> None:
    kind = either_place.project.database.dialect
    into = elsewhere(kind if target == "same" else {"sqlite": "postgresql", "postgresql": "sqlite"}[kind])
    journey = crowd(either_place)
    path, about = back_up(either_place.settings, tmp_path)  # the engine is at work on all of them
    assert path.stat().st_mode & 0o077 == 0
    assert about["tables"]["enrollment"] == MANY
    told = restore(into, path)
    assert any(f"{sum(about['tables'].values()):,} rows" in line for line in told)
    assert sums_hold(into)
    assert counts(into) == counts(either_place.settings)
    with town(into.home, into.database) as again:
        assert again.call("GET", "/v1/contacts/c7")["attributes"]["name"] == "Ёж 7"
        again.advance("P2D")
        assert again.funnel(journey)["completed"] == MANY
        # What comes now gets numbers of its own.
        again.contact("late", address="9999", attributes={"name": "Zoë"})
        again.enroll(journey, "late")
        again.advance("P2D")
        assert again.heard("9999") == ["Hello, Zoë", "Bye"]
    assert sums_hold(into)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_there_is_kept(place: Town, tmp_path: Path, elsewhere: Elsewhere, kind: str) -> None:
    crowd(place)
    path, _ = back_up(place.settings, tmp_path / "first.zip")
    into = elsewhere(kind)
    restore(into, path)
    database = Database(into.database)
    database.transact(lambda each: run(each, "UPDATE contact SET external_id = 'old' WHERE external_id = 'c1'"))
    database.close()
    with pytest.raises(CannotRestore, match="--force"):
        restore(into, path)
    (into.home / "keys" / "secrets").write_text("another key\n")
    told = restore(into, path, force=True, paused=True)
    assert any("keys/secrets" in line for line in told)
    (kept,) = [line.removeprefix("What was there is kept in ").rstrip(".") for line in told if "kept in" in line]
    database = Database(into.database)
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact WHERE external_id = 'old'") == 0
        assert {row.status for row in rows(connection, "SELECT status FROM journey")} == {"paused"}
        if kind == "postgresql":
            assert scalar(connection, f"SELECT count(*) FROM {kept}.contact WHERE external_id = 'old'") == 1
    database.close()
    if kind == "sqlite":
        aside = Database(f"sqlite:///{kept}")
        with aside.read() as connection:
            assert scalar(connection, "SELECT count(*) FROM contact WHERE external_id = 'old'") == 1
        aside.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_that_turns_out_damaged_changes_nothing(
    place: Town, tmp_path: Path, elsewhere: Elsewhere, kind: str
) -> None:
    crowd(place)
    path, about = back_up(place.settings, tmp_path / "first.zip")
    into = elsewhere(kind)
    restore(into, path)
    before = counts(into)
    lying = tmp_path / "lying.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            if name != "about.json":
                target.writestr(name, source.read(name))
        target.writestr("about.json", json.dumps(about | {"tables": about["tables"] | {"visit": 123_456}}))
    with pytest.raises(CannotRestore, match="visit has"):
        restore(into, lying, force=True)
    assert counts(into) == before
    assert sums_hold(into)


def test_a_database_at_work_is_left_alone(place: Town, tmp_path: Path) -> None:
    path, _ = back_up(place.settings, tmp_path / "first.zip")
    with pytest.raises(CannotRestore, match=r"api:.*engine:.*stop them first"):
        restore(place.settings, path, force=True)


def _no_zip(path: Path) -> None:
    path.write_text("hello")


def _no_backup(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello", "world")


def _newer(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.json", json.dumps({"format": 1, "revision": "9999", "version": "9.0"}))


@pytest.mark.parametrize(
    ("make", "why"),
    [(_no_zip, "is no backup"), (_no_backup, "is no backup"), (_newer, r"later version \(9.0\)")],
)
def test_what_is_no_backup_is_refused(
    tmp_path: Path, elsewhere: Elsewhere, make: Callable[[Path], None], why: str
) -> None:
    make(tmp_path / "file.zip")
    into = elsewhere("sqlite")
    with pytest.raises(CannotRestore, match=why):
        restore(into, tmp_path / "file.zip")
    assert not Path(into.home / "tropa.db").exists()


def test_the_commands_say_what_they_did(place: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, fresh = str(tmp_path / "b.zip"), str(tmp_path / "fresh")
    assert main(["backup", made, "--home", str(place.settings.home)]) == 0
    assert main(["backup", made, "--home", str(place.settings.home)]) == 1
    assert main(["restore", made, "--home", fresh]) == 0
    assert main(["restore", made, "--home", fresh]) == 1
    said: Any = capsys.readouterr()
    assert "rows" in said.out
    assert "All sums hold." in said.out
    assert "is there already" in said.err
    assert "--force" in said.err
    with pytest.raises(CannotBackUp, match="does not exist"):
        back_up(Settings(home=tmp_path / "nowhere"), tmp_path / "c.zip")
