"""The one order in which what belongs to people is locked: their messages, their trips, themselves.

Whoever sends and moves goes this way by nature: an answer settles a message, which walks a trip, which writes the
contact. Whoever comes from the other end (a merge, a webhook that changes a contact) locks all of it here beforehand,
or two of them would wait for each other in a ring. The ledger of consents has one lock of its own, and whoever waits
for it holds what it is about: a consent is recorded after the locks, never before. SQLite has one writer, and nothing
to lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from store import recognising
from store.sql import rows

#: What an answer, a receipt of something in doubt, or another look at it may still change.
OPEN = "('planned', 'held', 'ready', 'sending', 'unknown')"


def hold(connection: Connection, contact_ids: Collection[int], delivery_ids: Collection[int] = ()) -> None:
    """Lock contacts with their open messages and running trips, and these deliveries, until the transaction ends."""
    if connection.dialect.name != "postgresql":
        return
    people = sorted(contact_ids)
    found = rows(
        connection,
        f"SELECT id FROM delivery WHERE contact_id IN [people] AND state IN {OPEN}"
        " UNION SELECT id FROM delivery WHERE id IN [named]",
        people=people,
        named=sorted(delivery_ids),
    )
    _lock(connection, "delivery", [row.id for row in found])
    hold_trips(connection, people)
    _lock(connection, "contact", people)


def hold_trips(connection: Connection, contact_ids: Collection[int]) -> None:
    """Lock the running trips of contacts."""
    if connection.dialect.name != "postgresql":
        return
    running = "SELECT id FROM enrollment WHERE contact_id IN [people] AND status IN ('active', 'waiting')"
    _lock(connection, "enrollment", [row.id for row in rows(connection, running, people=sorted(contact_ids))])


def _lock(connection: Connection, table: str, ids: Collection[int]) -> None:
    if ids:
        rows(connection, f"SELECT id FROM {table} WHERE id IN [ids] ORDER BY id FOR UPDATE", ids=sorted(ids))


def owners(
    connection: Connection,
    channel: str,
    account: str,
    addresses: Collection[str],
    refs: Collection[str] = (),
    provider_ids: Collection[str] = (),
    watermarks: Mapping[str, int] | None = None,
) -> tuple[set[int], set[int]]:
    """(contacts, deliveries) that webhooks of an account speak of: by address, by our names, by the messenger's.

    `watermarks` are addresses with the instant up to which all that was sent there is told of.
    """
    people = rows(
        connection,
        "SELECT contact_id FROM address WHERE channel = :channel AND account = :account"
        " AND address IN [addresses:text]",
        channel=channel,
        account=account,
        addresses=sorted(addresses),
    )
    sent = rows(
        connection,
        "SELECT id, contact_id FROM delivery WHERE ref IN [refs:text] AND ref IS NOT NULL"
        " UNION SELECT id, contact_id FROM delivery WHERE channel = :channel AND account = :account"
        " AND provider_id IN [ids:text] AND provider_id IS NOT NULL",
        channel=channel,
        account=account,
        refs=sorted(refs),
        ids=sorted(provider_ids),
    )
    named = {row.id for row in sent}
    for address, until in (watermarks or {}).items():
        named.update(recognising.sent_until(connection, channel, account, address, until))
    return {row.contact_id for row in people} | {row.contact_id for row in sent}, named
