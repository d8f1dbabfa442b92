"""Column types shared by all tables: instants as microseconds, JSON, big keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: Integers that hold microseconds since 1970 (UTC): small, exact, the same on both databases.
Micros = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

naming = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = naming


def micros(moment: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def instant(value: int) -> datetime:
    """Microseconds since 1970 as an aware UTC instant."""
    return EPOCH + timedelta(microseconds=value)


def maybe_instant(value: int | None) -> datetime | None:
    """As `instant`; None stays None."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def key() -> Any:
    """A growing integer primary key."""
    return Field(default=None, sa_column=Column(Micros, primary_key=True, autoincrement=True))


def when(*, null: bool = False, index: bool = False) -> Any:
    """An instant in microseconds."""
    return Field(default=None, sa_column=Column(Micros, nullable=null, index=index))


def number(*, null: bool = False, index: bool = False, default: int | None = None) -> Any:
    """A big integer, as the id of another table's row."""
    server = None if default is None else str(default)
    return Field(default=default, sa_column=Column(Micros, nullable=null, index=index, server_default=server))


def json(*, null: bool = True) -> Any:
    """A JSON value (JSONB on PostgreSQL)."""
    return Field(default=None, sa_column=Column(Json, nullable=null))
