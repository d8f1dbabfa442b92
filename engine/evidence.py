"""What nobody answers for: senders that died, and unknown outcomes once evidence had its time to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from engine.answers import Settling, says_of
from engine.cascading import cascade
from engine.project import Project
from engine.render import from_content
from journeys.gates import may_repeat
from nodes.base import Says
from store import deliveries, inbox, running
from store.sql import parsed
from store.tables.columns import micros

#: How long, of continuously healthy receiver time, evidence is waited for before an unknown outcome is settled: more
#: than a messenger's receipt is ever late, or the window itself would make duplicates.
EVIDENCE = timedelta(minutes=15)
#: The same in microseconds.
WINDOW = EVIDENCE // timedelta(microseconds=1)
#: How often a message that must arrive is sent before nobody sends it again by itself.
MOST_TRIES = 3


def sweep(project: Project, connection: Connection, limit: int = 500) -> int:
    """Settle expired leases and unknown outcomes past their window, and try next messengers; how many deliveries."""
    settling = Settling(project, connection)
    real = micros(project.real())
    # Locked rows are looked at once more: an answer, a receipt or another engine may have been faster.
    for row in deliveries.lock(connection, deliveries.expired_leases(connection, real, limit)):
        if row.state == "sending" and row.lease_until < real:
            settling.unknown(row, last=not _has_more(project, connection, row))
            project.database.meters.count("lease_expired")
    before = heard_everything_until(project, connection) - micros_of(EVIDENCE)
    waiting = deliveries.unknown_since(connection, before, limit)
    if waiting and receiving_since(project, connection) <= before:
        for row in deliveries.lock(connection, [row.id for row in waiting]):
            if row.state == "unknown" and row.unknown_at <= before:
                _give_up(project, settling, row)
    settled = len(settling.settled)
    settling.save()
    return settled + cascade(project, connection, limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is waited for while nobody knows whether a message went out."""

    #: Until when at least, in microseconds: a break in receiving makes it longer.
    until: int
    #: Whether the messenger tells by itself what it has taken; otherwise only a late answer could.
    told: bool
    #: Whether the message is sent once more then, unless there is evidence; otherwise it stays unresolved.
    again: bool


def doubt(project: Project, connection: Connection, row: Row[Any]) -> Doubt | None:
    """What becomes of a delivery in doubt, None of any other one; `row` as of `deliveries.page`."""
    if row.state != "unknown" or row.unknown_at is None:
        return None
    limits = channels()[row.channel].limits if row.channel in channels() else None
    says, until = says_of(project, connection, row), row.unknown_at + WINDOW
    again = _again(row, says, until)
    return Doubt(until=until, told=limits is not None and limits.echoes, again=again)


def _again(row: Row[Any], says: Says | None, now: int) -> bool:
    """Whether a message of which no evidence came by an instant is sent once more."""
    limits = channels()[row.channel].limits if row.channel in channels() else None
    worth = row.tries < MOST_TRIES and row.expires_at > now
    return worth and may_repeat(says.policy if says else None, row.category, limits)


def _give_up(project: Project, settling: Settling, row: Row[Any]) -> None:
    """Send once more what must arrive; the rest is counted, shown, and never sent again by itself.

    A part is not repeated either, but those after it have not been sent at all: they go on.
    """
    if _again(row, settling.says(row), micros(settling.now)):
        settling.put(row, "ready", "no_evidence", ready_at=micros(settling.now))
        project.database.meters.count("duplicate_suspected", row.channel)
    elif _has_more(project, settling.connection, row):
        settling.pass_over(row)
    else:
        settling.put(row, "unresolved", "no_evidence")
        project.database.meters.count("unresolved", row.channel)


def _has_more(project: Project, connection: Connection, row: Row[Any]) -> bool:
    """Whether the part that nobody knows of is not the message's last."""
    connected = project.account(connection, row.channel, row.account)
    content = parsed(deliveries.content_of(connection, row.id))
    if connected is None or not content or row.channel not in channels():
        return False
    message = from_content(content)
    parts = channels()[row.channel].compose(message, row.address, connected.account, "")
    return int(row.parts) + 1 < len(parts)


def heard_everything_until(project: Project, connection: Connection) -> int:
    """The instant before which every webhook that we acknowledged has had its effect."""
    oldest = inbox.horizon(connection)
    return project.now_micros(connection) if oldest is None else oldest


def receiving_since(project: Project, connection: Connection) -> int:
    """Since when webhooks could be received without a break; the end of time when nobody receives them.

    In a sandbox time jumps, so only the present health counts.
    """
    since = running.up_since(connection, "api:", micros(project.real()))
    if since is None:
        return 2**62
    return 0 if project.sandbox else since


def micros_of(length: timedelta) -> int:
    """A duration in microseconds."""
    return length // timedelta(microseconds=1)
