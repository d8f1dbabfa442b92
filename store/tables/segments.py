"""Segments, who is in them, and the audiences that are to enter a journey."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.tables.columns import Micros, json, key, number, when


class Segment(SQLModel, table=True):
    """Contacts for whom a rule holds; `public_id` is what rules and the outside call it."""

    id: int | None = key()
    public_id: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=200)
    rule: dict[str, Any] = json(null=False)
    #: When everybody is to be looked at again: at once for a new rule, now and then for one that reads the clock.
    due_at: int | None = when(null=True)
    #: The last contact that the present round has looked at.
    cursor: int = number(default=0)
    refreshed_at: int | None = when(null=True)
    created_at: int = when()
    updated_at: int = when()


class SegmentMember(SQLModel, table=True):
    """One contact in one segment, and since when."""

    __tablename__ = "segment_member"
    __table_args__ = (Index("ix_segment_member_contact", "contact_id"), {"sqlite_with_rowid": False})

    segment_id: int = Field(primary_key=True, sa_type=Micros)
    contact_id: int = Field(primary_key=True, sa_type=Micros)
    since: int = when()


class AudienceEntry(SQLModel, table=True):
    """A whole audience that is to enter a journey: by its schedule, or because the journey has begun or gone on."""

    __tablename__ = "audience_entry"
    __table_args__ = (
        UniqueConstraint("journey_id", "entry"),
        Index(
            "ix_audience_entry_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: int | None = key()
    journey_id: int = number()
    #: The entry of the journey's settings, as JSON text.
    entry: str = Field(max_length=1000)
    #: When it is to be done next; null: not again.
    due_at: int | None = when(null=True)
    #: The last contact who was let in or refused in the present round.
    cursor: int = number(default=0)
