"""How an account fares: the latest messages by what became of them, the latest webhook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store import keys
from store.sql import one, parsed, rows, scalar

#: How many of the latest rows are looked at, of all accounts: the numbers cost the same however much was sent.
LATEST = 10_000
#: What the messenger said of an account stands among what people did with it.
STANDING = "account.standing"
#: How many changes are told.
TOLD = 20


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


def keep_standing(connection: Connection, place: tuple[str, str], about: str, value: str, before: str, at: int) -> None:
    """Write down how a messenger regards an account of (channel, account), when that is something new."""
    known = next((each for each in standing(connection, *place) if each["about"] == about), None)
    if known is None or known["value"] != value:
        detail = {"about": about, "value": value, "before": before or (known or {}).get("value", "")}
        keys.audit(connection, place[0], STANDING, "/".join(place), at, detail)


def standing(connection: Connection, channel: str, account: str) -> Sequence[Mapping[str, Any]]:
    """The latest changes of how the messenger regards the account, the newest first: about, value, before, at."""
    found = rows(
        connection,
        "SELECT detail, at FROM audit_entry WHERE id > (SELECT max(id) FROM audit_entry) - :latest"
        " AND action = :action AND subject = :subject ORDER BY id DESC LIMIT :most",
        latest=LATEST,
        action=STANDING,
        subject=f"{channel}/{account}",
        most=TOLD,
    )
    return [{**parsed(row.detail), "at": row.at} for row in found]
