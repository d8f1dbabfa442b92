"""Contacts, where they can be reached, what they agreed to, and what they did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.tables.columns import Micros, json, key, number, when


class Contact(SQLModel, table=True):
    """A person; `external_id` is the caller's own id of them."""

    __table_args__ = (
        # Whom the segments have not looked at since something about them changed.
        Index(
            "ix_contact_uncompared",
            "id",
            sqlite_where=text("compared IS NULL"),
            postgresql_where=text("compared IS NULL"),
        ),
        Index(
            "ix_contact_merged",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: int | None = key()
    external_id: str = Field(unique=True, max_length=200)
    attributes: dict[str, Any] = json(null=False)
    tags: list[str] = json(null=False)
    timezone: str | None = None
    locale: str | None = None
    #: Folded text of id, name and addresses, for search in both alphabets.
    searched: str = Field(default="", max_length=1000)
    #: What rules in SQL read (`journeys.compared`); null since the contact, or what segments ask of it, has changed;
    #: empty while no rule compares anything.
    compared: dict[str, Any] | None = json()
    #: The contact that this one was found to be; its id goes on meaning that one.
    merged_into: int | None = number(null=True)
    #: Since when the person is no longer here under this row: merged, or erased.
    gone_at: int | None = when(null=True)
    created_at: int = when()
    updated_at: int = when()


class Address(SQLModel, table=True):
    """Where a contact can be reached: one address on one account of one messenger."""

    __table_args__ = (UniqueConstraint("channel", "account", "address"),)

    id: int | None = key()
    contact_id: int = number(index=True)
    channel: str = Field(max_length=40)
    account: str = Field(max_length=80)
    address: str = Field(max_length=200)
    #: `ok`, `blocked`, `invalid`; `erased`: its owner was erased, and has not written since.
    state: str = Field(default="ok", max_length=20)
    reason: str = Field(default="", max_length=80)
    #: When the person last wrote, by the messenger's clock: opens the window.
    last_inbound_at: int | None = when(null=True)
    #: When the messenger first said, without a cause, that a message could not be delivered there.
    doubted_at: int | None = when(null=True)
    #: The link that opened the conversation, until the person's first word.
    opened_by: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    #: Theoretical arrival time of the pair's rate limiter (GCRA), or later where the messenger asked for silence.
    next_free_at: int | None = when(null=True)
    created_at: int = when()


class AddressAlias(SQLModel, table=True):
    """Another name under which the messenger knows who is at an address: WhatsApp's id of a number, or the reverse."""

    __tablename__ = "address_alias"
    __table_args__ = (UniqueConstraint("channel", "account", "alias"),)

    id: int | None = key()
    contact_id: int = number(index=True)
    address_id: int = number(index=True)
    channel: str = Field(max_length=40)
    account: str = Field(max_length=80)
    alias: str = Field(max_length=200)
    created_at: int = when()


class Tombstone(SQLModel, table=True):
    """An address whose owner was erased, as a keyed hash: whoever imports it again does not reach them."""

    hash: str = Field(primary_key=True, max_length=64)
    at: int = when()


class ConsentRecord(SQLModel, table=True):
    """The ledger of consent: append-only, each row chained to the one before by its hash."""

    __tablename__ = "consent_record"

    id: int | None = key()
    contact_id: int = number(index=True)
    channel: str = Field(max_length=40)
    purpose: str = Field(max_length=40)
    #: `grant`, `confirm`, `withdraw`.
    action: str = Field(max_length=20)
    source: str = Field(max_length=120)
    text: str | None = None
    proven: bool = False
    evidence: dict[str, Any] | None = json()
    at: int = when()
    recorded_at: int = when()
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Consent(SQLModel, table=True):
    """The present state of consent: the fold of the ledger."""

    contact_id: int = Field(primary_key=True, sa_type=Micros)
    channel: str = Field(primary_key=True, max_length=40)
    purpose: str = Field(primary_key=True, max_length=40)
    granted: bool
    proven: bool
    at: int = when()


class Event(SQLModel, table=True):
    """What a contact did, as reported through the API."""

    __table_args__ = (
        UniqueConstraint("source", "message_id"),
        Index("ix_event_contact", "contact_id", "name", "received_at"),
    )

    id: int | None = key()
    contact_id: int = number()
    name: str = Field(max_length=200)
    properties: dict[str, Any] = json(null=False)
    #: As of a contact; null until a segment looks into the properties.
    compared: dict[str, Any] | None = json()
    source: str = Field(max_length=80)
    message_id: str = Field(max_length=200)
    at: int = when()
    received_at: int = when()
