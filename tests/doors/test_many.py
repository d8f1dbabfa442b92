"""Long lists: what is in them is found by name, and nobody reads a whole list to know what something is called."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection, event

from engine.segments import users
from store.sql import run
from tests.journeys.documents import line, step
from tests.town import Town


def test_journeys_are_found_by_a_part_of_the_name_in_any_case_page_by_page(either_place: Town) -> None:
    for name in ("Ёлка и купон", "Spring coupon", "Осенний КУПОН", "100% off"):
        document = line(step("rest", "wait", for_="P1D"))
        either_place.call("POST", "/v1/journeys", json={**document, "graph": {**document["graph"], "name": name}})

    def found(search: str, **more: str) -> tuple[list[str], str | None]:
        page = either_place.call("GET", "/v1/journeys", params={"search": search, **more})
        return [each["name"] for each in page["items"]], page["next"]

    assert found("купон") == (["Осенний КУПОН", "Ёлка и купон"], None)
    assert found("елка") == (["Ёлка и купон"], None)
    assert found("COUPON") == (["Spring coupon"], None)
    assert found("%") == (["100% off"], None)
    assert found("купон", status="live") == ([], None)
    first, following = found("купон", limit="1")
    assert (first, found("купон", limit="1", after=str(following))[0]) == (["Осенний КУПОН"], ["Ёлка и купон"])


def test_a_trip_and_a_story_say_what_their_journey_is_called(either_place: Town) -> None:
    place = either_place
    document = line(step("rest", "wait", for_="P1D"))
    place.contact("ann")
    place.enroll(place.publish({**document, "graph": {**document["graph"], "name": "Spring"}}), "ann")
    assert place.trip("", "ann")["journey_name"] == "Spring"
    story = place.call("GET", "/v1/contacts/ann/timeline")["items"]
    assert {each["kind"]: each["journey_name"] for each in story} == {"entered": "Spring", "consent": None}


def test_a_story_is_whole_page_by_page_whatever_happened_at_once(either_place: Town) -> None:
    place = either_place
    place.freeze("2030-03-04T10:00:00+00:00")
    place.contact("ann")
    hello = step("hello", "send", channel="telegram", category="service", text="Hello")
    place.enroll(place.publish(line(hello, hello | {"id": "again"}, step("rest", "wait", for_="P1D"))), "ann")
    place.advance()
    place.reply(text="Good day")
    place.advance("PT1M")
    path = "/v1/contacts/ann/timeline"
    whole = place.call("GET", path)
    seen, after = [], ""
    while after is not None:
        page = place.call("GET", path, params={"limit": 2, "after": after})
        seen += page["items"]
        after = page["next"]
    assert len(whole["items"]) > 4
    assert (seen, whole["next"]) == (whole["items"], None)


def test_a_page_that_the_list_just_fills_is_the_last(place: Town) -> None:
    place.contact("ann")
    place.contact("bob", address="778")
    assert place.call("GET", "/v1/contacts", params={"limit": 2})["next"] is None
    first = place.call("GET", "/v1/contacts", params={"limit": 1})
    second = place.call("GET", "/v1/contacts", params={"limit": 1, "after": first["next"]})
    assert [each["external_id"] for each in first["items"] + second["items"]] == ["ann", "bob"]
    assert second["next"] is None


def test_each_journey_of_a_page_has_its_own_sums(either_place: Town) -> None:
    place = either_place
    document = line(step("rest", "wait", for_="P1D"))
    place.contact("ann")
    place.contact("bob", address="778")
    journeys = [place.publish(document) for _ in range(3)]
    place.enroll(journeys[0], "ann", "bob")
    place.enroll(journeys[2], "ann")
    items = place.call("GET", "/v1/journeys", params={"limit": 2})["items"]
    assert [(each["id"], each["entered"]) for each in items] == [(journeys[2], 1), (journeys[1], 0)]
    assert place.call("GET", f"/v1/journeys/{journeys[0]}")["entered"] == 2


def test_broadcasts_are_the_journeys_with_a_schedule_and_tell_whom_when_and_how_it_went(either_place: Town) -> None:
    place = either_place
    place.freeze("2030-03-04T10:00:00+00:00")
    place.contact("ann", attributes={"plan": "paid"})
    place.call(
        "POST",
        "/v1/segments",
        json={"id": "paid", "name": "Payers", "rule": {"attribute": "plan", "is": "equal", "value": "paid"}},
    )
    place.advance()
    hello = step("hello", "send", channel="telegram", category="service", text="Hello")
    daily = {"schedule": "FREQ=DAILY;BYHOUR=12;BYMINUTE=0", "segment": "paid"}
    news = place.publish(line(hello, entry=daily, name="News", timezone="Europe/Moscow"))
    once = {"schedule": "2030-03-05T09:00"}
    draft = place.call("POST", "/v1/journeys", json=line(hello, entry=[{"api": True}, once], name="Sale"))["id"]
    broken = place.call("POST", "/v1/journeys", json=line(hello, entry={"schedule": "soon"}, name="Half written"))["id"]
    place.publish(line(hello, entry={"event": "schedule"}, name="No broadcast"))

    def told() -> dict[str, Any]:
        items = place.call("GET", "/v1/journeys", params={"entry": "schedule"})["items"]
        return {each["id"]: each["broadcast"] for each in items}

    def plan(schedule: str, comes: str | None, zone: str = "UTC", **segment: Any) -> dict[str, Any]:
        whom = {"segment": None, "segment_name": None} | segment
        return {"schedule": schedule, "timezone": zone, "next": comes, "entering": False, **whom}

    paid = {"segment": "paid", "segment_name": "Payers"}
    monday, tuesday = "2030-03-05T09:00:00Z", "2030-03-06T09:00:00Z"
    assert list(told()) == [broken, draft, news]
    assert told()[draft] == {"schedules": [plan("2030-03-05T09:00", monday)], "sent": 0, "failed": 0}
    assert told()[broken]["schedules"] == [plan("soon", None)]
    assert told()[news]["schedules"] == [plan(daily["schedule"], monday, "Europe/Moscow", **paid)]
    place.advance("P1D")
    place.advance()
    assert told()[news] == {
        "schedules": [plan(daily["schedule"], tuesday, "Europe/Moscow", **paid)],
        "sent": 1,
        "failed": 0,
    }
    # What the draft says no more is still going on while it is published; what is stopped does not come again.
    saved = place.call("GET", f"/v1/journeys/{news}/draft")
    place.call(
        "PUT",
        f"/v1/journeys/{news}/draft",
        json={"document": line(hello, name="News")},
        headers={"If-Match": str(saved["revision"])},
    )
    assert told()[news]["schedules"][0]["next"] == tuesday
    place.call("POST", f"/v1/journeys/{news}/stop")
    assert told()[news]["schedules"][0]["next"] is None
    page = place.call("GET", "/v1/journeys", params={"entry": "schedule", "limit": 1, "search": "news"})
    assert ([each["name"] for each in page["items"]], page["next"]) == (["News"], None)
    place.call("GET", "/v1/journeys", params={"entry": "event"}, expect=422)


def test_the_first_page_has_its_sums(either_place: Town) -> None:
    place = either_place
    place.freeze("2030-03-04T10:00:00+00:00")
    place.contact("ann")
    place.contact("bob", address="778")
    hello = step("hello", "send", channel="telegram", category="service", text="Hello")
    here = place.publish(line(hello, step("rest", "wait", for_="P1D")))
    place.enroll(here, "ann", "bob")
    place.advance()
    place.reply(text="Good day")
    place.advance("PT1M")
    seen = place.call("GET", "/v1/overview")
    assert (seen["contacts"], seen["journeys"]) == (2, {"live": 1})
    assert (seen["enrolled_today"], seen["inside"], seen["converted"]) == (2, 2, 0)
    assert (seen["sent_today"], seen["replies_today"]) == (2, 1)
    place.advance("P2D")
    place.reply(text="Anybody?")
    place.advance("PT1M")
    seen = place.call("GET", "/v1/overview")
    assert (seen["enrolled_today"], seen["inside"]) == (0, 0)
    assert (seen["sent_today"], seen["replies_today"]) == (0, 1)


def test_links_come_page_by_page(place: Town) -> None:
    made = [
        place.call("POST", "/v1/opt-in-links", json={"campaign": name, "consent_text": "I agree to hear from you"})[
            "token"
        ]
        for name in ("one", "two", "three")
    ]
    page = place.call("GET", "/v1/opt-in-links", params={"limit": 2})
    rest = place.call("GET", "/v1/opt-in-links", params={"limit": 2, "after": page["next"]})
    assert [each["token"] for each in (*page["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("many", [1_000])
def test_live_journeys_are_read_once_however_many_they_are(place: Town, many: int) -> None:
    """Each event and each reply looks at all of them: what is read anew each time would cost a second each time."""
    document = json.dumps(line(step("rest", "wait", for_="P1D")))
    database = place.project.database

    def crowd(connection: Connection) -> None:
        for number in range(1, many + 1):
            facts = {"id": number, "name": f"j{number}", "document": document}
            run(
                connection,
                "INSERT INTO journey (id, public_id, name, status, draft, revision, version_id, created_at, updated_at)"
                " VALUES (:id, :name, :name, 'live', :document, 1, :id, 0, 0)",
                **facts,
            )
            run(
                connection,
                "INSERT INTO journey_version (id, journey_id, version, document, published_at)"
                " VALUES (:id, :id, 1, :document, 0)",
                id=number,
                document=document,
            )

    database.transact(crowd)
    asked: list[str] = []
    with database.read() as connection:
        users(place.project, connection)
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        users(place.project, connection)
    assert len(asked) < 5
