"""People who come by a link: contact, consent with its proof, journey; once for each opening."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account, OptIn
from channels.message import Message
from engine.enroll import Candidate, enroll_many
from engine.people import give_consent
from engine.project import Project
from journeys.graph import Entry
from store import addresses, journeys, opt_in
from store.consents import ConsentGiven
from store.sql import scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who spoke or subscribed after following a link; `key` names the event that proves it."""

    contact: int
    account: Account
    address: str
    key: str


def arrive(project: Project, connection: Connection, who: Arrival, ref: str, now: int) -> bool:
    """Take somebody in by a link's token: consent with its words and proof, then the journey; whether it was a link."""
    link = opt_in.find(connection, ref)
    if link is None or link.closed_at is not None:
        return False
    digest = hashlib.sha256(link.consent_text.encode()).hexdigest()
    evidence = {
        "event": who.key,
        "channel": who.account.channel,
        "account": who.account.name,
        "address": who.address,
        "link": link.token,
        "text_sha256": digest,
    }
    given = ConsentGiven(
        contact_id=who.contact, channel=who.account.channel, purpose=link.purpose, action="grant",
        source=f"link {link.campaign}"[:120], text=link.consent_text, at=now, proven=not link.double,
        evidence=evidence,
    )  # fmt: skip
    give_consent(project, connection, [given], now)
    opt_in.count_arrival(connection, link.id)
    journey = journeys.get(connection, link.journey) if link.journey else None
    if journey is not None:
        enter(project, connection, journey, who.contact, {"ref": link.token, "campaign": link.campaign}, now, ())
    return True


def redeem(project: Project, connection: Connection, who: Arrival, now: int) -> bool:
    """The first word after a conversation that a link had opened; whether there was one."""
    known = addresses.find(connection, who.account.channel, who.account.name, who.address)
    if known is None or not known.opened_by:
        return False
    opt_in.remember(connection, known.id, "")
    return arrive(project, connection, who, known.opened_by, now)


def welcome(connection: Connection, account: Account, event: OptIn) -> Mapping[str, Any] | None:
    """The HTTP response that greets somebody who opened the conversation; None when there is nothing to say so."""
    link = opt_in.find(connection, event.ref) if event.ref else None
    if link is not None and link.closed_at is None:
        text = link.greeting or link.consent_text
    else:
        text = account.settings.get("greeting", "")
    return channels()[account.channel].welcome(Message(text=text, category="service"), account) if text else None


def enter_by_link(project: Project, connection: Connection, contact: int, ref: str, now: int) -> bool:
    """Start the journey that a deep link names, if it takes contacts by link."""
    journey = journeys.get(connection, ref)
    if journey is None or journey.version_id is None:
        return False
    entries = project.version(connection, journey.version_id).journey.settings.entry
    ways = [entry for entry in entries if entry.link]
    if not ways:
        return False
    enter(project, connection, journey, contact, {"ref": ref}, now, ways)
    return True


def enter(
    project: Project,
    connection: Connection,
    journey: Row[Any],
    contact: int,
    properties: dict[str, Any],
    now: int,
    ways: Sequence[Entry],
) -> None:
    """One contact into one journey, by one of these ways in."""
    name = scalar(connection, "SELECT external_id FROM contact WHERE id = :id", id=contact)
    candidate = Candidate(contact_id=contact, external_id=name, properties=properties)
    # Several ways may fit; the contact enters by the first whose audience they belong to.
    audience = None if not ways or any(way.segment is None for way in ways) else ways[0].segment
    enroll_many(project, connection, journey, [candidate], now, segment=audience)
