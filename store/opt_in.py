"""Opt-in links: tokens bound to a campaign and to the words that people agree to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert_new, one, rows, run
from store.tables import OptInLink

#: Crockford's letters, in lower case: nothing that is mistaken for something else when it is read aloud.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 8
COLUMNS = (
    "token", "campaign", "journey_id", "purpose", "consent_text", "double", "invitation", "greeting", "arrived",
    "created_at",
)  # fmt: skip
SHOWN = "SELECT k.*, j.public_id AS journey FROM opt_in_link k LEFT JOIN journey j ON j.id = k.journey_id"


def make(connection: Connection, facts: Sequence[Any], now: int) -> str:
    """A new link (campaign, journey id, purpose, consent text, double, invitation, greeting): its token."""
    while True:
        token = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if insert_new(connection, OptInLink, COLUMNS, [(token, *facts, 0, now)], ("id",)):
            return token


def page(connection: Connection, after: int, limit: int) -> Sequence[Row[Any]]:
    """Links, newest first; `after` is the last id of the page before (0: from the start)."""
    condition, values = ("WHERE k.id < :after", {"after": after}) if after else ("", {})
    return rows(connection, f"{SHOWN} {condition} ORDER BY k.id DESC LIMIT :limit", limit=limit, **values)


def find(connection: Connection, token: str) -> Row[Any] | None:
    """A link by its token, whatever the case."""
    return one(connection, f"{SHOWN} WHERE k.token = :token", token=token.lower()[:20])


def close(connection: Connection, token: str, now: int) -> bool:
    """Nobody is taken in by this link any more; whether it was open."""
    closing = "UPDATE opt_in_link SET closed_at = :now WHERE token = :token AND closed_at IS NULL"
    return run(connection, closing, token=token, now=now) > 0


def count_arrival(connection: Connection, link_id: int) -> None:
    """One more person came by it."""
    run(connection, "UPDATE opt_in_link SET arrived = arrived + 1 WHERE id = :id", id=link_id)


def remember(connection: Connection, address_id: int, token: str) -> None:
    """The conversation was opened by this link; the first word will redeem it. Empty: it is redeemed."""
    run(connection, "UPDATE address SET opened_by = :token WHERE id = :id", token=token[:80], id=address_id)
