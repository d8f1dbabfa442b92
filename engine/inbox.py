"""The inbox: people of the business answer contacts, and let trips go on when the conversation is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.message import Message
from engine.project import Project
from engine.render import as_content
from journeys.gates import Reachable
from store import accounts, contacts, conversations, enrollments, said_outside
from store.tables.columns import maybe_instant, micros

#: How long an answer is worth sending.
WORTH = timedelta(days=1)


def answer(project: Project, connection: Connection, talk: Row[Any], text: str, token: str) -> bool:
    """Plan an answer on the messenger where the contact wrote last; False when this token has answered before."""
    now = project.now(connection)
    content = as_content(Message(text=text, category="service"))
    origin, until = f"{said_outside.INBOX}{talk.id}:{token}", micros(now + WORTH)
    return said_outside.plan(
        connection, origin, talk.contact_id, talk.channel, talk.account, content, until, micros(now)
    )


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the messenger lets a person of the business say now.

    `how` is `freely`, `as_person` (only as a person's own answer), or why not: `window_closed`, `not_written`,
    `blocked`, `unreachable`, `no_account`, `account_paused`. `until`: when it ends; None: it does not.
    """

    how: str
    until: datetime | None = None

    @property
    def may(self) -> bool:
        """Whether an answer would go out now."""
        return self.how in ("freely", "as_person")


def allowed(project: Project, connection: Connection, talk: Row[Any]) -> Allowed:
    """What may be answered now on the messenger where the contact wrote last."""
    to = _reachable(project, connection, talk)
    if to is None or to.channel not in channels():
        return Allowed("not_written" if not talk.channel else "no_account")
    limits, now = channels()[to.channel].limits, project.now(connection)
    if to.state != "ok":
        return Allowed("blocked" if to.state == "blocked" else "unreachable")
    if to.account_status != "ok":
        return Allowed("no_account" if to.account_status is None else "account_paused")
    for how, hours in (("freely", limits.window_hours), ("as_person", limits.answer_hours)):
        if how == "freely" and hours is None:
            return Allowed("freely")
        until = None if hours is None or to.last_inbound_at is None else to.last_inbound_at + timedelta(hours=hours)
        if until is not None and now < until:
            return Allowed(how, until)
    return Allowed("window_closed")


def _reachable(project: Project, connection: Connection, talk: Row[Any]) -> Reachable | None:
    """The contact's address on the account where they wrote last."""
    status = {(row.channel, row.name): row.status for row in accounts.names(connection)}
    for each in contacts.addresses_of(connection, [talk.contact_id]):
        if (each.channel, each.account) == (talk.channel, talk.account):
            return Reachable(
                channel=each.channel,
                account=each.account,
                address=each.address,
                state=each.state,
                account_status=status.get((each.channel, each.account)),
                last_inbound_at=maybe_instant(each.last_inbound_at),
            )
    return None


def close(project: Project, connection: Connection, talk: Row[Any], by: str) -> None:
    """End a conversation; the trip that handed over goes on, if it still stands there."""
    now = project.now_micros(connection)
    conversations.close(connection, talk.id, by, now)
    if talk.enrollment_id is None:
        return
    here = [row for row in enrollments.waiting_of(connection, [talk.contact_id]) if row.id == talk.enrollment_id]
    signals = [(row.id, "closed", {"visit": talk.seq}, now) for row in here if row.seq == talk.seq]
    enrollments.send_signals(connection, signals, now)
