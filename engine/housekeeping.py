"""Keep house: what has served its time is removed, in small batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from engine.project import Project, real_now
from store import retention
from store.tables.columns import micros

#: Messengers repeat webhooks for up to seven days; keys of events are kept longer than any client retries.
INBOX, ANSWERS = timedelta(days=30), timedelta(days=7)


def tidy(project: Project) -> dict[str, int]:
    """Remove processed webhooks and idempotent answers past their time, in small transactions; how many of each."""
    now = real_now()
    return {
        "inbox": _forget(project, retention.forget_inbox, micros(now - INBOX)),
        "answers": _forget(project, retention.forget_answers, micros(now - ANSWERS)),
    }


def _forget(project: Project, forget: Callable[[Connection, int], int], before: int) -> int:
    gone = 0
    while batch := project.database.transact(lambda connection: forget(connection, before)):
        gone += batch
    return gone
