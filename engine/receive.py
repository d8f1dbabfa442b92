"""Stored webhooks are processed: receipts move deliveries forward, replies are routed to whom they concern."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from channels import registry as channels
from channels.base import Account, Blocked, OptIn, Receipt, Rejected, Reply, Reviewed, Standing, Trouble, Watermark
from engine.aliases import learn, spoken_of, understand
from engine.answers import ACCOUNT_TROUBLES, REASONS, Settling, split_ref, takes_evidence
from engine.opting_in import Arrival, arrive, enter_by_link, redeem
from engine.people import contact_at, give_consent, stop_marketing, suppress
from engine.project import Project
from engine.routing import Deferred, Routing
from store import (
    accounts,
    addresses,
    channel_health,
    consents,
    deliveries,
    inbox,
    message_templates,
    opt_in,
    order,
    recognising,
)
from store.consents import ConsentGiven
from store.counters import Tally
from store.crash_points import reach
from store.database import may_retry
from store.deliveries import RANK
from store.tables.columns import micros

log = logging.getLogger(__name__)
BATCH = 200
#: A webhook's account and what it tells; why it cannot be read; None for an account that is gone.
Read = tuple[Account, Sequence[Any]] | Exception | None


def receive(project: Project, connection: Connection, limit: int = BATCH) -> int:
    """Process stored webhooks in the order of receiving; how many were finished.

    A webhook that must wait for a message in flight stays, and so does everything after it from the same person. One
    that cannot be processed is put aside with its error.
    """
    waiting: set[tuple[str, str, str]] = set()
    finished: list[int] = []
    mail = [(row, _read(project, connection, row)) for row in inbox.waiting(connection, limit)]
    _hold(connection, mail)
    for row, read in mail:
        try:
            with connection.begin_nested():
                _one(project, connection, row, read, waiting)
            finished.append(row.id)
            reach("inbox-mid-batch")
        except Deferred:
            continue
        except Exception as error:
            if isinstance(error, DBAPIError) and may_retry(error):
                # The database's trouble, not the webhook's: the whole batch is tried again.
                raise
            log.error("webhook %s of %s/%s failed: %s", row.id, row.channel, row.account, type(error).__name__)
            inbox.fail(connection, row.id, f"{type(error).__name__}: {error}")
            finished.append(row.id)
    inbox.finish(connection, finished) if finished else None
    return len(finished)


def _read(project: Project, connection: Connection, row: Row[Any]) -> Read:
    """What a webhook tells, of which account; an exception when it cannot be read, None when nobody is concerned."""
    connected = project.account(connection, row.channel, row.account)
    if connected is None:
        return None
    try:
        return connected.account, channels()[row.channel].read_webhook(orjson.loads(row.body))
    except Exception as error:  # It is put aside like any other that cannot be processed.
        return error


def _hold(connection: Connection, mail: Sequence[tuple[Row[Any], Read]]) -> None:
    """Lock whom the webhooks speak of, all at once: each of them locks by itself, and the next one more."""
    if connection.dialect.name != "postgresql":
        return
    told: dict[tuple[str, str], list[Any]] = {}
    for row, read in mail:
        if isinstance(read, tuple):
            told.setdefault((row.channel, row.account), []).extend(read[1])
    people, sent = set[int](), set[int]()
    for (channel, account), events in told.items():
        addresses = spoken_of(connection, channel, account, events)
        receipts = [event for event in events if isinstance(event, Receipt)]
        refs = {split_ref(event.ref)[0] for event in receipts if event.ref}
        ids = {event.id for event in receipts if event.id}
        covered: dict[str, int] = {}
        for event in events:
            if isinstance(event, Watermark):
                covered[event.address] = max(micros(event.until), covered.get(event.address, 0))
        found = order.owners(connection, channel, account, addresses, refs, ids, covered)
        people |= found[0]
        sent |= found[1]
    order.hold(connection, people, sent)


def _one(
    project: Project, connection: Connection, row: Row[Any], read: Read, waiting: set[tuple[str, str, str]]
) -> None:
    if read is None:
        return
    if isinstance(read, Exception):
        raise read
    own, told = read
    now = project.now_micros(connection)
    events, strangers = understand(project, connection, own, told, now)
    named = (getattr(event, "address", None) for event in events)
    addresses = {(row.channel, row.account, str(address)) for address in named if address}
    if addresses & waiting:
        raise Deferred
    try:
        for event in events:
            _event(project, connection, own, event, row.received_at)
        # They may have an address now.
        learn(project, connection, own, strangers, now)
    except Deferred:
        waiting |= addresses
        raise


def _event(project: Project, connection: Connection, account: Account, event: Any, received_at: int) -> None:
    if isinstance(event, Reply):
        Routing(project, connection, account, event, received_at).run()
    elif isinstance(event, Receipt):
        _receipt(project, connection, account, event)
    elif isinstance(event, Watermark):
        _watermark(connection, account, event)
    elif isinstance(event, Blocked):
        state, reason = ("blocked", "by the person") if event.blocked else ("ok", "")
        addresses.set_state(connection, account.channel, account.name, event.address, state, reason)
    elif isinstance(event, Reviewed):
        where = (account.channel, account.name, event.name, event.language)
        message_templates.set_status(connection, where, event.status, event.reason, received_at)
    elif isinstance(event, Standing):
        place = (account.channel, account.name)
        channel_health.keep_standing(connection, place, event.about, event.value, event.before, received_at)
    elif isinstance(event, OptIn):
        _opt_in(project, connection, account, event)


def _opt_in(project: Project, connection: Connection, account: Account, event: OptIn) -> None:
    now = project.now_micros(connection)
    contact = contact_at(connection, account, event.address, event.profile, now)
    if event.subscribed:
        addresses.set_state(connection, account.channel, account.name, event.address, "ok", "")
    elif event.ref and channels()[account.channel].limits.window_hours is not None:
        # Following a link counts as a word: https://developers.facebook.com/docs/messenger-platform/discovery/m-me-links/
        known = addresses.find(connection, account.channel, account.name, event.address)
        addresses.heard_from(connection, known.id, micros(event.at)) if known is not None else None
    who = Arrival(contact=contact, account=account, address=event.address, key=event.key)
    if event.subscribed and event.scope == "marketing":
        _resume(project, connection, who, now)
    if event.ref and not event.subscribed and channels()[account.channel].limits.window_hours is None:
        # Opened only (Viber): the link counts from the first word on, when they may be written to.
        known = addresses.find(connection, account.channel, account.name, event.address)
        opt_in.remember(connection, known.id, event.ref) if known is not None else None
    elif event.ref and not arrive(project, connection, who, event.ref, now):
        enter_by_link(project, connection, contact, event.ref, now)
    elif not event.ref:
        redeem(project, connection, who, now)


def _resume(project: Project, connection: Connection, who: Arrival, now: int) -> None:
    """Marketing that a person stopped by the messenger's own switch is wanted again by the same switch."""
    if (who.account.channel, "marketing") in consents.withdrawn(connection, [who.contact]).get(who.contact, ()):
        given = ConsentGiven(
            contact_id=who.contact, channel=who.account.channel, purpose="marketing", action="grant",
            source=f"{who.account.channel} preferences", at=now, proven=True, evidence={"event": who.key},
        )  # fmt: skip
        give_consent(project, connection, [given], now)


def _receipt(project: Project, connection: Connection, account: Account, event: Receipt) -> None:
    name, part = split_ref(event.ref) if event.ref else ("", None)
    found = recognising.by_ref(connection, name) if name else None
    delivery_id = found.id if found is not None else None
    if delivery_id is None and event.id:
        delivery_id = recognising.by_provider(connection, account.channel, account.name, [event.id]).get(event.id)
    if delivery_id is None:
        _wait_for_answer(project, connection, account, event)
        return
    settling = Settling(project, connection)
    row = deliveries.lock(connection, [delivery_id])[0]
    if event.state == "failed":
        if takes_evidence(row) or row.state == "accepted":
            _failed(settling, row, event)
        return
    # A messenger's own id is known only after its answer: before that, it is the id of an earlier part.
    if found is not None and takes_evidence(row) and part in (None, row.parts):
        settling.accept(row, event.id, last=part is None)
        settling.save()
        row = deliveries.lock(connection, [delivery_id])[0]
    if event.state in ("delivered", "read") and part is None:
        _forward(connection, [row], event.state, micros(event.at))


def _wait_for_answer(project: Project, connection: Connection, account: Account, event: Receipt) -> None:
    """A receipt may overtake the answer to our request: while one is in flight to that person, it waits."""
    known = addresses.find(connection, account.channel, account.name, event.address) if event.address else None
    if known is not None and recognising.in_flight(
        connection, known.contact_id, account.channel, micros(project.real())
    ):
        raise Deferred


def _failed(settling: Settling, row: Row[Any], event: Receipt) -> None:
    """The messenger took it and could not deliver it; the trip has gone on, the record says what became of it."""
    trouble = event.trouble or Trouble.CONTENT_INVALID
    if row.state == "sending":
        settling.settle_one(row, Rejected(trouble=trouble, code=event.code))
        settling.save()
        return
    reason = REASONS.get(trouble, f"{trouble.value}:{event.code}")[:120]
    # It will not be delivered any more: the next messenger need not wait.
    at_once = None if row.cascade_at is None else micros(settling.now)
    settling.put(row, "rejected", reason, accepted_at=row.accepted_at, cascade_at=at_once)
    suppress(settling.connection, row, trouble, event.code, micros(settling.now))
    if trouble in ACCOUNT_TROUBLES:
        # WhatsApp takes messages first and tells of a restriction or an unpaid bill later: the next ones wait for it.
        accounts.set_status(settling.connection, row.channel, row.account, "broken", f"{trouble.value}: {event.code}")
    if trouble is Trouble.OPTED_OUT:
        account = settling.project.account(settling.connection, row.channel, row.account)
        if account is not None:
            now = micros(settling.now)
            source = f"{row.channel} {event.code}"
            stop_marketing(settling.project, settling.connection, row.contact_id, account.account, source, now, now)
    settling.save()


def _watermark(connection: Connection, account: Account, event: Watermark) -> None:
    states = ["accepted"] if event.state == "delivered" else ["accepted", "delivered"]
    ids = recognising.sent_until(connection, account.channel, account.name, event.address, micros(event.until), states)
    if ids:
        _forward(connection, deliveries.lock(connection, ids), event.state, micros(event.until))


def _forward(connection: Connection, rows: Sequence[Row[Any]], state: str, at: int) -> None:
    """Receipts only move forward; late, repeated and reordered ones change nothing."""
    tally = Tally()
    moving = [
        row for row in rows if RANK.get(row.state, 9) < RANK[state] and row.state not in ("unknown", "unresolved")
    ]
    for row in moving:
        deliveries.count_change(tally, row, row.state, state)
    deliveries.advance_state(connection, [(state, f"{state}_at", at, row.id) for row in moving])
    tally.save(connection)
