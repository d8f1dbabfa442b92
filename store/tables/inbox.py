"""Conversations that people of the business hold with contacts."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.tables.columns import key, number, when


class Conversation(SQLModel, table=True):
    """A contact in the inbox: handed over by a trip, or because of a message that concerned no question."""

    __table_args__ = (
        Index(
            "uq_conversation_open",
            "contact_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_conversation_contact", "contact_id"),
    )

    id: int | None = key()
    contact_id: int = number()
    queue: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    #: The visit that handed over, and that goes on when the conversation is closed.
    journey_id: int | None = number(null=True)
    enrollment_id: int | None = number(null=True)
    seq: int | None = None
    node: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    #: Where the contact wrote last; empty: they have not.
    channel: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    account: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    #: Who of the business looks after it; empty: nobody yet.
    assignee: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    opened_at: int = when()
    last_at: int = when()
    closed_at: int | None = when(null=True)
    closed_by: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
