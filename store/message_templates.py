"""Messages kept for use, and the approved templates of messengers as their APIs told last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import insert, insert_new, one, rows, run
from store.tables import ApprovedTemplate, MessageTemplate

COLUMNS = ("public_id", "name", "document", "updated_at")
APPROVED = ("channel", "account", "name", "language", "status", "category", "reason", "components", "synced_at")


def listed(connection: Connection) -> Sequence[Row[Any]]:
    """All kept messages by name."""
    return rows(connection, "SELECT * FROM message_template ORDER BY name, id")


def get(connection: Connection, public_id: str) -> Row[Any] | None:
    """One kept message."""
    return one(connection, "SELECT * FROM message_template WHERE public_id = :id", id=public_id)


def put(connection: Connection, public_id: str, name: str, document: Mapping[str, Any], now: int) -> None:
    """Keep a message, or replace it."""
    if insert_new(connection, MessageTemplate, COLUMNS, [(public_id, name, dict(document), now)], ("id",)):
        return
    run(
        connection,
        "UPDATE message_template SET name = :name, document = :document, updated_at = :now WHERE public_id = :id",
        name=name,
        document=dumps(dict(document)),
        now=now,
        id=public_id,
    )


def remove(connection: Connection, public_id: str) -> bool:
    """Forget a message; whether there was one."""
    return run(connection, "DELETE FROM message_template WHERE public_id = :id", id=public_id) > 0


def approved(connection: Connection) -> Sequence[Row[Any]]:
    """Templates at the messengers, by account and name."""
    return rows(connection, "SELECT * FROM approved_template ORDER BY channel, account, name, language")


def replace_approved(connection: Connection, channel: str, account: str, found: Sequence[Sequence[Any]]) -> None:
    """What an account's messenger has now; `found` in the order of `APPROVED`. What is not there any more goes."""
    run(
        connection,
        "DELETE FROM approved_template WHERE channel = :channel AND account = :account",
        channel=channel,
        account=account,
    )
    unique = {tuple(row[:4]): row for row in found}
    insert(connection, ApprovedTemplate, APPROVED, [unique[key] for key in sorted(unique)])


def set_status(connection: Connection, where: tuple[str, str, str, str], status: str, reason: str, now: int) -> None:
    """The messenger told by a webhook what became of a template (channel, account, name, language)."""
    channel, account, name, language = where
    run(
        connection,
        "UPDATE approved_template SET status = :status, reason = :reason, synced_at = :now WHERE channel = :channel"
        " AND account = :account AND name = :name AND language = :language",
        status=status[:40],
        reason=reason[:200],
        now=now,
        channel=channel,
        account=account,
        name=name,
        language=language,
    )
