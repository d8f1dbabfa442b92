"""What a messenger did not deliver in time is tried on the step's next one, as a delivery of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from engine.answers import says_of
from engine.project import Project
from engine.telling import visit_of
from nodes.base import Says
from store import cascades
from store.cascades import NEXT

#: States in which nobody has said that it reached the phone.
NOT_DELIVERED = frozenset({"accepted", "unknown", "unresolved", "rejected"})
#: No messenger is called so: what is left when all were tried.
NOWHERE = "nowhere"


def cascade(project: Project, connection: Connection, limit: int = 500) -> int:
    """Plan the second tries that are due; how many deliveries have had their turn."""
    now = project.now_micros(connection)
    due = cascades.due(connection, now, limit)
    if not due:
        return 0
    planned = [
        (
            row.enrollment_id, row.contact_id, f"{NEXT}{row.enrollment_id}:{visit_of(row)}:{row.channel}:{row.part}",
            "", None, row.journey_id, row.version_id, row.node, row.part, row.cohort, row.category, "planned", "", now,
            row.expires_at, 0, "", "", now, None,
        )
        for row in due
        if row.state in NOT_DELIVERED and row.replied_at is None and row.expires_at > now
        and _has_next(says_of(project, connection, row), row.channel)
    ]  # fmt: skip
    cascades.plan(connection, planned)
    cascades.done(connection, [row.id for row in due])
    return len(due)


def _has_next(says: Says | None, channel: str) -> bool:
    return says is not None and (not says.channels or channel in says.channels[:-1])


def narrowed(says: Says, row: Row[Any], reachable_on: Sequence[str]) -> Says:
    """A second try's messengers: those of the step behind the one that did not deliver."""
    if not row.origin.startswith(NEXT):
        return says
    tried = row.origin.split(":")[3]
    order = says.channels or tuple(dict.fromkeys(reachable_on))
    rest = order[order.index(tried) + 1 :] if tried in order else ()
    return replace(says, channels=tuple(rest) or (NOWHERE,))
