"""The inbox: people of the business answer contacts, and let trips go on when the conversation is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.message import Message
from engine.project import Project
from engine.render import as_content
from store import conversations, enrollments, said_outside
from store.tables.columns import micros

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


def close(project: Project, connection: Connection, talk: Row[Any], by: str) -> None:
    """End a conversation; the trip that handed over goes on, if it still stands there."""
    now = project.now_micros(connection)
    conversations.close(connection, talk.id, by, now)
    if talk.enrollment_id is None:
        return
    here = [row for row in enrollments.waiting_of(connection, [talk.contact_id]) if row.id == talk.enrollment_id]
    signals = [(row.id, "closed", {"visit": talk.seq}, now) for row in here if row.seq == talk.seq]
    enrollments.send_signals(connection, signals, now)
