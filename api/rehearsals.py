"""Rehearsals: a journey played with one contact before anybody is in it; and rehearsals kept as its tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.contacts import found as contact_found
from api.doors import Authorised, Shared, iso
from api.journeys import found
from api.problems import Refused
from engine.errors import JourneyHasProblems, NotFound
from engine.publish import problems_of
from engine.rehearsal import Rehearsal
from engine.rehearsal_outcome import differences, outcome
from journeys.caps import WEEK, Caps
from journeys.check import errors
from journeys.graph import Journey, read
from journeys.script import Expected, Part, Script
from store import consents, contacts, frequency, journey_tests, journeys
from store.sql import parsed
from store.tables.columns import instant, maybe_instant, micros

router = APIRouter(prefix="/v1", tags=["rehearsals"])
WINDOW = timedelta(hours=24)


class RehearseIn(BaseModel):
    """What is rehearsed: a journey's draft, or a document; `contact` is a real one to begin from, only read."""

    model_config = ConfigDict(extra="forbid")

    journey: str | None = None
    document: dict[str, Any] | None = None
    contact: str | None = None
    script: Script = Field(default_factory=lambda: Script.model_validate({}))

    @model_validator(mode="after")
    def _something(self) -> RehearseIn:
        if self.journey is None and self.document is None:
            raise ValueError("name a journey, or send a document")
        return self


class TestIn(BaseModel):
    """A rehearsal to keep; without `expect` what it comes to now is expected."""

    model_config = ConfigDict(extra="forbid")

    script: Script
    expect: Expected | None = None


class RunIn(BaseModel):
    """The document that the tests are run on; the draft when there is none."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any] | None = None


@router.post("/rehearsals")
def rehearse(body: RehearseIn, project: Shared, _: Authorised) -> dict[str, Any]:
    """Play a script from its beginning on the real walk; nothing is sent and nothing is kept.

    The answer has the chat, the way, why each step was decided so, the variables, and the script with what was filled
    in: send it again with one more act to go on.
    """
    with project.database.read() as connection:
        journey = _journey(project, connection, body.journey, body.document)
        now = project.now(connection)
        caps = _caps(connection)
        script = body.script
        if "at" not in script.model_fields_set:
            script = script.model_copy(update={"at": now})
        if body.contact is not None:
            part = _part(connection, body.contact, now)
            script = script.model_copy(update={"contact": part})
    played = Rehearsal(journey, script.model_copy(deep=True), caps).play()
    return {**shown(played), "script": script.model_dump(mode="json", exclude_none=True)}


@router.get("/journeys/{journey}/tests")
def list_tests(journey: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """The tests of a journey: rehearsals that were kept, and what is expected of them."""
    with project.database.read() as connection:
        rows = journey_tests.of(connection, found(connection, journey).id)
    items = [
        {"name": row.name, "script": parsed(row.script), "expect": parsed(row.expected), "saved_at": iso(row.saved_at)}
        for row in rows
    ]
    return {"items": items, "next": None}


@router.put("/journeys/{journey}/tests/{name}")
def put_test(journey: str, name: str, body: TestIn, project: Shared, _: Authorised) -> dict[str, Any]:
    """Keep a rehearsal as a test; one of the same name is replaced."""
    if not 0 < len(name.strip()) <= journey_tests.LONGEST_NAME:
        raise Refused(422, "not_valid", f"A name has 1 to {journey_tests.LONGEST_NAME} characters.", field="name")

    def work(connection: Any) -> Expected:
        row = found(connection, journey)
        if journey_tests.count(connection, row.id) >= journey_tests.MOST:
            raise Refused(409, "conflict", f"A journey has at most {journey_tests.MOST} tests.")
        drawn = _journey(project, connection, journey, None)
        expect = body.expect or outcome(Rehearsal(drawn, body.script, _caps(connection)).play())
        written = body.script.model_dump(mode="json", exclude_none=True)
        now = project.now_micros(connection)
        journey_tests.put(connection, row.id, name.strip(), written, expect.model_dump(mode="json"), now)
        return expect

    return {"name": name.strip(), "expect": project.database.transact(work).model_dump(mode="json")}


@router.delete("/journeys/{journey}/tests/{name}")
def delete_test(journey: str, name: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """Let go of a test."""

    def work(connection: Any) -> int:
        return journey_tests.delete(connection, found(connection, journey).id, name)

    if not project.database.transact(work):
        raise NotFound(f"The journey has no test {name!r}.")
    return {"deleted": True}


@router.post("/journeys/{journey}/tests/run")
def run_tests(journey: str, project: Shared, _: Authorised, body: RunIn | None = None) -> dict[str, Any]:
    """Run every test of a journey on its draft, or on a document: which hold, and what came out otherwise."""
    with project.database.read() as connection:
        row = found(connection, journey)
        drawn = _journey(project, connection, journey, body.document if body is not None else None)
        tests = journey_tests.of(connection, row.id)
        caps = _caps(connection)
    items = []
    for test in tests:
        came = outcome(Rehearsal(drawn, Script.model_validate(parsed(test.script)), caps).play())
        wrong = differences(Expected.model_validate(parsed(test.expected)), came)
        items.append({"name": test.name, "passed": not wrong, "differences": wrong})
    failed = sum(not each["passed"] for each in items)
    return {"items": items, "passed": len(items) - failed, "failed": failed}


def _journey(project: Any, connection: Any, journey: str | None, document: Mapping[str, Any] | None) -> Journey:
    """The journey to play; JourneyHasProblems when its document may not run."""
    if journey is not None:
        found(connection, journey)
    if document is None:
        draft = journeys.draft(connection, journey or "")
        assert draft is not None
        document = draft[0]
    problems = errors(problems_of(project, connection, document))
    if problems:
        raise JourneyHasProblems(problems)
    return read(document, journey or "")


def _caps(connection: Any) -> tuple[Caps, ...]:
    """The project's own."""
    chosen = frequency.setting(connection, "caps")
    return (Caps.model_validate(chosen),) if chosen else ()


def _part(connection: Any, name: str, now: datetime) -> Part:
    """A real contact as the rehearsal begins."""
    row = contact_found(connection, name)
    addresses = contacts.addresses_of(connection, [row.id])
    agreed = consents.state(connection, [row.id]).get(row.id, set())
    heard = [maybe_instant(each.last_inbound_at) for each in addresses]
    # A day more than the week: days begin at other instants in other zones.
    since = micros(now - timedelta(days=WEEK + 1))
    sent = frequency.marketing_since(connection, [row.id], since).get(row.id, ())
    return Part(
        external_id=row.external_id,
        attributes=parsed(row.attributes),
        tags=tuple(parsed(row.tags)),
        timezone=row.timezone,
        channels=tuple(dict.fromkeys(each.channel for each in addresses)) or ("telegram",),
        consents=tuple(channel for channel, purpose in sorted(agreed) if purpose == "marketing"),
        wrote=any(each is not None and now - each < WINDOW for each in heard),
        advertised=tuple(instant(each.sending_at) for each in sent),
    )


def shown(played: Rehearsal) -> dict[str, Any]:
    """A rehearsal as the API answers it, without its script."""
    done, person, chat = played.walked, played.person, played.chat
    context = {"event": done.trip.event, "answers": done.trip.answers, "coupon": done.trip.coupon}
    return {
        "now": played.now.isoformat(),
        "status": done.status,
        "reason": done.reason or None,
        "node": done.trip.node,
        "waiting_for": done.waiting_for or None,
        "due_at": done.due_at.isoformat() if done.due_at else None,
        "converted": played.converted,
        "chat": [
            {
                "from": line.speaker,
                "at": line.at.isoformat(),
                "channel": line.channel,
                "text": line.text,
                "buttons": line.content.get("buttons", []),
                "media": line.content.get("media"),
                "node": line.node or None,
                "note": line.note or None,
                "until": line.until.isoformat() if line.until else None,
            }
            for line in chat.lines
        ],
        "path": [{"node": each.node, "exit": each.exit, "at": each.left_at.isoformat()} for each in played.path],
        "trace": [
            {
                "node": each.node,
                "at": each.at.isoformat(),
                "outcome": each.outcome,
                "exit": each.exit,
                "until": each.until.isoformat() if each.until else None,
                "why": each.why,
            }
            for each in played.trace
        ],
        "variables": {"contact": dict(person.attributes), **context},
        "tags": list(person.tags),
        "timezone": person.zone,
        "channel": chat.channel,
    }
