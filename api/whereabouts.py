"""Where contacts are: why there, what will wake them, and when at the latest."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection, Row

from api.contacts import found as contact_found
from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.journeys import found as journey_found
from api.problems import Refused
from engine.evidence import doubt
from engine.project import Project
from journeys.explain import Explanation, Message, Standing, explain, held_because
from store import whereabouts
from store.tables.columns import instant, maybe_instant, micros

router = APIRouter(prefix="/v1/enrollments", tags=["trips"])
INSIDE = ("active", "waiting")
#: States of a message that has not gone out.
ON_ITS_WAY = ("planned", "held", "ready")


@router.get("")
def list_enrollments(
    project: Shared,
    _: Authorised,
    journey: Annotated[str, Query(max_length=60)] = "",
    contact: Annotated[str, Query(max_length=200)] = "",
    status: Annotated[str, Query(pattern="^(inside|active|waiting|completed|exited|failed)?$")] = "",
    node: Annotated[str, Query(max_length=60)] = "",
    search: Annotated[str, Query(max_length=100, description="Part of a contact's id, name or address.")] = "",
    order: Annotated[str, Query(pattern="^(oldest|newest)$")] = "oldest",
    after: After = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Trips, each with why it is where it is, what will wake it and when at the latest."""
    with project.database.read() as connection:
        rows = whereabouts.page(
            connection,
            journey_id=journey_found(connection, journey).id if journey else None,
            contact_id=contact_found(connection, contact).id if contact else None,
            status=status,
            node=node,
            search=search,
            newest=order == "newest",
            after=after_id(after),
            limit=limit + 1,
        )
        shown = dict(zip((row.id for row in rows), _trips(project, connection, rows), strict=True))
    return paged(rows, limit, lambda row: shown[row.id])


@router.get("/{enrollment}/explain")
def explain_enrollment(enrollment: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """One trip with its explanation; 404 when there is none of this id."""
    with project.database.read() as connection:
        number = int(enrollment) if enrollment.isdigit() and len(enrollment) <= 18 else 0
        row = whereabouts.get(connection, number)
        if row is None:
            raise Refused(404, "not_found", f"There is no enrollment {enrollment}.")
        return _trips(project, connection, [row])[0]


def held(row: Any) -> dict[str, Any] | None:
    """What keeps a delivery that has not gone out, until when it waits, and when it is given up."""
    if row.state not in ON_ITS_WAY or not row.reason:
        return None
    return {
        "reason": row.reason,
        "text": held_because(row.reason),
        "until": iso(row.ready_at),
        "latest": iso(row.expires_at),
    }


def in_doubt(project: Project, connection: Connection, row: Row[Any]) -> dict[str, Any] | None:
    """What is waited for of a message of which nobody knows whether it went out, until when, and what follows."""
    found = doubt(project, connection, row)
    if found is None:
        return None
    told = "a receipt of the messenger's may still tell"
    silent = "the messenger never tells by itself; only a late answer of its could"
    return {
        "text": f"nobody knows whether it went out; {told if found.told else silent}",
        "until": iso(found.until),
        "then": "sent_again" if found.again else "unresolved",
    }


def _trips(project: Project, connection: Connection, rows: Any) -> list[dict[str, Any]]:
    trails: dict[int, list[dict[str, Any]]] = {}
    for visit in whereabouts.trails(connection, [row.id for row in rows]):
        step = {"node": visit.node, "exit": visit.exit, "at": iso(visit.left_at)}
        trails.setdefault(visit.enrollment_id, []).append(step)
    messages = whereabouts.on_their_way(connection, rows)
    return [_trip(project, connection, row, trails.get(row.id, []), messages.get(row.id)) for row in rows]


def _trip(
    project: Project, connection: Connection, row: Row[Any], trail: list[dict[str, Any]], message: Row[Any] | None
) -> dict[str, Any]:
    running = row.status in INSIDE
    told = _explained(project, connection, row, message) if running else None
    return {
        "id": str(row.id),
        "contact": row.external_id,
        "journey": row.public_id,
        "journey_name": row.journey_name,
        "version": row.version,
        "status": row.status,
        "reason": row.reason or None,
        "node": row.node,
        "converted": bool(row.converted),
        "entered_at": iso(row.entered_at),
        "arrived_at": iso(row.arrived_at),
        "ended_at": iso(row.ended_at),
        "due_at": iso(row.due_at if row.due_at is not None else row.parked_at) if running else None,
        "waiting_for": row.waiting_for if running else None,
        "explained": told["text"] if told else None,
        "explain": told,
        "trail": trail,
    }


def _explained(project: Project, connection: Connection, row: Row[Any], message: Row[Any] | None) -> dict[str, Any]:
    journey = project.version(connection, row.version_id).journey
    standing = Standing(
        status=row.status,
        node=row.node,
        waiting_for=row.waiting_for,
        due_at=maybe_instant(row.due_at if row.due_at is not None else row.parked_at),
        paused=row.journey_status == "paused",
        message=None if message is None else _message(message),
        ends_at=maybe_instant(row.journey_ends_at),
    )
    found = explain(journey, standing, project.lease)
    node = journey.nodes.get(row.node)
    return {
        "step": {"title": journey.titles.get(row.node) or None, "sentence": node.sentence() if node else None},
        "why": found.why,
        "name": found.name or None,
        "held": _held(found, message),
        "wakes": [
            {"what": each.what, "name": each.name or None, "at": _iso(each.at), "text": each.text()}
            for each in found.wakes
        ],
        "latest": _iso(found.latest),
        "open_end": found.open_end,
        "text": found.text(),
    }


def _message(row: Row[Any]) -> Message:
    return Message(
        state=row.state,
        reason=row.reason,
        ready_at=maybe_instant(row.ready_at),
        expires_at=instant(row.expires_at),
        sending_at=maybe_instant(row.sending_at),
    )


def _held(found: Explanation, message: Row[Any] | None) -> dict[str, Any] | None:
    return held(message) if found.held and message is not None else None


def _iso(moment: Any) -> str | None:
    return None if moment is None else iso(micros(moment))
