"""Segments: contacts for whom a rule holds, kept current by the engine."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.problems import Refused
from engine.errors import NotFound
from engine.segments import problem_of, used_by
from store import keys, segments
from store.sql import parsed

router = APIRouter(prefix="/v1/segments", tags=["segments"])


class SegmentIn(BaseModel):
    """A segment: a name and the rule that holds for its contacts."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    rule: dict[str, Any]


class NewSegmentIn(SegmentIn):
    """A new segment, with an id of one's own if wanted: rules and journeys name it."""

    id: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{1,60})?$")] = ""


@router.get("")
def list_segments(project: Shared, _: Authorised) -> dict[str, Any]:
    """All segments, oldest first, with how many contacts each holds."""
    with project.database.read() as connection:
        sizes = segments.sizes(connection)
        return {
            "items": [_shown(row, sizes.get(row.id, 0)) for row in segments.everything(connection)],
            "next": None,
        }


@router.post("", status_code=201)
def create_segment(body: NewSegmentIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make a segment; the engine fills it at once, `refreshed_at` tells when it was done."""

    def work(connection: Any) -> str:
        _must_fit(connection, body.rule, body.id)
        now = project.now_micros(connection)
        made = segments.create(connection, body.id, body.name, body.rule, now)
        if made is None:
            raise Refused(409, "conflict", f"There is a segment called {body.id} already.", field="id")
        keys.audit(connection, caller.name, "segment.created", made, now)
        return made

    return {"id": project.database.transact(work)}


@router.get("/{segment}")
def get_segment(segment: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """One segment."""
    with project.database.read() as connection:
        row = found(connection, segment)
        return _shown(row, segments.sizes(connection).get(row.id, 0))


@router.put("/{segment}")
def change_segment(segment: str, body: SegmentIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Change a segment; everybody is looked at again, and who enters or leaves by it does so now."""

    def work(connection: Any) -> None:
        row = found(connection, segment)
        _must_fit(connection, body.rule, segment)
        now = project.now_micros(connection)
        segments.change(connection, row.id, body.name, body.rule, now)
        keys.audit(connection, caller.name, "segment.changed", segment, now)

    project.database.transact(work)
    return {"id": segment}


@router.delete("/{segment}")
def remove_segment(segment: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Remove a segment that no live journey and no other segment asks about."""

    def work(connection: Any) -> None:
        row = found(connection, segment)
        if user := used_by(project, connection, segment):
            raise Refused(409, "conflict", f"{user} asks about this segment; change that first.")
        segments.remove(connection, row.id)
        keys.audit(connection, caller.name, "segment.removed", segment, project.now_micros(connection))

    project.database.transact(work)
    return {"removed": True}


@router.get("/{segment}/members")
def list_members(segment: str, project: Shared, _: Authorised, after: After = "", limit: Limit = 100) -> dict[str, Any]:
    """Who is in a segment, and since when."""
    with project.database.read() as connection:
        rows = segments.members(connection, found(connection, segment).id, after_id(after), limit)
    return paged(rows, limit, lambda row: {"contact": row.external_id, "since": iso(row.since)})


def found(connection: Any, public_id: str) -> Any:
    """The segment's row; NotFound says which id is unknown."""
    row = segments.get(connection, public_id)
    if row is None:
        raise NotFound(f"No segment is called {public_id!r}.")
    return row


def _must_fit(connection: Any, rule: dict[str, Any], own_id: str) -> None:
    wrong = problem_of(connection, rule, own_id)
    if wrong is not None:
        raise Refused(422, "not_valid", wrong.text, field=f"rule.{wrong.path}".rstrip("."))


def _shown(row: Any, size: int) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "rule": parsed(row.rule),
        "size": size,
        "filling": row.refreshed_at is None or row.cursor > 0,
        "refreshed_at": iso(row.refreshed_at),
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }
