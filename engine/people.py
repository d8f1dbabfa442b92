"""Who wrote: contacts found or made by their address; consent given and taken back by what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from channels.base import Account, Trouble
from engine.project import Project
from store import addresses, changes, consents, contacts, deliveries_wake, enrollments, segments
from store.consents import ConsentGiven
from store.contacts import ContactFacts

#: Profile facts that a messenger may tell, as attributes; they never overwrite what is known.
PROFILE = {"name": "name", "first_name": "first_name", "language": "language", "phone": "phone", "username": "username"}

ADDRESS_TROUBLES = {Trouble.CONTACT_BLOCKED: "blocked", Trouble.CONTACT_INVALID: "invalid"}


def contact_at(connection: Connection, account: Account, address: str, profile: Mapping[str, str], now: int) -> int:
    """The contact with this address; a new one, called `<channel>:<address>`, when nobody has it."""
    known = addresses.find(connection, account.channel, account.name, address)
    if known is not None:
        return int(known.contact_id)
    facts = ContactFacts(
        external_id=f"{account.channel}:{address}",
        attributes={PROFILE[name]: value for name, value in profile.items() if name in PROFILE and value},
        locale=profile.get("language") or None,
        addresses=[(account.channel, account.name, address)],
    )
    ids, _ = contacts.upsert(connection, [facts], now)
    return ids[facts.external_id]


def stop_marketing(
    project: Project, connection: Connection, contact: int, account: Account, source: str, at: int, now: int
) -> None:
    """Withdraw consent for marketing on this messenger; what is planned is decided again before it goes."""
    withdrawal = ConsentGiven(
        contact_id=contact, channel=account.channel, purpose="marketing", action="withdraw", source=source,
        at=max(at, now), proven=True,
    )  # fmt: skip
    consents.record(connection, [withdrawal], now)
    deliveries_wake.recheck(connection, [contact], now)
    tell_changed(project, connection, [contact], now)


def give_consent(project: Project, connection: Connection, entries: Sequence[ConsentGiven], now: int) -> None:
    """Record consents, and look again at what they may have freed."""
    consents.record(connection, entries, now)
    people = sorted({entry.contact_id for entry in entries})
    deliveries_wake.recheck(connection, people, now)
    tell_changed(project, connection, people, now)


def suppress(connection: Connection, row: Row[Any], trouble: Trouble, code: str, now: int) -> None:
    """What a refusal says of the delivery's address: blocked, invalid, or doubtful until it happens again."""
    place = (row.channel, row.account, row.address)
    if trouble is Trouble.CONTACT_DOUBTFUL:
        addresses.doubt(connection, [place], code, now)
    elif trouble in ADDRESS_TROUBLES:
        addresses.set_state(connection, *place, ADDRESS_TROUBLES[trouble], code)


def tell_changed(project: Project, connection: Connection, people: Sequence[int], now: int) -> None:
    """Something about these contacts has changed: segments look at them again, trips that wait for a rule wake."""
    segments.look_again(connection, people)
    wake_for_change(project, connection, people, now)


def wake_for_change(project: Project, connection: Connection, people: Sequence[int], now: int) -> None:
    """Leave word for the trips of these contacts that wait for a rule or a date of theirs, or that a rule may end.

    One that is being moved just now may come to wait for it: it has read the contact as it was.
    """
    if not people:
        return
    concerned = [
        row.id
        for row in enrollments.waiting_of(connection, people)
        if project.version(connection, row.version_id).journey.watches_contact
        and (_hears(project, connection, row) or _may_be_moving(row, now))
    ]
    changes.leave(connection, concerned, now)


def tell_trips(project: Project, connection: Connection) -> int:
    """Wake the trips that word was left for, if it concerns what they wait for; how many were looked at."""
    found = changes.trips(connection)
    hearing = {row.id for row in found if row.status in ("active", "waiting") and _hears(project, connection, row)}
    changes.tell(connection, sorted(hearing), project.now_micros(connection))
    changes.forget(connection, [row.id for row in found if row.id not in hearing])
    return len(found)


def _hears(project: Project, connection: Connection, row: Row[Any]) -> bool:
    settings = project.version(connection, row.version_id).journey.settings
    return row.waiting_for in ("rule", "date") or bool(settings.exit_when)


def _may_be_moving(row: Row[Any], now: int) -> bool:
    return row.status == "active" or row.waiting_for == "answer" or (row.due_at is not None and row.due_at <= now)
