"""How an account fares: the latest messages by what became of them, the latest webhook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, rows, scalar

#: How many of the latest rows are looked at, of all accounts: the numbers cost the same however much was sent.
LATEST = 10_000


def outcomes(connection: Connection, channel: str, account: str) -> Sequence[Row[Any]]:
    """(state, reason, how many) among the latest messages."""
    return rows(
        connection,
        "SELECT state, reason, count(*) AS many FROM delivery WHERE id > (SELECT max(id) FROM delivery) - :latest"
        " AND channel = :channel AND account = :account GROUP BY state, reason ORDER BY many DESC, state, reason",
        latest=LATEST,
        channel=channel,
        account=account,
    )


def sent_since(connection: Connection, channel: str, account: str, since: int) -> int:
    """How many messages were begun to be sent since an instant, among the latest."""
    return int(
        scalar(
            connection,
            "SELECT count(*) FROM delivery WHERE id > (SELECT max(id) FROM delivery) - :latest"
            " AND channel = :channel AND account = :account AND sending_at > :since",
            latest=LATEST,
            channel=channel,
            account=account,
            since=since,
        )
        or 0
    )


def last_webhook(connection: Connection, channel: str, account: str) -> Row[Any] | None:
    """When the latest webhook came, and what became of it."""
    return one(
        connection,
        "SELECT received_at, state, error FROM inbox WHERE id > (SELECT max(id) FROM inbox) - :latest"
        " AND channel = :channel AND account = :account ORDER BY id DESC LIMIT 1",
        latest=LATEST,
        channel=channel,
        account=account,
    )
