"""Requests that trips make to other systems."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.tables.columns import json, key, number, when


class WebRequest(SQLModel, table=True):
    """One request of one visit: outbox and record in one."""

    __tablename__ = "web_request"
    __table_args__ = (
        Index(
            "ix_web_request_ready",
            "ready_at",
            sqlite_where=text("ready_at IS NOT NULL"),
            postgresql_where=text("ready_at IS NOT NULL"),
        ),
        Index("ix_web_request_enrollment", "enrollment_id"),
    )

    id: int | None = key()
    #: Unique name of the visit, sent as Idempotency-Key.
    origin: str = Field(unique=True, max_length=120)
    journey_id: int = number()
    enrollment_id: int = number()
    seq: int
    #: {method, url, headers, body, save, timeout, tries}; null once it is answered.
    request: dict[str, Any] | None = json()
    #: `ready`, `calling`, `ok`, `failed`, `dropped` when the trip had gone on or ended.
    state: str = Field(default="ready", max_length=10)
    #: When it is to be made; while `calling` it is nobody's turn.
    ready_at: int | None = when(null=True)
    attempt: int = 0
    #: Real time until which its caller is waited for.
    lease_until: int | None = when(null=True)
    status: int | None = None
    error: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
    planned_at: int = when()
