"""What keeps it running: the clock, heartbeats, keys, imports, the audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.tables.columns import json, key, number, when


class Clock(SQLModel, table=True):
    """The sandbox's virtual clock: one row. Without a row time is real."""

    id: int = Field(primary_key=True)
    #: Virtual instant that belongs to the real instant `real_at`.
    virtual_at: int = when()
    real_at: int = when()
    running: bool = True
    #: Set while the engine is asked to play the time until here.
    target_at: int | None = when(null=True)
    moves: int = Field(default=0)
    sends: int = Field(default=0)


class Heartbeat(SQLModel, table=True):
    """When a process was last alive (real time), and since when without a break."""

    name: str = Field(primary_key=True, max_length=80)
    up_since: int = when()
    beat_at: int = when()
    detail: dict[str, Any] | None = json()


class Metric(SQLModel, table=True):
    """A sum over all processes of what they count and time; `bound` is a bucket's, `sum`, or empty for a count."""

    name: str = Field(primary_key=True, max_length=60)
    label: str = Field(primary_key=True, max_length=120)
    bound: str = Field(primary_key=True, max_length=12)
    amount: float = 0.0


class ApiKey(SQLModel, table=True):
    """A key to the API; only its hash is kept."""

    __tablename__ = "api_key"

    id: int | None = key()
    name: str = Field(max_length=80)
    role: str = Field(default="admin", max_length=20)
    hash: str = Field(unique=True, max_length=64)
    hint: str = Field(default="", max_length=12)
    created_at: int = when()
    revoked_at: int | None = when(null=True)


class IdempotentAnswer(SQLModel, table=True):
    """The answer that was given to a call with an Idempotency-Key."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("key_id", "route", "token"),)

    id: int | None = key()
    key_id: int = number()
    route: str = Field(max_length=200)
    token: str = Field(max_length=200)
    request_hash: str = Field(max_length=64)
    answer: dict[str, Any] = json(null=False)
    created_at: int = when()


class DeadLetter(SQLModel, table=True):
    """An item of an accepted batch that could not be used, kept with its reason."""

    __tablename__ = "dead_letter"

    id: int | None = key()
    source: str = Field(max_length=80)
    item: Any = json()
    reason: str = Field(max_length=300)
    received_at: int = when()


class Import(SQLModel, table=True):
    """A CSV import: its file, how far it has come, and what did not go in."""

    id: int | None = key()
    public_id: str = Field(unique=True, max_length=60)
    filename: str = Field(max_length=200)
    path: str = Field(max_length=400)
    mapping: dict[str, Any] = json(null=False)
    #: `waiting`, `running`, `done`, `failed`.
    status: str = Field(default="waiting", max_length=20, index=True)
    reason: str = Field(default="", max_length=300)
    #: Data rows read so far; a restarted import goes on after them.
    rows: int = 0
    created: int = 0
    updated: int = 0
    rejected: int = 0
    #: The first broken rows: {line, field, reason}.
    problems: list[dict[str, Any]] = json(null=False)
    created_at: int = when()
    finished_at: int | None = when(null=True)


class ProjectSetting(SQLModel, table=True):
    """A choice of the whole project that people change while it runs."""

    __tablename__ = "project_setting"

    name: str = Field(primary_key=True, max_length=40)
    value: dict[str, Any] = json(null=False)


class AuditEntry(SQLModel, table=True):
    """Who did what: append-only."""

    __tablename__ = "audit_entry"

    id: int | None = key()
    actor: str = Field(max_length=120)
    action: str = Field(max_length=80)
    subject: str = Field(max_length=200)
    detail: dict[str, Any] | None = json()
    at: int = when()
