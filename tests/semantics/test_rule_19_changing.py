"""Rule 19: versions are immutable; those inside drain, or are moved by a map that leaves nobody out."""

from __future__ import annotations

from typing import Any

from tests.semantics.stories import BUTTONS, YES_NO, deliveries, drawn, line, sent, step
from tests.town import Town

OLD = drawn(
    step("rest", "wait", for_="P2D"),
    step("ask", "send", text="Tea?", buttons=BUTTONS, on_blocked="skip"),
    step("answer", "reply", branches=YES_NO, patience="P9D"),
    step("later", "wait", for_="P3D"),
    step("bye", "exit"),
    ways="rest.done>ask ask.sent>answer answer.yes>later answer.no>bye answer.something_else>bye"
    " answer.no_answer>bye later.done>bye",
)


def change(place: Town, journey: str, document: dict[str, Any]) -> int:
    """Publish a document as the next version of a journey."""
    draft = place.call("GET", f"/v1/journeys/{journey}/draft")
    headers = {"If-Match": str(draft["revision"])}
    place.call("PUT", f"/v1/journeys/{journey}/draft", json={"document": document}, headers=headers)
    return int(place.call("POST", f"/v1/journeys/{journey}/publish")["version"])


def migrate(place: Town, journey: str, expect: int | None = None, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = place.call("POST", f"/v1/journeys/{journey}/migrate", expect, json=body)
    return answer


def test_rule_19_a_changed_duration_counts_from_the_original_start_and_what_is_past_due_is_spread(place: Town) -> None:
    journey = place.publish(line(step("rest", "wait", for_="P2D"), step("hello", "send", text="Hi", on_blocked="skip")))
    early = [f"e{number}" for number in range(8)]
    place.call("PUT", "/v1/contacts", json={"contacts": [{"external_id": who} for who in [*early, "late"]]})
    place.enroll(journey, *early)
    place.advance("P1D")
    place.enroll(journey, "late")
    place.advance("PT1H")
    assert change(place, journey, line(step("rest", "wait", for_="PT12H"), step("hello", "goal"))) == 2
    dry = migrate(place, journey, dry_run=True)
    told = {"version": 1, "node": "rest", "inside": 9, "how": "same", "to": "rest", "why": None}
    assert (dry["version"], dry["nodes"]) == (2, [told])
    assert place.trip(journey, "late")["version"] == 1
    assert migrate(place, journey, spread="PT2H")["moved"] == {"past_due": 8, "same": 9}
    late = place.trip(journey, "late")
    assert (late["version"], late["due_at"]) == (2, "2040-01-11T00:00:00Z")
    due = {place.trip(journey, who)["due_at"] for who in early}
    assert len(due) == 8
    assert all("2040-01-10T13:00:00Z" <= at <= "2040-01-10T15:00:00Z" for at in due)
    place.advance("PT2H")
    assert place.funnel(journey)["completed"] == 8
    place.advance("PT9H")
    assert place.funnel(journey)["completed"] == 9
    versions = [place.call("GET", f"/v1/journeys/{journey}/funnel", params={"version": n}) for n in (1, 2)]
    assert [(each["entered"], each["moved_in"], each["moved_out"], each["inside"]) for each in versions] == [
        (9, 0, 9, 0),
        (0, 9, 0, 0),
    ]
    assert migrate(place, journey)["moved"] == {}


def test_rule_19_a_node_with_contacts_inside_is_removed_only_with_a_choice(place: Town) -> None:
    for who, address in (("rests", "1"), ("asked", "2"), ("pressed", "3")):
        place.contact(who, address=address)
    journey = place.publish(OLD)
    place.enroll(journey, "asked", "pressed")
    place.advance("P2DT1M")
    place.enroll(journey, "rests")
    place.reply("3", button="yes")
    place.advance("PT1M")
    newer = drawn(
        step("hello", "send", text="Hello", on_blocked="skip"),
        step("later", "wait", for_="PT1M"),
        step("bye", "exit"),
        ways="hello.sent>later later.done>bye",
    )
    change(place, journey, newer)
    dry = migrate(place, journey, dry_run=True)
    assert [(each["node"], each["inside"], each["how"]) for each in dry["nodes"]] == [
        ("answer", 1, "undecided"),
        ("later", 1, "same"),
        ("rest", 1, "undecided"),
    ]
    refused = migrate(place, journey, 409)
    assert "The step answer is gone" in refused["detail"]
    migrate(place, journey, 409, nodes={"answer": {"redirect": "nowhere"}, "rest": "exit"})
    moved = migrate(place, journey, nodes={"answer": "advance", "rest": {"redirect": "hello"}}, spread="PT0S")["moved"]
    assert moved == {"advance": 1, "past_due": 1, "redirect": 1, "same": 1}
    place.advance("PT5M")
    assert (sent(place, "1"), sent(place, "2"), sent(place, "3")) == (["Hello"], ["Tea?"], ["Tea?"])
    assert place.path(journey, "rests") == "rest→hello→later→bye"
    assert place.path(journey, "asked") == "rest→ask→answer→later→bye"
    # A late press of the button of the removed question changes nothing.
    place.reply("2", button="yes")
    place.advance("PT1M")
    assert place.funnel(journey)["completed"] == 3


def test_rule_19_those_of_a_removed_node_may_leave_and_its_planned_words_are_not_said(place: Town) -> None:
    place.contact("ann", address="1")
    place.contact("bob", address="2")
    quiet = {"quiet_hours": ["11:00", "15:00"]}
    journey = place.publish(line(step("hello", "send", text="Old words"), **quiet))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    change(place, journey, line(step("new", "send", text="New words"), **quiet))
    migrate(place, journey, nodes={"hello": "exit"})
    assert place.trip(journey, "ann")["reason"] == "removed"
    place.enroll(journey, "bob")
    place.advance("PT1M")
    change(place, journey, line(step("newest", "send", text="Newest words"), **quiet))
    migrate(place, journey, nodes={"new": {"redirect": "newest"}})
    place.advance("P1D")
    assert (sent(place, "1"), sent(place, "2")) == ([], ["Newest words"])
    first = deliveries(place, "bob")[0]
    assert (first["state"], first["reason"]) == ("suppressed", "moved")
    assert place.funnel(journey)["exited"] == {"removed": 1}


def test_rule_19_those_who_wait_for_an_answer_are_heard_in_the_new_version(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(OLD)
    place.enroll(journey, "ann")
    place.advance("P2DT1M")
    newer = {**OLD, "nodes": [{**node, "title": "New"} for node in OLD["nodes"]]}
    change(place, journey, newer)
    place.call("POST", f"/v1/journeys/{journey}/pause")
    migrate(place, journey)
    place.reply(button="yes")
    place.advance("PT1M")
    assert place.trip(journey, "ann")["node"] == "answer"
    place.call("POST", f"/v1/journeys/{journey}/resume")
    place.advance("PT1M")
    trip = place.trip(journey, "ann")
    assert (trip["version"], trip["node"]) == (2, "later")
