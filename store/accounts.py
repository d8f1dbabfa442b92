"""Channel accounts: connected bots, pages and numbers, their health and their shared rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row

from channels.base import Account
from store.database import dumps
from store.sql import insert_new, one, parsed, rows, run, update
from store.tables import Address, ChannelAccount
from store.vault import Vault

#: What an account is when nothing is held against it.
RESTED = "failures = 0, probe_at = NULL, paused_until = NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """An account with its row's id; its state, which changes while this is kept, is read where it is asked for."""

    account: Account
    id: int


@dataclass(slots=True, kw_only=True)
class Pace:
    """How fast an account may send now; changed by a claim and written back by it."""

    status: str
    paused_until: int | None
    next_free_at: int | None
    next_slow_at: int | None
    queued_until: int | None
    failures: int
    probe_at: int | None


def put(connection: Connection, vault: Vault, account: Account, now: int, *, keep_status: bool = False) -> None:
    """Connect an account, or replace what is known of it."""
    sealed = vault.seal(f"{account.channel}/{account.name}", account.secrets)
    columns = ("channel", "name", "base_url", "secrets", "settings", "status", "reason", "created_at")
    row = (account.channel, account.name, account.base_url, sealed, dict(account.settings), "ok", "", now)
    if insert_new(connection, ChannelAccount, columns, [row], ("id",)):
        return
    status = "" if keep_status else f", status = 'ok', reason = '', {RESTED}"
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
        )
        for row in found
    ]


def set_status(connection: Connection, channel: str, name: str, status: str, reason: str) -> None:
    """Pause, mark broken, or take back into service, rested."""
    rested = f", {RESTED}" if status == "ok" else ""
    run(
        connection,
        f"UPDATE channel_account SET status = :status, reason = :reason{rested}"
        " WHERE channel = :channel AND name = :name",
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


def pause_pair(connection: Connection, channel: str, account: str, address: str, until: int) -> None:
    """The messenger asked to leave one person alone: nothing goes to them before the instant."""
    run(
        connection,
        "UPDATE address SET next_free_at = :until WHERE channel = :channel AND account = :account"
        " AND address = :address AND (next_free_at IS NULL OR next_free_at < :until)",
        until=until,
        channel=channel,
        account=account,
        address=address,
    )


def paces(connection: Connection) -> dict[int, Pace]:
    """Each account's pace by its id, locked until the transaction ends."""
    suffix = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    columns = ", ".join(each.name for each in fields(Pace))
    found = rows(connection, f"SELECT id, {columns} FROM channel_account ORDER BY id{suffix}")
    return {row.id: Pace(**{name: value for name, value in row._mapping.items() if name != "id"}) for row in found}


def spend(connection: Connection, taken: Sequence[tuple[int, Pace]]) -> None:
    """Write back the paces of accounts after a claim."""
    columns = ("paused_until", "next_free_at", "next_slow_at", "queued_until", "probe_at")
    values = [(*(getattr(pace, name) for name in columns), account) for account, pace in taken]
    update(connection, ChannelAccount, columns, values)


def spend_pairs(connection: Connection, taken: Sequence[tuple[int, int]]) -> None:
    """Write back when each person may be written to next: (address id, instant)."""
    update(connection, Address, ("next_free_at",), [(at, address) for address, at in taken])


def works(connection: Connection, channel: str, name: str) -> bool:
    """The messenger answers: the account goes on at full pace. Whether it had been failing."""
    recovered = run(
        connection,
        f"UPDATE channel_account SET {RESTED} WHERE channel = :channel AND name = :name AND failures > 0",
        channel=channel,
        name=name,
    )
    return recovered > 0


def failing(connection: Connection, channel: str, name: str) -> Row[Any] | None:
    """An account's failures in a row and its probe, locked until the transaction ends."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    return one(
        connection,
        f"SELECT id, failures, probe_at FROM channel_account WHERE channel = :channel AND name = :name{lock}",
        channel=channel,
        name=name,
    )


def fails(connection: Connection, account_id: int, failures: int, rests_until: int | None) -> None:
    """So many requests in a row came to nothing by now; the account rests until then, if it does."""
    rests = ", probe_at = NULL, paused_until = :until" if rests_until is not None else ""
    values = {} if rests_until is None else {"until": rests_until}
    statement = f"UPDATE channel_account SET failures = :failures{rests} WHERE id = :id"
    run(connection, statement, failures=failures, id=account_id, **values)


def stamp(connection: Connection) -> tuple[tuple[Any, ...], ...]:
    """What caches of accounts are built from: a different one says that they must look again."""
    statement = "SELECT id, base_url, secrets, settings FROM channel_account ORDER BY id"
    found = rows(connection, statement)
    return tuple((row.id, row.base_url, row.secrets, dumps(parsed(row.settings))) for row in found)


def names(connection: Connection) -> Sequence[Any]:
    """Channel, name and state of every account, without secrets."""
    return rows(
        connection,
        "SELECT channel, name, base_url, settings, status, reason, paused_until, failures, probe_at"
        " FROM channel_account ORDER BY id",
    )
