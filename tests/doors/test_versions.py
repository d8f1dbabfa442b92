"""What a journey was: versions read, compared and restored; no saved state of a draft is lost by the next one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.documents import line, step
from tests.town import Town


def saying(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    """A journey that says this and ends."""
    return line(step("hello", "send", channel="telegram", text=text), *more)


def save(place: Town, journey: str, document: dict[str, Any], revision: int) -> int:
    """Save the draft over a revision: the next one."""
    path = f"/v1/journeys/{journey}/draft"
    answer = place.call("PUT", path, json={"document": document}, headers={"If-Match": f'"{revision}"'})
    return int(answer["revision"])


def test_versions_and_drafts_are_read_compared_and_restored(either_place: Town) -> None:
    place = either_place
    made = place.call("POST", "/v1/journeys", json=saying("One"))
    journey = made["id"]
    path = f"/v1/journeys/{journey}"
    place.call("POST", f"{path}/publish")
    pause = step("pause", "wait", for_="P1D")
    assert save(place, journey, saying("Two", pause), 1) == 2
    place.contact("ann")
    place.enroll(journey, "ann")
    place.advance()
    told = place.call("GET", f"{path}/diff")
    assert [(each["what"], each["node"], each["path"] or each["exit"]) for each in told["changes"]] == [
        ("changed", "hello", "text"),
        ("rewired", "hello", "sent"),
        ("added", "pause", None),
    ]
    assert (told["from"], told["to"], told["affected"]) == ("1", "draft", [])
    place.call("POST", f"{path}/publish")
    place.contact("bob", address="778")
    place.enroll(journey, "bob")
    place.advance()
    assert save(place, journey, saying("Three"), 2) == 3
    assert place.call("GET", f"{path}/diff")["affected"] == [{"node": "pause", "inside": 1}]
    assert place.call("GET", f"{path}/diff", params={"from": "1", "to": "r3"})["changes"][0]["after"] == "Three"
    assert place.call("GET", f"{path}/versions/1")["document"] == saying("One")
    # The draft becomes the first version again; what it was stays.
    assert place.call("POST", f"{path}/draft/restore", json={"version": 1})["revision"] == 4
    assert place.call("GET", f"{path}/draft")["document"] == saying("One")
    kept = place.call("GET", f"{path}/draft/revisions")["items"]
    assert [each["revision"] for each in kept] == [4, 3, 2, 1]
    assert {each["saved_by"] for each in kept} == {"bootstrap"}
    page = place.call("GET", f"{path}/draft/revisions", params={"limit": 2, "after": "3"})
    assert [each["revision"] for each in page["items"]] == [2, 1]
    assert place.call("POST", f"{path}/draft/restore", json={"revision": 3})["revision"] == 5
    assert place.call("GET", f"{path}/draft/revisions/5")["document"] == saying("Three")


@pytest.mark.parametrize(
    ("method", "door", "options", "status"),
    [
        ("GET", "versions/7", {}, 404),
        ("GET", "draft/revisions/7", {}, 404),
        ("GET", "diff", {"params": {"from": "7"}}, 404),
        ("GET", "diff", {"params": {"to": "r7"}}, 404),
        ("GET", "diff", {"params": {"to": "x"}}, 422),
        ("POST", "draft/restore", {"json": {}}, 422),
        ("POST", "draft/restore", {"json": {"version": 1, "revision": 1}}, 422),
        ("POST", "draft/restore", {"json": {"version": 7}}, 404),
    ],
)
def test_what_is_not_kept_is_told(doors: Town, method: str, door: str, options: dict[str, Any], status: int) -> None:
    made = doors.call("POST", "/v1/journeys", json=saying("One"))
    answer = doors.call(method, f"/v1/journeys/{made['id']}/{door}", status, **options)
    assert answer["detail"]


def test_warnings_look_at_the_contacts_and_stop_nobody(place: Town) -> None:
    place.contact("ann", attributes={"name": "Ann"})
    place.contact("bob", address="778", consent=False)
    made = place.call("POST", "/v1/journeys", json=saying("Tea, {{ contact.name }}? STOP to unsubscribe"))
    told = [(each["level"], each["node"], each["text"], each["way"]) for each in made["problems"]]
    assert told == [
        ("warning", "hello", "50% of those who can be reached have not agreed to marketing here.", []),
        ("warning", "hello", "contact.name is missing for 50% of contacts.", ["hello"]),
        ("warning", None, "Marketing may arrive at night.", []),
    ]
    path = f"/v1/journeys/{made['id']}"
    assert place.call("POST", f"{path}/check")["problems"] == made["problems"]
    assert place.call("POST", f"{path}/publish") == {"version": 1}
    # Ann gets one, which is all that she may get today.
    place.enroll(made["id"], "ann")
    place.advance("PT1M")
    place.call("PUT", "/v1/settings", json={"caps": {"per_day": 1}})
    place.project.audience = None
    again = place.call("POST", "/v1/journeys", json=saying("Tea? STOP to unsubscribe"))
    assert "50% of contacts have had as much marketing as the caps allow." in [
        each["text"] for each in again["problems"]
    ]
