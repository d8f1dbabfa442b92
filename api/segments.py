"""Segments: contacts for whom a rule holds, kept current by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.problems import Refused
from engine.errors import NotFound
from engine.headcount import headcount
from engine.project import Project
from engine.segments import User, problem_of, users
from store import journeys, keys, segments
from store.contacts import fold
from store.sql import parsed

router = APIRouter(prefix="/v1/segments", tags=["segments"])
#: Contacts that a preview shows.
SAMPLE = 8


class SegmentIn(BaseModel):
    """A segment: a name and the rule that holds for its contacts."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    rule: dict[str, Any]


class NewSegmentIn(SegmentIn):
    """A new segment, with an id of one's own if wanted: rules and journeys name it."""

    id: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{1,60})?$")] = ""


class PreviewIn(BaseModel):
    """A rule to try, and the segment whose rule it would be."""

    model_config = ConfigDict(extra="forbid")

    rule: dict[str, Any]
    segment: str = Field("", max_length=60)


@router.get("")
def list_segments(
    project: Shared,
    _: Authorised,
    search: Annotated[str, Query(max_length=100)] = "",
    after: After = "",
    limit: Limit = 1000,
    names: bool = False,
) -> dict[str, Any]:
    """Segments, oldest first: how many contacts each holds, how fresh that is, and what asks about it.

    `names=true` tells their ids and names alone: nobody is counted.
    """
    sought, last = fold(search.strip()), after_id(after)
    with project.database.read() as connection:
        fits = [
            row
            for row in segments.everything(connection)
            if row.id > last and (sought in fold(row.name) or sought in fold(row.public_id))
        ][: limit + 1]
        if names:
            return paged(fits, limit, lambda row: {"id": row.public_id, "name": row.name})
        return paged(fits, limit, _Shown(project, connection, fits))


@router.post("/preview")
def preview(body: PreviewIn, project: Shared, _: Authorised) -> dict[str, Any]:
    """For how many contacts a rule would hold and some of them; nothing is saved.

    Of up to 2,000 contacts everybody is looked at; of more, a sample of so many: `exact` tells.
    """
    with project.database.read() as connection:
        _must_fit(connection, body.rule, body.segment)
        found = headcount(project, connection, body.rule)
    sample = [{"contact": row.external_id, "attributes": parsed(row.attributes)} for row in found.holding[:SAMPLE]]
    told = {"size": found.size, "everybody": found.everybody, "exact": found.exact, "looked_at": found.looked_at}
    return {**told, "held": len(found.holding), "sample": sample}


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
        return _Shown(project, connection, [row])(row)


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
        if asking := users(project, connection).get(segment):
            raise Refused(
                409, "conflict", f"The {asking[0].kind} {asking[0].id} asks about this segment; change that first."
            )
        segments.remove(connection, row.id)
        keys.audit(connection, caller.name, "segment.removed", segment, project.now_micros(connection))

    project.database.transact(work)
    return {"removed": True}


@router.get("/{segment}/members")
def list_members(segment: str, project: Shared, _: Authorised, after: After = "", limit: Limit = 100) -> dict[str, Any]:
    """Who is in a segment, and since when."""
    with project.database.read() as connection:
        rows = segments.members(connection, found(connection, segment).id, after_id(after), limit + 1)
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


class _Shown:
    """Segments as they are answered, with what is known of all of them at once."""

    def __init__(self, project: Project, connection: Any, found: Sequence[Any]) -> None:
        self.sizes = segments.sizes(connection, [row.id for row in found])
        self.users = users(project, connection)
        asking = {each.id for row in found for each in self.users.get(row.public_id, ()) if each.kind == "journey"}
        self.names = journeys.names(connection, asking)
        self.names |= {row.public_id: row.name for row in segments.everything(connection)}

    def __call__(self, row: Any) -> dict[str, Any]:
        return {
            "id": row.public_id,
            "name": row.name,
            "rule": parsed(row.rule),
            "size": self.sizes.get(row.id, 0),
            "filling": row.refreshed_at is None or row.cursor > 0,
            "refreshed_at": iso(row.refreshed_at),
            "created_at": iso(row.created_at),
            "updated_at": iso(row.updated_at),
            "used_by": [self._user(each) for each in self.users.get(row.public_id, ())],
        }

    def _user(self, user: User) -> dict[str, Any]:
        return {"kind": user.kind, "id": user.id, "how": user.how, "name": self.names.get(user.id, user.id)}
