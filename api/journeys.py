"""Journeys: drafts with revisions, checks, publishing, pause and resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from api.broadcasts import shown_plan
from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.problems import Refused, as_dict
from engine import broadcasts
from engine import publish as publishing
from engine.advice import advice
from engine.errors import NotFound, RevisionNeeded, StaleRevision
from journeys.check import exits_and_sentences
from store import counters, journeys, keys, planned
from store.database import dumps
from store.sql import parsed

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])
Document = dict[str, Any]


class DraftIn(BaseModel):
    """A draft as the editor saves it."""

    model_config = ConfigDict(extra="forbid")

    document: Document


class ResumeIn(BaseModel):
    """Whether the pause counts as time that has passed."""

    model_config = ConfigDict(extra="forbid")

    shift: bool = False


class StopIn(BaseModel):
    """What becomes of those inside."""

    model_config = ConfigDict(extra="forbid")

    inside: Literal["drain", "eject"] = "drain"


@router.get("")
def list_journeys(
    project: Shared,
    _: Authorised,
    search: Annotated[str, Query(max_length=100)] = "",
    status: Literal["", "draft", "live", "paused", "stopped"] = "",
    entry: Literal["", "schedule"] = "",
    after: After = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Journeys, newest first, with the sums of their funnels; `search` takes a part of the name, in any case.

    `entry=schedule` leaves those that contacts enter by a schedule, each with its `broadcast`: who gets it and when.
    """
    on_schedule = entry == "schedule"
    with project.database.read() as connection:
        found = journeys.page(connection, after_id(after), limit + 1, search.strip(), status, on_schedule=on_schedule)
        sums = counters.summary(connection, [row.id for row in found])
        plans = broadcasts.of(project, connection, found[:limit]) if on_schedule else {}
    return paged(found, limit, lambda row: _shown(row, sums.get(row.id, {})) | shown_plan(plans.get(row.id)))


@router.post("", status_code=201)
def create(document: Document, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Create a draft; problems are told and do not stop it from being saved."""
    name = name_of(document)
    _small(document)

    def work(connection: Any) -> Any:
        now = project.now_micros(connection)
        row = journeys.create(connection, document, name, now, by=caller.name)
        keys.audit(connection, caller.name, "journey.created", row.public_id, now)
        return row

    row = project.database.transact(work)
    with project.database.read() as connection:
        problems = advice(project, connection, document)
    return {"id": row.public_id, "revision": row.revision, "problems": [as_dict(each) for each in problems]}


@router.get("/{journey}")
def get_journey(journey: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """One journey with its versions and the sums of its funnel."""
    with project.database.read() as connection:
        row = found(connection, journey)
        versions = journeys.versions(connection, row.id)
        sums = counters.summary(connection, [row.id]).get(row.id, {})
        live = journeys.version(connection, row.version_id) if row.version_id else None
        plan = planned.of(connection, row.id)
    return {
        **_shown(row, sums),
        "planned": _planned(plan) if plan is not None else None,
        "version": live.version if live is not None else None,
        "document": parsed(live.document) if live is not None else None,
        "versions": [{"version": each.version, "published_at": iso(each.published_at)} for each in versions],
    }


@router.get("/{journey}/versions")
def list_versions(journey: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """All published versions, newest first."""
    with project.database.read() as connection:
        versions = journeys.versions(connection, found(connection, journey).id)
    items = [{"version": each.version, "published_at": iso(each.published_at)} for each in versions]
    return {"items": items, "next": None}


@router.get("/{journey}/draft")
def get_draft(journey: str, project: Shared, _: Authorised, response: Response) -> dict[str, Any]:
    """The draft and the revision to name when it is saved."""
    with project.database.read() as connection:
        found(connection, journey)
        draft = journeys.draft(connection, journey)
    assert draft is not None
    response.headers["ETag"] = f'"{draft[1]}"'
    return {"document": draft[0], "revision": draft[1]}


@router.put("/{journey}/draft")
def put_draft(
    journey: str,
    body: DraftIn,
    project: Shared,
    caller: Authorised,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """Save the draft over the revision named in If-Match: 428 without one, 412 when somebody was faster."""
    if if_match is None:
        raise RevisionNeeded
    given = if_match.strip().removeprefix("W/").strip('"')
    if not given.isdigit():
        raise Refused(422, "not_valid", "If-Match is the revision of the draft, a number.", field="If-Match")
    _small(body.document)

    def work(connection: Any) -> None:
        found(connection, journey)
        now = project.now_micros(connection)
        name = name_of(body.document)
        if not journeys.save_draft(connection, journey, body.document, name, int(given), now, caller.name):
            raise StaleRevision

    project.database.transact(work)
    # Not within the transaction: a large journey is looked at for longer than others should wait to write.
    with project.database.read() as connection:
        problems = advice(project, connection, body.document)
    response.headers["ETag"] = f'"{int(given) + 1}"'
    return {"revision": int(given) + 1, "problems": [as_dict(each) for each in problems]}


@router.post("/{journey}/check")
def check_journey(journey: str, project: Shared, _: Authorised, body: DraftIn | None = None) -> dict[str, Any]:
    """Everything that is wrong with a document, or with the draft when none is sent; nothing is saved."""
    with project.database.read() as connection:
        found(connection, journey)
        draft = journeys.draft(connection, journey)
        assert draft is not None
        document = body.document if body is not None else draft[0]
        problems = advice(project, connection, document)
    return {"problems": [as_dict(each) for each in problems], "nodes": exits_and_sentences(document)}


@router.post("/{journey}/pause")
def pause(journey: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Freeze the journey: nobody moves, nothing is sent, nobody enters, nobody is dropped."""

    def work(connection: Any) -> None:
        row = found(connection, journey)
        _must_be(row, "live", "pause")
        publishing.pause(project, connection, row)
        keys.audit(connection, caller.name, "journey.paused", journey, project.now_micros(connection))

    project.database.transact(work)
    return {"status": "paused"}


@router.post("/{journey}/resume")
def resume(journey: str, project: Shared, caller: Authorised, body: ResumeIn | None = None) -> dict[str, Any]:
    """Go on after a pause; with `shift` all waits are longer by it, otherwise what fell due meanwhile is due now."""
    shift = body is not None and body.shift

    def work(connection: Any) -> int:
        row = found(connection, journey)
        _must_be(row, "paused", "resume")
        keys.audit(connection, caller.name, "journey.resumed", journey, project.now_micros(connection))
        return publishing.resume(project, connection, row, shift=shift)

    return {"status": "live", "woken": project.database.transact(work)}


@router.post("/{journey}/stop")
def stop(journey: str, project: Shared, caller: Authorised, body: StopIn | None = None) -> dict[str, Any]:
    """Take nobody in any more; those inside finish (`drain`) or leave at once as `exited(stopped)` (`eject`)."""
    inside = body.inside if body is not None else "drain"

    def begin(connection: Any) -> int:
        row = found(connection, journey)
        if row.status not in ("live", "paused"):
            raise Refused(409, "conflict", f"A journey that is {row.status} cannot be stopped.")
        publishing.stop(project, connection, row, inside)
        keys.audit(
            connection, caller.name, "journey.stopped", journey, project.now_micros(connection), {"inside": inside}
        )
        return int(row.id)

    journey_id = project.database.transact(begin)
    after: int | None = 0
    while inside == "eject" and after is not None:
        last: int = after
        after = project.database.transact(lambda each: publishing.eject_page(project, each, journey_id, last))  # noqa: B023
    return {"status": "stopped"}


def found(connection: Any, public_id: str) -> Any:
    """The journey's row; NotFound says which id is unknown."""
    row = journeys.get(connection, public_id)
    if row is None:
        raise NotFound(f"No journey is called {public_id!r}.")
    return row


def _must_be(row: Any, status: str, verb: str) -> None:
    if row.status != status:
        raise Refused(409, "conflict", f"A journey that is {row.status} cannot be {verb}d: it must be {status}.")


def name_of(document: Mapping[str, Any]) -> str:
    """What a document calls its journey."""
    settings = document.get("graph")
    name = settings.get("name") if isinstance(settings, Mapping) else None
    return name[:200] if isinstance(name, str) and name.strip() else "Untitled journey"


def _small(document: Mapping[str, Any]) -> None:
    if len(dumps(document)) > 2_000_000:
        raise Refused(413, "too_large", "A journey is at most 2 MB.", field="document")


def _planned(plan: Any) -> dict[str, Any]:
    """What is to be published and when; with `problems` when it could not be."""
    problems = parsed(plan.problems) if plan.problems is not None else []
    return {"at": iso(plan.at), "revision": plan.revision, "by": plan.planned_by, "problems": problems}


def _shown(row: Any, sums: Mapping[str, int]) -> dict[str, Any]:
    entered = sums.get("entered", 0)
    gone = sum(
        amount for what, amount in sums.items() if what == "completed" or what.startswith(("exited:", "failed:"))
    )
    return {
        "id": row.public_id,
        "name": row.name,
        "status": row.status,
        "revision": row.revision,
        #: `failures` when it paused by itself; how many trips had failed by then, or were worth telling.
        "paused_because": row.paused_because,
        "failures": row.failures,
        "ends_at": iso(row.ends_at),
        "entered": entered,
        "inside": entered - gone,
        "completed": sums.get("completed", 0),
        "converted": sums.get("converted", 0),
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }
