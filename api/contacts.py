"""Contacts: bulk upsert, search, one contact with consents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged, utc
from api.problems import Refused
from channels import registry as channels
from engine.enroll import end_trips
from engine.errors import NotFound
from engine.people import give_consent, tell_changed
from engine.project import Project
from nodes.times import UnknownZone, zone
from store import aliases, consents, contacts, enrollments, erasing, keys, order
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.sql import parsed
from store.tables.columns import micros

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
MOST = 10_000
HOUR = 3_600_000_000


class AddressIn(BaseModel):
    """Where a contact can be reached."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    channel: str
    address: str = Field(min_length=1, max_length=200)
    account: str = Field("default", min_length=1, max_length=80)

    @field_validator("channel")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in channels():
            raise ValueError(f"no messenger is called {name!r}; known: {', '.join(channels())}")
        return name


class ConsentIn(BaseModel):
    """A consent with where it came from; without a text it is not proven, and marketing needs proof."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    channel: str = Field(max_length=40)
    purpose: str = Field("marketing", max_length=40)
    action: str = Field("grant", pattern="^(grant|confirm|withdraw)$")
    source: str = Field("", max_length=120)
    text: str | None = Field(None, max_length=4000)
    at: datetime | None = None


class ContactIn(BaseModel):
    """A contact as a caller reports it; attributes are merged, null removes one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    external_id: str = Field(min_length=1, max_length=200)
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=500)
    tags: list[Annotated[str, Field(min_length=1, max_length=80)]] | None = Field(None, max_length=200)
    timezone: str | None = None
    locale: str | None = Field(None, max_length=20)
    addresses: list[AddressIn] = Field(default_factory=list, max_length=50)
    consents: list[ConsentIn] = Field(default_factory=list, max_length=50)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                zone(name)
            except UnknownZone:
                raise ValueError(f"no time zone is called {name!r}; write one like Europe/Moscow") from None
        return name


class ContactsIn(BaseModel):
    """Up to 10,000 contacts; each is checked on its own, so one bad row does not stop the rest."""

    contacts: list[Any] = Field(max_length=MOST)


@router.put("")
def put_contacts(body: ContactsIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Create or update contacts; broken rows are reported with index, field and reason, the others go in."""
    good: list[ContactIn] = []
    rejected: list[dict[str, Any]] = []
    for index, raw in enumerate(body.contacts):
        try:
            good.append(ContactIn.model_validate(raw))
        except ValidationError as invalid:
            first = invalid.errors()[0]
            path = ".".join(str(part) for part in first["loc"])
            rejected.append({"index": index, "field": path, "reason": first["msg"].removeprefix("Value error, ")})
    created, updated = save(project, good, admin=caller.role == "admin") if good else (0, 0)
    return {"created": created, "updated": updated, "rejected": rejected}


def save(project: Project, good: list[ContactIn], *, admin: bool) -> tuple[int, int]:
    """Upsert checked contacts with their consents, and wake who waits for what changed: (created, updated)."""
    facts = [
        ContactFacts(
            external_id=each.external_id,
            attributes=each.attributes,
            tags=each.tags,
            timezone=each.timezone,
            locale=each.locale,
            addresses=[(address.channel, address.account, address.address) for address in each.addresses],
        )
        for each in good
    ]

    def work(connection: Any) -> tuple[int, int]:
        now = project.now_micros(connection)
        if any(each.consents for each in good):
            # A consent may free messages: they come before their contact.
            order.hold(connection, contacts.ids_of(connection, [each.external_id for each in good]).values())
        ids, new = contacts.upsert(connection, facts, now)
        given = [as_given(consent, ids[each.external_id], now, admin) for each in good for consent in each.consents]
        give_consent(project, connection, given, now)
        tell_changed(project, connection, [ids[each.external_id] for each in good if each.external_id not in new], now)
        return len(new), len(ids) - len(new)

    return project.database.transact(work, durable=any(each.consents for each in good))


def as_given(consent: ConsentIn, contact_id: int, now: int, admin: bool) -> ConsentGiven:
    """A reported consent for the ledger: proven on the word of an admin key that names source and text."""
    at = micros(utc(consent.at)) if consent.at else now
    return ConsentGiven(
        contact_id=contact_id,
        channel=consent.channel,
        purpose=consent.purpose,
        action=consent.action,  # type: ignore[arg-type]
        source=consent.source or "api",
        text=consent.text,
        at=min(at, now),
        proven=(admin and bool(consent.source and consent.text)) or consent.action == "withdraw",
    )


@router.get("")
def list_contacts(
    project: Shared,
    _: Authorised,
    search: Annotated[str, Query(max_length=100)] = "",
    after: After = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Contacts, oldest first; `search` looks into ids, attributes and addresses."""
    with project.database.read() as connection:
        found_rows = contacts.page(connection, search.strip(), after_id(after), limit + 1)
        reached: dict[int, list[dict[str, Any]]] = {}
        for each in contacts.addresses_of(connection, [row.id for row in found_rows]):
            reached.setdefault(each.contact_id, []).append(_address(each))
    return paged(found_rows, limit, lambda row: {**_shown(row), "addresses": reached.get(row.id, [])})


@router.get("/{contact}")
def get_contact(contact: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """One contact with addresses and present consents."""
    with project.database.read() as connection:
        row = found(connection, contact)
        addresses = contacts.addresses_of(connection, [row.id])
        also = aliases.of_addresses(connection, [each.id for each in addresses])
        return {
            **_shown(row),
            "addresses": [{**_address(each), "also": also.get(each.id, [])} for each in addresses],
            "consents": [
                {
                    "channel": each.channel,
                    "purpose": each.purpose,
                    "granted": bool(each.granted),
                    "proven": bool(each.proven),
                    "at": iso(each.at),
                }
                for each in consents.folded(connection, row.id)
            ],
        }


@router.delete("/{contact}")
def erase_contact(contact: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Erase a person: their trips end as `exited(erased)`, what is personal goes, the funnels' numbers stay."""

    def work(connection: Any) -> None:
        row = found(connection, contact)
        now = project.now_micros(connection)
        order.hold(connection, [row.id])
        running = [trip.id for trip in enrollments.waiting_of(connection, [row.id])]
        end_trips(project, connection, running, "erased", now)
        name = erasing.erase(connection, row.id, now)
        keys.audit(connection, caller.name, "contact.erased", name, now)

    project.database.transact(work, durable=True)
    return {"erased": True}


@router.get("/{contact}/consents")
def get_consents(contact: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """The contact's ledger of consent, oldest first."""
    with project.database.read() as connection:
        row = found(connection, contact)
        entries = consents.ledger(connection, row.id)
    items = [
        {
            "channel": each.channel, "purpose": each.purpose, "action": each.action, "source": each.source,
            "text": each.text, "proven": bool(each.proven), "at": iso(each.at), "recorded_at": iso(each.recorded_at),
        }
        for each in entries
    ]  # fmt: skip
    return {"items": items, "next": None}


@router.post("/{contact}/consents", status_code=201)
def post_consent(contact: str, body: ConsentIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Record that a contact agreed or took it back."""
    if body.channel not in channels():
        raise Refused(422, "not_valid", f"no messenger is called {body.channel!r}", field="channel")

    def work(connection: Any) -> bool:
        row = found(connection, contact)
        now = project.now_micros(connection)
        given = as_given(body, row.id, now, caller.role == "admin")
        order.hold(connection, [row.id])
        give_consent(project, connection, [given], now)
        return given.proven

    return {"recorded": True, "proven": project.database.transact(work, durable=True)}


def found(connection: Any, external_id: str) -> Any:
    """The contact's row; NotFound says which id is unknown."""
    row = contacts.get(connection, external_id)
    if row is None:
        raise NotFound(f"No contact is called {external_id!r}.")
    return row


def _shown(row: Any) -> dict[str, Any]:
    return {
        "external_id": row.external_id,
        "attributes": parsed(row.attributes),
        "tags": parsed(row.tags),
        "timezone": row.timezone,
        "locale": row.locale,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }


def _address(row: Any) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "account": row.account,
        "address": row.address,
        "state": row.state,
        "reason": row.reason,
        "last_inbound_at": iso(row.last_inbound_at),
        "reachable_until": iso(_window_end(row)),
    }


def _window_end(row: Any) -> int | None:
    """Until when free-form messages may go there; None where the messenger has no window or it was never open."""
    hours = channels()[row.channel].limits.window_hours if row.channel in channels() else None
    return row.last_inbound_at + hours * HOUR if hours is not None and row.last_inbound_at is not None else None
