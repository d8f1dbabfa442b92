"""Publishing: now, or at a chosen instant."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.doors import Authorised, Shared, iso
from api.journeys import found
from api.problems import Refused
from engine import planned as planning
from engine import publish as publishing
from engine.errors import NotFound
from store import journeys, keys, planned
from store.tables.columns import micros

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])


class PublishIn(BaseModel):
    """When to publish."""

    model_config = ConfigDict(extra="forbid")

    #: An instant to come, with its offset from UTC; now when it is left out.
    at: AwareDatetime | None = None


@router.post("/{journey}/publish")
def publish(journey: str, project: Shared, caller: Authorised, body: PublishIn | None = None) -> dict[str, Any]:
    """Publish the draft as the next version, now or at an instant; 422 with every problem when it may not run.

    At an instant the draft is published as it stands now. It is looked at once more then: when it does not pass any
    more, it is not published, and the journey's `planned` says why.
    """

    def work(connection: Any) -> dict[str, Any]:
        row = found(connection, journey)
        draft = journeys.draft(connection, journey)
        assert draft is not None
        now = project.now_micros(connection)
        if body is not None and body.at is not None:
            if micros(body.at) <= now:
                raise Refused(
                    422, "not_valid", "Choose an instant to come, or leave it out to publish now.", field="at"
                )
            planning.plan(project, connection, row, draft, body.at, caller.name)
            at = {"at": iso(micros(body.at)), "revision": draft[1]}
            keys.audit(connection, caller.name, "journey.publishing_planned", journey, now, at)
            return {"version": None, **at}
        number = publishing.publish(project, connection, row, draft[0])
        keys.audit(connection, caller.name, "journey.published", journey, now, {"version": number})
        return {"version": number}

    return project.database.transact(work)


@router.delete("/{journey}/publish")
def cancel_publishing(journey: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """What was to be published later is not; also forgets why it could not be. 404 when nothing was planned."""

    def work(connection: Any) -> None:
        if not planned.drop(connection, found(connection, journey).id):
            raise NotFound("Nothing is planned to be published.")
        keys.audit(connection, caller.name, "journey.publishing_cancelled", journey, project.now_micros(connection))

    project.database.transact(work)
    return {"planned": None}
