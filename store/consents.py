"""Consent: an append-only, hash-chained ledger and its fold, written in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row

from store.sql import insert, parsed, rows, run, scalar
from store.tables import Consent, ConsentRecord

Action = Literal["grant", "confirm", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """One entry for the ledger."""

    contact_id: int
    channel: str
    purpose: str
    action: Action
    source: str
    at: int
    text: str | None = None
    proven: bool = False
    evidence: Mapping[str, Any] | None = None


def record(connection: Connection, entries: Sequence[ConsentGiven], now: int) -> None:
    """Append entries to the ledger and fold them; a later withdrawal always wins over an earlier grant."""
    if not entries:
        return
    if connection.dialect.name == "postgresql":
        run(connection, "SELECT pg_advisory_xact_lock(727001)")
    previous = scalar(connection, "SELECT hash FROM consent_record ORDER BY id DESC LIMIT 1") or "0" * 64
    chained = []
    for entry in entries:
        fields = (
            entry.contact_id, entry.channel, entry.purpose, entry.action, entry.source, entry.text, entry.proven,
            dict(entry.evidence) if entry.evidence else None, entry.at, now,
        )  # fmt: skip
        current = chain(previous, fields)
        chained.append((*fields, previous, current))
        previous = current
    columns = (
        "contact_id", "channel", "purpose", "action", "source", "text", "proven",
        "evidence", "at", "recorded_at", "previous_hash", "hash",
    )  # fmt: skip
    insert(connection, ConsentRecord, columns, chained)
    for entry in entries:
        _fold(connection, entry)


def chain(previous: str, fields: Iterable[Any]) -> str:
    """The hash of a ledger row: of its own content and of the row before."""
    # PostgreSQL keeps no order of keys.
    content = orjson.dumps(list(fields), option=orjson.OPT_SORT_KEYS).decode()
    return hashlib.sha256(f"{previous}|{content}".encode()).hexdigest()


def state(connection: Connection, contact_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """Granted (channel, purpose) by contact; marketing counts only when it is proven."""
    granted: dict[int, set[tuple[str, str]]] = {}
    found = rows(
        connection,
        "SELECT contact_id, channel, purpose, granted, proven FROM consent WHERE contact_id IN [ids]",
        ids=list(contact_ids),
    )
    for row in found:
        if row.granted and (row.proven or row.purpose != "marketing"):
            granted.setdefault(row.contact_id, set()).add((row.channel, row.purpose))
    return granted


def withdrawn(connection: Connection, contact_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """(channel, purpose) that each contact has taken back."""
    found = rows(
        connection,
        "SELECT contact_id, channel, purpose FROM consent WHERE contact_id IN [ids] AND NOT granted",
        ids=list(contact_ids),
    )
    taken: dict[int, set[tuple[str, str]]] = {}
    for row in found:
        taken.setdefault(row.contact_id, set()).add((row.channel, row.purpose))
    return taken


def ledger(connection: Connection, contact_id: int) -> Sequence[Row[Any]]:
    """A contact's ledger, oldest first, with those of contacts that were merged into it."""
    return rows(
        connection,
        "SELECT id, channel, purpose, action, source, text, proven, at, recorded_at FROM consent_record"
        " WHERE contact_id IN (SELECT id FROM contact WHERE id = :id OR merged_into = :id) ORDER BY id",
        id=contact_id,
    )


def folded(connection: Connection, contact_id: int) -> Sequence[Row[Any]]:
    """A contact's present consents."""
    return rows(
        connection,
        "SELECT channel, purpose, granted, proven, at FROM consent WHERE contact_id = :id ORDER BY channel, purpose",
        id=contact_id,
    )


def broken_links(connection: Connection) -> list[int]:
    """Ids of ledger rows whose hash does not follow from their content and the row before."""
    broken, previous = [], "0" * 64
    for row in rows(connection, "SELECT * FROM consent_record ORDER BY id"):
        fields = (
            row.contact_id, row.channel, row.purpose, row.action, row.source, row.text, bool(row.proven),
            parsed(row.evidence), row.at, row.recorded_at,
        )  # fmt: skip
        if row.previous_hash != previous or row.hash != chain(previous, fields):
            broken.append(row.id)
        previous = row.hash
    return broken


def _fold(connection: Connection, entry: ConsentGiven) -> None:
    granted = entry.action != "withdraw"
    run(
        connection,
        "INSERT INTO consent (contact_id, channel, purpose, granted, proven, at)"
        " VALUES (:contact, :channel, :purpose, :granted, :proven, :at)"
        " ON CONFLICT (contact_id, channel, purpose) DO UPDATE SET granted = excluded.granted,"
        " proven = excluded.proven, at = excluded.at WHERE consent.at <= excluded.at",
        contact=entry.contact_id,
        channel=entry.channel,
        purpose=entry.purpose,
        granted=granted,
        proven=entry.proven,
        at=entry.at,
    )


__all__ = [
    "Action",
    "Consent",
    "ConsentGiven",
    "broken_links",
    "chain",
    "folded",
    "ledger",
    "record",
    "state",
    "withdrawn",
]
