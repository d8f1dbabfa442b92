"""A trip asks another system, keeps what it was told, and never leaves on an answer that it has not been handed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.semantics.stories import NOON, drawn, line, step
from tests.town import Served, Town


class Crm:
    """Another system: it notes what it is asked and answers what it was told to, the last answer again and again."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.answers: list[tuple[int, bytes]] = [(200, b"{}")]
        self.served = Served(lambda _: Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])]))

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        key = request.headers["idempotency-key"]
        asked = orjson.loads(body) if body else None
        self.seen.append({"path": request.url.path, "key": key, "body": asked, "shop": request.headers.get("x-shop")})
        status, content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Response(content, status)


@pytest.fixture
def crm(place: Town) -> Iterator[Crm]:
    made = Crm()
    place.project.hosts = frozenset({made.served.url})
    place.freeze(NOON)
    yield made
    made.served.stop()


def asking(crm: Crm, **more: Any) -> dict[str, Any]:
    ask = step("ask", "webhook", url=f"{crm.served.url}/orders/{{{{ event.id }}}}", **more)
    return drawn(ask, step("good", "exit"), step("bad", "exit"), ways="ask.ok>good ask.failed>bad")


def test_a_good_answer_is_kept_and_goes_on(place: Town, crm: Crm) -> None:
    crm.answers = [(200, b'{"customer": {"level": "gold", "tags": ["a"]}, "n": 3}')]
    save = {"level": "customer.level", "first": "customer.tags.0", "nothing": "customer.x", "whole": "customer"}
    body = {"id": "{{ event.id }}", "who": "{{ contact.external_id }}"}
    journey = place.publish(asking(crm, headers={"X-Shop": "north"}, body=body, save=save))
    place.contact("ann")
    place.enroll(journey, "ann", properties={"id": 7})
    place.advance()
    assert crm.seen[0] | {"key": ""} == {
        "path": "/orders/7",
        "key": "",
        "body": {"id": 7, "who": "ann"},
        "shop": "north",
    }
    assert place.path(journey, "ann") == "ask→good"
    assert place.call("GET", "/v1/contacts/ann")["attributes"] == {"level": "gold", "first": "a"}


def test_a_broken_system_is_tried_again_with_the_same_key(place: Town, crm: Crm) -> None:
    crm.answers = [(503, b""), (429, b""), (204, b"")]
    journey = place.publish(asking(crm))
    place.contact("ann")
    place.enroll(journey, "ann", properties={"id": 7})
    place.advance()
    assert place.trip(journey, "ann")["waiting_for"] == "webhook"
    place.advance("PT1M")
    assert (len(crm.seen), len({each["key"] for each in crm.seen})) == (3, 1)
    assert place.path(journey, "ann") == "ask→good"


@pytest.mark.parametrize(("answers", "many"), [([(400, b"")], 1), ([(500, b"")], 2), ([(302, b"")], 1)])
def test_no_good_answer_leaves_by_failed(place: Town, crm: Crm, answers: list[tuple[int, bytes]], many: int) -> None:
    crm.answers = answers
    journey = place.publish(asking(crm, tries=2))
    place.contact("ann")
    place.enroll(journey, "ann", properties={"id": 7})
    place.advance("PT1M")
    assert (place.path(journey, "ann"), len(crm.seen)) == ("ask→bad", many)


def test_a_paused_journey_asks_nobody_and_a_trip_that_ended_does_not_either(place: Town, crm: Crm) -> None:
    crm.answers = [(503, b"")]
    journey = place.publish(asking(crm) | {"graph": {"entry": {"api": True}, "goal": {"event": "bought"}}})
    place.contact("ann")
    place.contact("bob", address="778")
    place.enroll(journey, "ann", properties={"id": 1})
    place.advance("PT1S")
    place.call("POST", f"/v1/journeys/{journey}/pause")
    place.advance("PT1M")
    assert len(crm.seen) == 1
    place.call("POST", f"/v1/journeys/{journey}/resume")
    # The goal may come before the second try or after it; behind it nobody is asked.
    place.track("ann", "bought")
    place.advance("PT1S")
    asked = len(crm.seen)
    assert (asked in (1, 2), place.trip(journey, "ann")["reason"]) == (True, "goal")
    place.advance("PT1H")
    assert len(crm.seen) == asked


def test_a_system_that_is_not_allowed_cannot_be_published(place: Town, crm: Crm) -> None:
    document = line(step("ask", "webhook", url="https://other.example.org/x"))
    made = place.call("POST", "/v1/journeys", json=document)
    assert [(each["node"], each["path"]) for each in made["problems"]] == [("ask", "url")]
    answer = place.call("POST", f"/v1/journeys/{made['id']}/publish", 422)
    assert "may not be called" in answer["problems"][0]["text"]
