"""Trips: the small hot rows of enrollments, what they remember, what wakes them, and the history of visits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.tables.columns import Micros, json, key, number, when


class Enrollment(SQLModel, table=True):
    """One contact's one trip through one version; rows stay small because every move rewrites one."""

    __table_args__ = (
        # Re-entry is decided here and nowhere else; a finished trip's slot is null unless it may never come again.
        UniqueConstraint("journey_id", "contact_id", "slot", name="uq_enrollment_slot"),
        Index(
            "ix_enrollment_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_enrollment_contact", "contact_id"),
        Index("ix_enrollment_version", "version_id", "node"),
    )

    id: int | None = key()
    journey_id: int = number()
    version_id: int = number()
    contact_id: int = number()
    slot: str | None = Field(default=None, max_length=200)
    #: `active` until the present node was first looked at, then `waiting`; `completed`, `exited`, `failed` at the end.
    status: str = Field(max_length=12)
    reason: str = Field(default="", max_length=120)
    node: str = Field(max_length=60)
    seq: int = 0
    arrived_at: int = when()
    entered_at: int = when()
    ended_at: int | None = when(null=True)
    due_at: int | None = when(null=True)
    #: When it was due while its journey was paused.
    parked_at: int | None = when(null=True)
    waiting_for: str = Field(default="", max_length=140)
    #: Whether a row of `enrollment_state` exists.
    stateful: bool = False
    converted: bool = False


class EnrollmentState(SQLModel, table=True):
    """What a trip carries: the entry event, answers, the coupon, the present visit's memory."""

    __tablename__ = "enrollment_state"

    enrollment_id: int = Field(primary_key=True, sa_type=Micros)
    event: dict[str, Any] = json(null=False)
    kept: dict[str, Any] = json(null=False)


class Signal(SQLModel, table=True):
    """Something a trip has not heard yet; consumed, in this order, by the move that hears it."""

    __table_args__ = (
        Index(
            "ix_signal_reply",
            "enrollment_id",
            sqlite_where=text("kind = 'reply'"),
            postgresql_where=text("kind = 'reply'"),
        ),
        Index(
            "ix_signal_untold",
            "id",
            sqlite_where=text("kind = 'untold'"),
            postgresql_where=text("kind = 'untold'"),
        ),
    )

    id: int | None = key()
    enrollment_id: int = number(index=True)
    #: `reply`, `event`, `changed`, `answer`, `called`, `closed`, `out`; `untold`: see `store.changes`.
    kind: str = Field(max_length=20)
    payload: dict[str, Any] = json(null=False)
    at: int = when()


class Visit(SQLModel, table=True):
    """History: one finished stay in one node. The present stay is in the enrollment itself."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    enrollment_id: int = Field(primary_key=True, sa_type=Micros)
    seq: int = Field(primary_key=True)
    version_id: int = number()
    node: str = Field(max_length=60)
    arrived_at: int = when()
    left_at: int = when()
    #: The exit, or null when the trip ended here.
    exit: str | None = Field(default=None, max_length=60)
