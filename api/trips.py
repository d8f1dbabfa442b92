"""Trips: enrolling through the API, what was sent and what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.contacts import found as contact_found
from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.journeys import found as journey_found
from api.problems import Refused
from api.whereabouts import held, in_doubt
from engine.enroll import Candidate, enroll_many
from engine.errors import IdempotencyMismatch, NotFound
from store import contacts, copies, deliveries, inbox, keys
from store.database import dumps
from store.sql import parsed

router = APIRouter(prefix="/v1", tags=["trips"])
ContactId = Annotated[str, Field(min_length=1, max_length=200)]


class CandidateIn(BaseModel):
    """One contact with properties of their own."""

    model_config = ConfigDict(extra="forbid")

    id: ContactId
    properties: dict[str, Any] = Field(default_factory=dict)


class EnrollIn(BaseModel):
    """Contacts to enroll: ids, or ids with properties; `properties` are for all of them."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[ContactId | CandidateIn] = Field(min_length=1, max_length=10_000)
    properties: dict[str, Any] = Field(default_factory=dict)


@router.post("/journeys/{journey}/enrollments")
def enroll(
    journey: str,
    body: EnrollIn,
    project: Shared,
    caller: Authorised,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Enroll contacts into the live version; those who stay outside are told with a reason.

    A call repeated with the same Idempotency-Key enrolls once and gets the first answer; 409 when its body differs.
    """
    route = f"enroll {journey}"
    fingerprint = hashlib.sha256(dumps(body.model_dump(mode="json")).encode()).hexdigest()

    def work(connection: Any) -> dict[str, Any]:
        if idempotency_key:
            before = keys.answered(connection, caller.id, route, idempotency_key)
            if before is not None:
                if before[0] != fingerprint:
                    raise IdempotencyMismatch
                return before[1]
        answer = _enroll(project, connection, journey, body)
        if idempotency_key:
            now = project.now_micros(connection)
            keys.remember(connection, caller.id, route, idempotency_key, fingerprint, answer, now)
        return answer

    return project.database.transact(work)


def _enroll(project: Any, connection: Any, journey: str, body: EnrollIn) -> dict[str, Any]:
    row = journey_found(connection, journey)
    wanted = [each if isinstance(each, CandidateIn) else CandidateIn(id=each) for each in body.contacts]
    known = contacts.ids_of(connection, [each.id for each in wanted])
    candidates = [
        Candidate(contact_id=known[each.id], external_id=each.id, properties={**body.properties, **each.properties})
        for each in wanted
        if each.id in known
    ]
    entries = project.version(connection, row.version_id).journey.settings.entry if row.version_id else ()
    audience = next((entry.segment for entry in entries if entry.api), None)
    unknown = [each.id for each in wanted if each.id not in known]
    now = project.now_micros(connection)
    done = enroll_many(project, connection, row, candidates, now, segment=audience, unknown=unknown)
    return {
        "enrolled": len(done.ids),
        "skipped": [{"contact": name, "reason": reason} for name, reason in done.skipped],
    }


@router.get("/deliveries")
def list_deliveries(
    project: Shared,
    _: Authorised,
    contact: Annotated[str, Query(max_length=200)] = "",
    journey: Annotated[str, Query(max_length=60)] = "",
    after: After = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Messages, oldest first, with what became of each."""
    with project.database.read() as connection:
        rows = deliveries.page(
            connection,
            contact_id=contact_found(connection, contact).id if contact else None,
            journey_id=journey_found(connection, journey).id if journey else None,
            after=after_id(after),
            limit=limit + 1,
        )
        doubts = {row.id: in_doubt(project, connection, row) for row in rows}
    return paged(rows, limit, lambda row: {**_delivery(row), "in_doubt": doubts[row.id]})


@router.post("/deliveries/{delivery}/resend", status_code=201)
def resend(delivery: Annotated[int, Path(ge=1)], project: Shared, caller: Authorised) -> dict[str, Any]:
    """Send a message again of which nobody knows whether it arrived, as a new delivery; asked twice it is sent once."""

    def work(connection: Any) -> int:
        row = copies.states(connection, [delivery]).get(delivery)
        if row is None:
            raise NotFound("There is no such delivery.")
        if row.state != "unresolved" or row.content is None:
            raise Refused(409, "not_unresolved", f"Only an unresolved delivery is sent again; this one is {row.state}.")
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "delivery.resent", str(delivery), now)
        return copies.again(connection, [delivery], now)[delivery]

    return {"id": str(project.database.transact(work)), "resends": str(delivery)}


@router.get("/replies")
def list_replies(
    project: Shared,
    _: Authorised,
    contact: Annotated[str, Query(max_length=200)] = "",
    journey: Annotated[str, Query(max_length=60)] = "",
    after: After = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """What contacts sent, oldest first, with the rule that routed each."""
    with project.database.read() as connection:
        rows = inbox.replies(
            connection,
            contact_id=contact_found(connection, contact).id if contact else None,
            journey_id=journey_found(connection, journey).id if journey else None,
            after=after_id(after),
            limit=limit + 1,
        )
    return paged(rows, limit, _reply)


def _delivery(row: Any) -> dict[str, Any]:
    content: Mapping[str, Any] = parsed(row.content) or {}
    return {
        "id": str(row.id),
        "contact": row.external_id,
        "journey": row.public_id,
        "node": row.node,
        "channel": row.channel or None,
        "account": row.account or None,
        "category": row.category,
        "state": row.state,
        "reason": row.reason or None,
        "text": content.get("text"),
        "buttons": content.get("buttons", []),
        "media": content.get("media"),
        "attempt": row.attempt,
        "ready_at": iso(row.ready_at),
        "held": held(row),
        "planned_at": iso(row.planned_at),
        "sending_at": iso(row.sending_at),
        "accepted_at": iso(row.accepted_at),
        "delivered_at": iso(row.delivered_at),
        "read_at": iso(row.read_at),
        "replied_at": iso(row.replied_at),
    }


def _reply(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "contact": row.external_id,
        "journey": row.public_id,
        "node": row.node or None,
        "channel": row.channel,
        "account": row.account,
        "text": row.text,
        "button": row.button,
        "media": row.media,
        "rule": row.rule,
        "at": iso(row.at),
        "received_at": iso(row.received_at),
    }
