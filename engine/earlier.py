"""A button of an earlier question is pressed: the person is told so, or the trip goes back to that question."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.base import Account
from channels.message import Message
from engine.changeover import arrive_elsewhere, count_moved
from engine.project import Project
from engine.render import as_content
from engine.telling import visit_of
from store import enrollments, said_outside, whereabouts
from store.sql import parsed
from store.tables.columns import micros

#: What is said when the journey has no words of its own: in the alphabet of the question.
HINTS = {"en": "This button is no longer in use.", "ru": "Эта кнопка уже не действует."}
WORTH = timedelta(hours=1)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def go_back(project: Project, connection: Connection, contact: int, pressed: Row[Any]) -> Row[Any] | None:
    """Let the trip stand at the question again, if its journey wants that and it still runs: the trip as it is."""
    trip = _running(connection, contact, pressed.enrollment_id)
    seq = visit_of(pressed)
    if trip is None or seq is None:
        return None
    version = project.version(connection, trip.version_id)
    nodes = version.journey.nodes
    passed = [each for each in whereabouts.trails(connection, [trip.id]) if each.seq > seq and each.node in nodes]
    heard = next((each.node for each in passed if nodes[each.node].hears_replies), None)
    if version.journey.settings.earlier_buttons != "jump" or heard is None or nodes[heard].says() is not None:
        return None
    going = [(row, heard) for row in enrollments.take(connection, [trip.id])]
    arrive_elsewhere(connection, version, going, timedelta(0), project.now(connection))
    count_moved(connection, version, going, journey_too=False)
    return _running(connection, contact, trip.id)


def hint(project: Project, connection: Connection, contact: int, pressed: Row[Any], account: Account, key: str) -> None:
    """Tell the person once for each press that the question is over."""
    now = project.now(connection)
    settings = None if pressed.version_id is None else project.version(connection, pressed.version_id).journey.settings
    asked = str((parsed(pressed.content) or {}).get("text", ""))
    text = (settings.hint if settings is not None else "") or HINTS["ru" if _CYRILLIC.search(asked) else "en"]
    content = as_content(Message(text=text, category="service"))
    origin, until = f"hint:{account.channel}:{account.name}:{key}"[:120], micros(now + WORTH)
    said_outside.plan(connection, origin, contact, account.channel, account.name, content, until, micros(now))


def _running(connection: Connection, contact: int, trip: int | None) -> Row[Any] | None:
    return next((row for row in enrollments.waiting_of(connection, [contact]) if row.id == trip), None)
