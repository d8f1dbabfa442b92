"""Messages kept for use, and the approved templates of messengers as their APIs told last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.database import dumps
from store.sql import insert, insert_new, one, rows, run
from store.tables import ApprovedTemplate, MessageTemplate

#: What a messenger says of a template with which nothing goes out; what it has not said, it is asked by the message.
#: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/message_template_status_update
NOT_APPROVED = ("PENDING", "REJECTED", "IN_APPEAL", "PAUSED", "DISABLED", "LIMIT_EXCEEDED", "DELETED", "ARCHIVED")
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


def not_approved(connection: Connection) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Name and language of the templates that may not be used now, by channel and account."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    asking = "SELECT channel, account, name, language FROM approved_template WHERE status IN [states:text]"
    for row in rows(connection, asking, states=list(NOT_APPROVED)):
        found.setdefault((row.channel, row.account), set()).add((row.name, row.language))
    return found


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
    _look_again(connection)


def _look_again(connection: Connection) -> None:
    """Messages that wait for a template go on, if it is theirs that was approved; the others wait on."""
    run(
        connection,
        "UPDATE delivery SET ready_at = planned_at WHERE ready_at IS NOT NULL AND state = 'held'"
        " AND reason = 'template_not_approved'",
    )


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
    if status not in NOT_APPROVED:
        _look_again(connection)
