"""One contact's story, page by page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.contacts import found
from api.doors import Authorised, Limit, Shared, after_id, iso
from engine.evidence import WINDOW
from store import timeline

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])


@router.get("/{contact}/timeline")
def get_timeline(
    contact: str, project: Shared, _: Authorised, after: Annotated[str, Query(max_length=40)] = "", limit: Limit = 100
) -> dict[str, Any]:
    """What happened with a contact, newest first: messages, replies, steps, events, consents."""
    instant, _dash, passed = after.partition("-")
    until, skip = (after_id(instant), after_id(passed)) if after else (None, 0)
    with project.database.read() as connection:
        row = found(connection, contact)
        more = timeline.of_contact(connection, row.id, limit + 1, until, skip)
    items = more[:limit]
    # Much may happen in one instant: the next page begins within it, after what was shown of it.
    same = sum(each.at == items[-1].at for each in items)
    same += skip if items and until == items[-1].at else 0
    following = f"{items[-1].at}-{same}" if len(more) > limit else None
    shown = [
        {
            "at": iso(each.at),
            "kind": each.kind,
            "title": each.title,
            "detail": each.detail,
            "journey": each.journey,
            "journey_name": each.journey_name,
            "node": each.node,
            "in_doubt_until": None if each.doubted_at is None else iso(each.doubted_at + WINDOW),
        }
        for each in items
    ]
    return {"items": shown, "next": following}
