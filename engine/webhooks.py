"""A webhook is taken in: verified on its raw bytes, committed, opt-outs applied at once, and only then acknowledged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from channels import registry as channels
from channels.base import Account, Blocked, OptIn, OptOut, Reply
from engine.aliases import called
from engine.opting_in import welcome
from engine.people import contact_at, stop_marketing
from engine.project import Project
from nodes.matching import is_opt_out
from store import addresses, deliveries_wake, inbox, order
from store.crash_points import reach
from store.tables.columns import micros


@dataclass(frozen=True, slots=True)
class Taken:
    """How to answer a webhook."""

    status: int
    body: Mapping[str, Any] | None = None


def take_in(project: Project, channel_name: str, account_name: str, headers: Mapping[str, str], raw: bytes) -> Taken:
    """Store a webhook once and answer it; 404 for an unknown account, 403 when it is not the messenger's own."""
    channel = channels().get(channel_name)
    account = _account(project, channel_name, account_name)
    meters = project.database.meters
    if channel is None or account is None:
        meters.count("webhooks_rejected", "unknown_account")
        return Taken(404)
    if not channel.verify(headers, raw, account):
        meters.count("webhooks_rejected", "not_signed")
        return Taken(403)
    key = hashlib.sha256(raw).hexdigest()
    try:
        body: Any = orjson.loads(raw)
        error = ""
    except orjson.JSONDecodeError:
        body, error = None, "not JSON"
        meters.count("webhooks_rejected", "not_json")
    text = raw.decode("utf-8", "replace")

    def work(connection: Connection) -> tuple[Mapping[str, Any] | None, bool]:
        now = micros(project.now(connection))
        events = channel.read_webhook(body) if not error else ()
        stopped = False
        if inbox.keep(connection, [(channel_name, account_name, key, text, error, now)]):
            stopped = _obey(project, connection, account, events, now)
        reach("webhook-before-commit")
        opened = [each for each in events if isinstance(each, OptIn) and not each.subscribed]
        return (welcome(connection, account, opened[0]) if opened else None), stopped

    began = time.monotonic()
    greeting, stopped = project.database.transact(work, durable=True)
    # An opt-out is in effect as soon as its webhook is stored.
    meters.time("optout_to_effect_seconds" if stopped else "webhook_seconds", time.monotonic() - began)
    reach("webhook-after-commit-before-200")
    return Taken(200, channel.webhook_answer(body) or greeting)


def _account(project: Project, channel: str, name: str) -> Account | None:
    with project.database.read() as connection:
        connected = project.account(connection, channel, name)
    return None if connected is None else connected.account


def _obey(project: Project, connection: Connection, account: Account, events: Any, now: int) -> bool:
    """Opt-outs take effect in the transaction that stores the webhook: no claim after it may pass. Whether any did.

    So does the window that a person opens by writing: the claim must not depend on how far the inbox is processed.
    """
    stopped = False
    events = called(connection, account, events)
    stopping = {event.address for event in events if _stops(event)}
    if stopping:
        order.hold(connection, order.owners(connection, account.channel, account.name, stopping)[0])
    for event in events:
        if isinstance(event, Reply) and channels()[account.channel].limits.window_hours is not None:
            addresses.open_window(connection, account.channel, account.name, event.address, micros(event.at))
        if isinstance(event, Reply) and _stops(event):
            contact = contact_at(connection, account, event.address, event.profile, now)
            stop_marketing(project, connection, contact, account, f"keyword {event.text.strip()[:40]}", now, now)
            stopped = True
        elif isinstance(event, OptOut):
            contact = contact_at(connection, account, event.address, {}, now)
            stop_marketing(
                project, connection, contact, account, f"{account.channel} preferences", micros(event.at), now
            )
            stopped = True
        elif isinstance(event, Blocked) and _stops(event):
            contact = contact_at(connection, account, event.address, {}, now)
            addresses.set_state(connection, account.channel, account.name, event.address, "blocked", "by the person")
            deliveries_wake.recheck(connection, [contact], now)
            stopped = True
    return stopped


def _stops(event: Any) -> bool:
    if isinstance(event, Reply):
        return not event.button and not event.media and is_opt_out(event.text)
    return isinstance(event, OptOut) or (isinstance(event, Blocked) and event.blocked)
