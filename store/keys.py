"""API keys: only hashes are kept; answers to idempotent calls; the audit log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert, insert_new, one, parsed, rows, run
from store.tables import ApiKey, AuditEntry, DeadLetter, IdempotentAnswer


def digest(key: str) -> str:
    """How a key is kept: keys are long and random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def add(connection: Connection, name: str, role: str, now: int, key: str = "") -> str:
    """Make a key (or keep the given one) and return it: the only time that it is seen."""
    made = key or f"tropa_{secrets.token_urlsafe(24)}"
    columns = ("name", "role", "hash", "hint", "created_at")
    insert_new(connection, ApiKey, columns, [(name, role, digest(made), made[-4:], now)], ("id",))
    return made


def find(connection: Connection, key: str) -> Row[Any] | None:
    """The key's row, unless it is unknown or revoked."""
    return one(
        connection, "SELECT id, name, role FROM api_key WHERE hash = :hash AND revoked_at IS NULL", hash=digest(key)
    )


def listed(connection: Connection) -> Sequence[Row[Any]]:
    """All keys without their secrets."""
    return rows(connection, "SELECT id, name, role, hint, created_at, revoked_at FROM api_key ORDER BY id")


def revoke(connection: Connection, key_id: int, now: int) -> bool:
    """Take a key out of use."""
    return bool(
        run(
            connection, "UPDATE api_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", now=now, id=key_id
        )
    )


def answered(connection: Connection, key_id: int, route: str, token: str) -> tuple[str, dict[str, Any]] | None:
    """(request hash, answer) of an earlier call with this Idempotency-Key."""
    row = one(
        connection,
        "SELECT request_hash, answer FROM idempotent_answer WHERE key_id = :key AND route = :route AND token = :token",
        key=key_id,
        route=route,
        token=token,
    )
    return None if row is None else (row.request_hash, parsed(row.answer))


def remember(
    connection: Connection, key_id: int, route: str, token: str, request_hash: str, answer: Mapping[str, Any], now: int
) -> None:
    """Keep the answer for the same call made again."""
    columns = ("key_id", "route", "token", "request_hash", "answer", "created_at")
    insert(connection, IdempotentAnswer, columns, [(key_id, route, token, request_hash, dict(answer), now)])


def audit(
    connection: Connection, actor: str, action: str, subject: str, now: int, detail: Mapping[str, Any] | None = None
) -> None:
    """Write down who did what."""
    columns = ("actor", "action", "subject", "detail", "at")
    insert(connection, AuditEntry, columns, [(actor, action, subject, dict(detail) if detail else None, now)])


def dead_letters(connection: Connection, source: str, items: Sequence[tuple[Any, str]], now: int) -> None:
    """Keep items of a batch that could not be used, with the reason."""
    columns = ("source", "item", "reason", "received_at")
    insert(connection, DeadLetter, columns, [(source, item, reason[:300], now) for item, reason in items])
