"""Channel accounts: connected bots, pages and numbers, their health and their shared rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from channels.base import Account
from store.database import dumps
from store.sql import insert_new, parsed, rows, run, scalar
from store.tables import ChannelAccount
from store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """An account with its state."""

    account: Account
    id: int
    status: str
    reason: str
    paused_until: int | None
    next_free_at: int | None


def put(connection: Connection, vault: Vault, account: Account, now: int, *, keep_status: bool = False) -> None:
    """Connect an account, or replace what is known of it."""
    sealed = vault.seal(f"{account.channel}/{account.name}", account.secrets)
    columns = ("channel", "name", "base_url", "secrets", "settings", "status", "reason", "created_at")
    row = (account.channel, account.name, account.base_url, sealed, dict(account.settings), "ok", "", now)
    if insert_new(connection, ChannelAccount, columns, [row], ("id",)):
        return
    status = "" if keep_status else ", status = 'ok', reason = ''"
    run(
        connection,
        f"UPDATE channel_account SET base_url = :url, secrets = :secrets, settings = :settings{status}"
        " WHERE channel = :channel AND name = :name",
        url=account.base_url,
        secrets=sealed,
        settings=dumps(dict(account.settings)),
        channel=account.channel,
        name=account.name,
    )
    if not keep_status:
        _wake_waiting(connection)


def all_of(connection: Connection, vault: Vault) -> list[Connected]:
    """Every connected account, oldest first."""
    found = rows(connection, "SELECT * FROM channel_account ORDER BY id")
    return [
        Connected(
            account=Account(
                channel=row.channel,
                name=row.name,
                base_url=row.base_url,
                secrets=vault.open(f"{row.channel}/{row.name}", row.secrets),
                settings=parsed(row.settings),
            ),
            id=row.id,
            status=row.status,
            reason=row.reason,
            paused_until=row.paused_until,
            next_free_at=row.next_free_at,
        )
        for row in found
    ]


def set_status(connection: Connection, channel: str, name: str, status: str, reason: str) -> None:
    """Pause, mark broken, or take back into service."""
    run(
        connection,
        "UPDATE channel_account SET status = :status, reason = :reason WHERE channel = :channel AND name = :name",
        status=status,
        reason=reason[:200],
        channel=channel,
        name=name,
    )
    if status == "ok":
        _wake_waiting(connection)


def _wake_waiting(connection: Connection) -> None:
    """Messages that wait for an account are looked at again at once; those of another one wait on."""
    run(
        connection,
        "UPDATE delivery SET ready_at = planned_at WHERE ready_at IS NOT NULL AND state = 'held'"
        " AND reason = 'account_paused'",
    )


def pause_until(connection: Connection, channel: str, name: str, until: int) -> None:
    """The messenger asked the whole account to wait."""
    run(
        connection,
        "UPDATE channel_account SET paused_until = :until WHERE channel = :channel AND name = :name"
        " AND (paused_until IS NULL OR paused_until < :until)",
        until=until,
        channel=channel,
        name=name,
    )


def rates(connection: Connection) -> dict[int, tuple[str, int | None, int | None]]:
    """(status, paused until, next free instant) by account id, as they are in this transaction."""
    suffix = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    found = rows(connection, f"SELECT id, status, paused_until, next_free_at FROM channel_account ORDER BY id{suffix}")
    return {row.id: (row.status, row.paused_until, row.next_free_at) for row in found}


def spend(connection: Connection, next_free: Mapping[int, int]) -> None:
    """Write back the rate limiter after a claim."""
    for account_id, at in sorted(next_free.items()):
        run(connection, "UPDATE channel_account SET next_free_at = :at WHERE id = :id", at=at, id=account_id)


def stamp(connection: Connection) -> int:
    """Changes when accounts are added or removed: tells caches to look again."""
    return int(
        scalar(connection, "SELECT coalesce(sum(id * 31 + length(secrets) + length(base_url)), 0) FROM channel_account")
        or 0
    )


def names(connection: Connection) -> Sequence[Any]:
    """Channel, name and state of every account, without secrets."""
    return rows(connection, "SELECT channel, name, base_url, settings, status, reason FROM channel_account ORDER BY id")
