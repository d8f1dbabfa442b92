"""Keep house: what has served its time is removed, in small batches."""

from __future__ import annotations

from datetime import timedelta

from engine.project import Project, real_now
from store import retention
from store.tables.columns import micros

#: Messengers repeat webhooks for up to seven days; keys of events are kept longer than any client retries.
INBOX, ANSWERS = timedelta(days=30), timedelta(days=7)


def tidy(project: Project) -> dict[str, int]:
    """Remove processed webhooks and idempotent answers past their time; how many of each."""
    now = real_now()
    database = project.database
    return {
        "inbox": database.transact(lambda each: retention.forget_inbox(each, micros(now - INBOX))),
        "answers": database.transact(lambda each: retention.forget_answers(each, micros(now - ANSWERS))),
    }
