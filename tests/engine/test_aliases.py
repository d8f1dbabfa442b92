"""A person of WhatsApp's is known by number, by id, or by both: they stay one contact whatever a webhook tells."""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from engine.boot import connect_sandbox, open_project
from engine.project import Project
from engine.receive import receive
from engine.settings import Settings
from engine.webhooks import take_in
from store import aliases, consents, contacts, erasing, inbox
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.sql import rows

NOW = 1_900_000_000_000_000
NUMBER, OTHER, ID, NEW_ID = "79991234567", "79997654321", "RU.134", "RU.77"
COUNT = itertools.count()


@pytest.fixture
def project(database_url: str, tmp_path: Path) -> Iterator[Project]:
    made = open_project(Settings(home=tmp_path / "home", database=database_url, prefect=False))
    connect_sandbox(made, "http://127.0.0.1:1")
    yield made
    made.database.close()


def told(project: Project, *values: dict[str, Any], field: str = "messages") -> None:
    """Webhooks come in, one after another, and are processed."""
    for value in values:
        body = {"entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}
        kept = [("whatsapp", "default", str(next(COUNT)), orjson.dumps(body).decode(), "", NOW)]
        project.database.transact(lambda each, kept=kept: inbox.keep(each, kept))  # type: ignore[misc]
        assert project.database.transact(lambda each: receive(project, each)) == 1
    with project.database.read() as connection:
        assert rows(connection, "SELECT error FROM inbox WHERE state = 'failed'") == []


def writes(text: str, number: str | None = None, name: str | None = None) -> dict[str, Any]:
    """A message from somebody whose number, id, or both are told."""
    sender = {**({"from": number} if number else {}), **({"from_user_id": name} if name else {})}
    who = {**({"wa_id": number} if number else {}), **({"user_id": name} if name else {}), "profile": {"name": "Ann"}}
    said = {"id": f"wamid.{next(COUNT)}", "timestamp": "1900000000", "type": "text", "text": {"body": text}, **sender}
    return {"contacts": [who], "messages": [said]}


def status(number: str, name: str) -> dict[str, Any]:
    """What is told of a message of ours to somebody who is known by both."""
    return {
        "statuses": [
            {"id": "wamid.x", "status": "read", "timestamp": "1900000000", "recipient_id": number,
             "recipient_user_id": name}
        ]
    }  # fmt: skip


def import_(project: Project, name: str, *addresses: str) -> None:
    facts = ContactFacts(external_id=name, addresses=[("whatsapp", "default", each) for each in addresses])
    project.database.transact(lambda each: contacts.upsert(each, [facts], NOW))


def people(project: Project) -> dict[str, dict[str, Any]]:
    """Everybody there is: by address its other names, and what they said."""
    found: dict[str, dict[str, Any]] = {}
    with project.database.read() as connection:
        for row in contacts.page(connection, "", 0, 99):
            at = contacts.addresses_of(connection, [row.id])
            also = aliases.of_addresses(connection, [each.id for each in at])
            said = [
                each.text for each in inbox.replies(connection, contact_id=row.id, journey_id=None, after=0, limit=9)
            ]
            found[row.external_id] = {"at": {each.address: also.get(each.id, []) for each in at}, "said": said}
    return found


def stopped(project: Project, name: str) -> bool:
    with project.database.read() as connection:
        (contact,) = contacts.ids_of(connection, [name]).values()
        return ("whatsapp", "marketing") in consents.withdrawn(connection, [contact]).get(contact, ())


def _withdrawn(connection: Connection, name: str) -> ConsentGiven:
    (contact,) = contacts.ids_of(connection, [name]).values()
    return ConsentGiven(
        contact_id=contact, channel="whatsapp", purpose="marketing", action="withdraw", source="test", at=NOW
    )


@pytest.mark.parametrize("teaches", ["message", "status", "preference"])
def test_who_hides_the_number_stays_the_same_contact(project: Project, teaches: str) -> None:
    import_(project, "ann", NUMBER)
    if teaches == "message":
        told(project, writes("hello", NUMBER, ID))
    elif teaches == "status":
        told(project, status(NUMBER, ID))
    else:
        want = {"wa_id": NUMBER, "user_id": ID, "value": "resume", "timestamp": "1900000000"}
        told(project, {"user_preferences": [want]}, field="user_preferences")
    told(project, writes("it is me", name=ID), writes("stop", name=ID))
    hello = ["hello"] if teaches == "message" else []
    assert people(project) == {"ann": {"at": {NUMBER: [ID]}, "said": [*hello, "it is me", "stop"]}}


def test_an_opt_out_by_another_name_is_theirs(project: Project) -> None:
    import_(project, "ann", NUMBER)
    told(project, status(NUMBER, ID))
    with project.database.read() as connection:
        account = project.account(connection, "whatsapp", "default")
    assert account is not None
    stop = {"user_id": ID, "value": "stop", "timestamp": "1900000000"}
    body = {"entry": [{"id": "1", "changes": [{"field": "user_preferences", "value": {"user_preferences": [stop]}}]}]}
    raw = orjson.dumps(body)
    secret = account.account.secrets["app_secret"].encode()
    signature = "sha256=" + hmac.new(secret, raw, "sha256").hexdigest()
    assert take_in(project, "whatsapp", "default", {"x-hub-signature-256": signature}, raw).status == 200
    # In effect before the webhook is processed.
    assert stopped(project, "ann")
    assert list(people(project)) == ["ann"]


def test_who_was_known_by_id_alone_keeps_the_address_when_the_number_is_told(project: Project) -> None:
    told(project, writes("one", name=ID), writes("two", NUMBER, ID), writes("three", NUMBER))
    assert people(project) == {f"whatsapp:{ID}": {"at": {ID: [NUMBER]}, "said": ["one", "two", "three"]}}


def test_a_stranger_who_is_told_by_both_is_known_by_both(project: Project) -> None:
    told(project, writes("one", NUMBER, ID), writes("two", name=ID))
    assert people(project) == {f"whatsapp:{NUMBER}": {"at": {NUMBER: [ID]}, "said": ["one", "two"]}}


def test_a_contact_that_was_made_by_its_address_goes_into_the_one_that_it_is(project: Project) -> None:
    import_(project, "ann", NUMBER)
    told(project, writes("stop", name=ID))
    project.database.transact(lambda each: consents.record(each, [_withdrawn(each, f"whatsapp:{ID}")], NOW))
    assert list(people(project)) == ["ann", f"whatsapp:{ID}"]
    told(project, writes("it is me", NUMBER, ID), writes("again", name=ID))
    assert people(project) == {"ann": {"at": {NUMBER: [ID]}, "said": ["stop", "it is me", "again"]}}
    assert stopped(project, "ann")
    with project.database.read() as connection:
        assert contacts.ids_of(connection, [f"whatsapp:{ID}"]).keys() == {f"whatsapp:{ID}"}


def test_two_contacts_of_which_somebody_told_us_stay_two(project: Project) -> None:
    import_(project, "ann", NUMBER)
    import_(project, "bob", ID)
    told(project, writes("one", NUMBER, ID), writes("two", name=ID))
    assert people(project) == {
        "ann": {"at": {NUMBER: []}, "said": ["one"]},
        "bob": {"at": {ID: []}, "said": ["two"]},
    }


def test_a_name_goes_with_whom_it_was_told_of_last(project: Project) -> None:
    import_(project, "ann", NUMBER)
    import_(project, "bob", OTHER)
    told(project, writes("one", NUMBER, ID), writes("two", OTHER, ID), writes("three", name=ID))
    told(project, writes("four", NUMBER, NEW_ID), writes("five", name=NEW_ID))
    assert people(project) == {
        "ann": {"at": {NUMBER: [NEW_ID]}, "said": ["one", "four", "five"]},
        "bob": {"at": {OTHER: [ID]}, "said": ["two", "three"]},
    }


def test_another_name_is_no_free_address(project: Project) -> None:
    """Whoever tells of a contact at somebody's other name does not take it; the erased are not reached by it."""
    import_(project, "ann", NUMBER)
    told(project, status(NUMBER, ID))
    import_(project, "bob", ID)
    assert people(project) == {"ann": {"at": {NUMBER: [ID]}, "said": []}, "bob": {"at": {}, "said": []}}
    with project.database.read() as connection:
        (ann,) = contacts.ids_of(connection, ["ann"]).values()
    project.database.transact(lambda each: erasing.erase(each, ann, NOW))
    import_(project, "carl", ID)
    with project.database.read() as connection:
        (carl,) = contacts.ids_of(connection, ["carl"]).values()
        assert [row.state for row in contacts.addresses_of(connection, [carl])] == ["erased"]
        assert rows(connection, "SELECT id FROM address_alias") == []
