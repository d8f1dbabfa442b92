"""What is known of an address: whose it is, when they last wrote from it, and whether it can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import one, run

#: How long a doubt about an address stands before a second one counts: a day, in microseconds.
DOUBT = 86_400_000_000


def find(connection: Connection, channel: str, account: str, address: str) -> Row[Any] | None:
    """The address row and its contact."""
    return one(
        connection,
        "SELECT a.id, a.contact_id, a.state, a.last_inbound_at, a.opened_by FROM address a"
        " WHERE a.channel = :channel AND a.account = :account AND a.address = :address",
        channel=channel,
        account=account,
        address=address,
    )


def open_window(connection: Connection, channel: str, account: str, address: str, at: int) -> None:
    """The person wrote at an instant; whoever is not known yet is met when the message is processed."""
    run(
        connection,
        "UPDATE address SET last_inbound_at = :at WHERE channel = :channel AND account = :account"
        " AND address = :address AND (last_inbound_at IS NULL OR last_inbound_at < :at)",
        channel=channel,
        account=account,
        address=address,
        at=at,
    )


def heard_from(connection: Connection, address_id: int, at: int, *, rested: bool = False) -> None:
    """The person wrote: their window opens at the messenger's own time, and a block is over.

    `rested`: the messenger counts what they get anew from here.
    """
    anew = "next_free_at = NULL, " if rested else ""
    run(
        connection,
        f"UPDATE address SET state = 'ok', reason = '', doubted_at = NULL, {anew}last_inbound_at ="
        " CASE WHEN last_inbound_at IS NULL OR last_inbound_at < :at THEN :at ELSE last_inbound_at END WHERE id = :id",
        at=at,
        id=address_id,
    )


def set_state(connection: Connection, channel: str, account: str, address: str, state: str, reason: str) -> None:
    """Mark an address blocked, invalid or well again."""
    run(
        connection,
        "UPDATE address SET state = :state, reason = :reason"
        " WHERE channel = :channel AND account = :account AND address = :address",
        state=state,
        reason=reason,
        channel=channel,
        account=account,
        address=address,
    )


def doubt(connection: Connection, places: Sequence[tuple[str, str, str]], reason: str, now: int) -> None:
    """The messenger could not deliver and did not say why: the second time after a day the address counts as invalid.

    `places` are (channel, account, address); a message that is delivered, or a word of theirs, ends the doubt.
    """
    for channel, account, address in sorted(set(places)):
        run(
            connection,
            "UPDATE address SET state = CASE WHEN doubted_at <= :before THEN 'invalid' ELSE state END,"
            " reason = CASE WHEN doubted_at <= :before THEN :reason ELSE reason END,"
            " doubted_at = COALESCE(doubted_at, :now)"
            " WHERE channel = :channel AND account = :account AND address = :address",
            before=now - DOUBT,
            reason=reason[:80],
            now=now,
            channel=channel,
            account=account,
            address=address,
        )
