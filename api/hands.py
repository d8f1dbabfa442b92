"""By hand: a message sent to oneself before publishing, contacts moved to another step or taken out of a journey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.contacts import found as contact_found
from api.doors import Authorised, Shared
from api.journeys import found
from api.problems import Refused
from engine.changeover import send_to
from engine.enroll import end_trips
from engine.errors import NotFound
from engine.render import CannotRender
from engine.trying import send_test
from journeys.diff import steps
from journeys.graph import read_node
from store import contacts, enrollments, journeys, keys

router = APIRouter(prefix="/v1", tags=["trips"])
PAGE = 1_000


class TestSendIn(BaseModel):
    """Which step's message goes to whom; `event`, `answers` and `coupon` stand in for what a trip would bring."""

    model_config = ConfigDict(extra="forbid")

    node: str = Field(max_length=60)
    contact: str = Field(max_length=200)
    event: dict[str, Any] = Field(default_factory=dict)
    answers: dict[str, Any] = Field(default_factory=dict)
    coupon: str | None = Field(None, max_length=200)


class EjectIn(BaseModel):
    """Whose trips of a journey end: those of the contacts named, those in a node, or everybody's."""

    model_config = ConfigDict(extra="forbid")

    journey: str
    contacts: list[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(None, max_length=10_000)
    node: str = Field("", max_length=60)


class MoveIn(EjectIn):
    """Whose trips of a journey go to which step."""

    to: str = Field(min_length=1, max_length=60)


@router.post("/journeys/{journey}/test-send")
def test_send(journey: str, body: TestSendIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Send a message of the draft to one contact; it is marked as a test and counts in no funnel."""

    def work(connection: Any) -> list[str]:
        found(connection, journey)
        draft = journeys.draft(connection, journey)
        assert draft is not None
        raw = steps(draft[0]).get(body.node)
        if raw is None:
            raise NotFound(f"The draft has no step {body.node!r}.")
        contact = contact_found(connection, body.contact)
        sample = {"event": body.event, "answers": body.answers, "coupon": body.coupon}
        zone = _zone(draft[0])
        spoken = send_test(project, connection, read_node(raw), body.node, contact, sample, zone)
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "journey.test_sent", journey, now, {"node": body.node})
        return spoken

    try:
        return {"sent": project.database.transact(work)}
    except CannotRender as cannot:
        raise Refused(422, cannot.reason, f"The message cannot be made: {cannot.detail}", field="event") from cannot
    except (ValidationError, KeyError) as invalid:
        raise Refused(422, "not_valid", "The step has problems: mend them first.", field="node") from invalid


@router.post("/enrollments/eject")
def eject(body: EjectIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """End running trips as `exited(ejected)`; what was planned for them is not sent any more."""

    def out(connection: Any, ids: list[int]) -> int:
        return end_trips(project, connection, ids, "ejected", project.now_micros(connection))

    return {"ejected": _each(body, project, caller, "enrollments.ejected", out)}


@router.post("/enrollments/move")
def move(body: MoveIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Send running trips to another step; what was planned for them is not said any more.

    Those who stand there already stay where they are, and those on an older version without such a step.
    """
    with project.database.read() as connection:
        row = found(connection, body.journey)
        live = None if row.version_id is None else project.version(connection, row.version_id)
    if live is None or body.to not in live.journey.nodes:
        raise Refused(422, "not_valid", f"The live version has no step {body.to!r}.", field="to")

    def there(connection: Any, ids: list[int]) -> int:
        return send_to(project, connection, ids, body.to)

    return {"moved": _each(body, project, caller, "enrollments.moved", there)}


def _each(body: EjectIn, project: Any, caller: Any, deed: str, act: Callable[[Any, list[int]], int]) -> int:
    """Page by page, each in a transaction of its own: to how many trips the deed was done."""

    def begin(connection: Any) -> tuple[int, list[int] | None]:
        row = found(connection, body.journey)
        known = None if body.contacts is None else sorted(contacts.ids_of(connection, body.contacts).values())
        detail = {**body.model_dump(include={"node", "to"}), "contacts": len(known or ())}
        keys.audit(connection, caller.name, deed, body.journey, project.now_micros(connection), detail)
        return row.id, known

    journey_id, known = project.database.transact(begin)
    many, after = 0, 0

    def page(connection: Any) -> tuple[int, int]:
        ids = enrollments.running(connection, journey_id, after, PAGE, node=body.node, contact_ids=known)
        return (act(connection, list(ids)), ids[-1]) if ids else (0, 0)

    while True:
        done, after = project.database.transact(page)
        many += int(done)
        if not after:
            return many


def _zone(document: Mapping[str, Any]) -> str | None:
    settings = document.get("graph")
    zone = settings.get("timezone") if isinstance(settings, Mapping) else None
    return zone if isinstance(zone, str) else None
