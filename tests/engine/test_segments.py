"""Segments are filled by what their rules read: nothing is worked out of contacts until a rule compares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.boot import open_project
from engine.project import Project
from engine.segments import refresh
from engine.settings import Settings
from engine.track import Reported, track
from store import contacts, erasing, segments
from store.contacts import ContactFacts
from store.sql import parsed, rows

CITIES = {"ann": "Омск", "bob": "омск ", "cid": "Tver", "dan": "ОМСК"}


@pytest.fixture
def project(database_url: str, tmp_path: Path) -> Iterator[Project]:
    """Four contacts, three of them from Omsk; Dan is erased, and all but Cid have ordered."""
    made = open_project(Settings(home=tmp_path / "home", database=database_url, prefect=False))
    facts = [
        ContactFacts(external_id=name, tags=["vip"], attributes={"city": city}, timezone="Asia/Omsk")
        for name, city in CITIES.items()
    ]
    made.database.transact(lambda each: contacts.upsert(each, facts, 1))
    orders = [
        Reported(contact=name, name="order", source="test", message_id=name, at=1, properties={"on": "2026-01-15"})
        for name in ("ann", "bob", "dan")
    ]
    made.database.transact(lambda each: track(made, each, orders))
    with made.database.read() as connection:
        dan = contacts.ids_of(connection, ["dan"])["dan"]
    made.database.transact(lambda each: erasing.erase(each, dan, 1))
    yield made
    made.database.close()


def make(project: Project, name: str, rule: Mapping[str, Any]) -> None:
    project.database.transact(lambda each: segments.create(each, name, name, rule, 1))
    settle(project)


def settle(project: Project) -> None:
    while project.database.transact(lambda each: refresh(project, each)):
        pass


def inside(project: Project, name: str) -> list[str]:
    with project.database.read() as connection:
        (row,) = [each for each in segments.everything(connection) if each.public_id == name]
        return [each.external_id for each in segments.members(connection, row.id, 0, 99)]


def prepared(project: Project) -> list[bool]:
    """Of each contact in turn, whether anything is worked out."""
    with project.database.read() as connection:
        return [bool(parsed(row.compared)) for row in rows(connection, "SELECT compared FROM contact ORDER BY id")]


def test_nothing_is_worked_out_until_a_rule_compares_it(project: Project) -> None:
    make(project, "vip", {"tag": "vip"})
    make(project, "buyers", {"event": "order"})
    assert (inside(project, "vip"), inside(project, "buyers")) == (["ann", "bob", "cid"], ["ann", "bob"])
    assert prepared(project) == [False] * 4
    make(project, "omsk", {"all": [{"segment": "vip"}, {"attribute": "city", "is": "equal", "value": "омск"}]})
    assert inside(project, "omsk") == ["ann", "bob"]
    assert prepared(project) == [True, True, True, False]
    day = {"attribute": "on", "is": "before", "value": "2026-01-15T00:00:01"}
    make(project, "early", {"event": "order", "where": day})
    assert inside(project, "early") == ["ann", "bob"]


def test_a_rule_that_begins_to_compare_makes_nobody_leave_in_between(project: Project) -> None:
    """Others who ask about it are settled with it: they must not read what is not there yet."""
    make(project, "vip", {"tag": "vip"})
    make(project, "omsk", {"all": [{"segment": "vip"}, {"tag": "vip"}]})
    assert inside(project, "omsk") == ["ann", "bob", "cid"]
    since = _since(project)
    rule = {"all": [{"segment": "vip"}, {"attribute": "city", "is": "exists"}]}
    (own,) = [each for each in _everything(project) if each.public_id == "omsk"]
    project.database.transact(lambda each: segments.change(each, own.id, "omsk", rule, 1))
    settle(project)
    assert _since(project) == since


def test_who_changes_is_worked_out_when_any_rule_compares(project: Project) -> None:
    make(project, "vip", {"tag": "vip"})
    new = [ContactFacts(external_id="cid", tags=[]), ContactFacts(external_id="eve", tags=["vip"])]
    project.database.transact(lambda each: contacts.upsert(each, new, 2))
    settle(project)
    assert (inside(project, "vip"), any(prepared(project))) == (["ann", "bob", "eve"], False)
    make(project, "tver", {"attribute": "city", "is": "equal", "value": "tver"})
    project.database.transact(
        lambda each: contacts.upsert(each, [ContactFacts(external_id="eve", attributes={"city": "TVER"})], 3)
    )
    settle(project)
    assert inside(project, "tver") == ["cid", "eve"]


def _everything(project: Project) -> Any:
    with project.database.read() as connection:
        return segments.everything(connection)


def _since(project: Project) -> list[tuple[int, int, int]]:
    with project.database.read() as connection:
        found = rows(connection, "SELECT segment_id, contact_id, since FROM segment_member ORDER BY 1, 2")
        return [(row.segment_id, row.contact_id, row.since) for row in found]
