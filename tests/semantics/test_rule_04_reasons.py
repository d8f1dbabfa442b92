"""Rule 4: whoever is not enrolled is counted with a reason."""

from __future__ import annotations

from tests.semantics.stories import line, step
from tests.town import Town

RESTING = line(step("rest", "wait", for_="P1D"), entry=[{"api": True}, {"event": "order"}])


def test_rule_4_the_caller_is_told_why(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(RESTING)
    place.enroll(journey, "ann")
    assert place.enroll(journey, "ann", "zed")["skipped"] == [
        {"contact": "ann", "reason": "already_inside"},
        {"contact": "zed", "reason": "unknown_contact"},
    ]
    assert place.funnel(journey)["skipped"] == {"already_inside": 1, "unknown_contact": 1}


def test_rule_4_an_event_that_does_not_fit_the_entry_is_counted(place: Town) -> None:
    large = {"event": "order", "where": {"attribute": "total", "is": "at_least", "value": 100}}
    journey = place.publish(line(step("rest", "wait", for_="P1D"), entry=large))
    for total in (99, 100, "150"):
        place.track(f"c{total}", "order", total=total)
    place.advance("PT1S")
    assert (place.funnel(journey)["entered"], place.funnel(journey)["skipped"]) == (2, {"not_in_audience": 1})


def test_rule_4_a_draft_and_a_pause_are_reasons(place: Town) -> None:
    place.contact("ann")
    draft = place.call("POST", "/v1/journeys", json=RESTING)["id"]
    assert place.enroll(draft, "ann")["skipped"] == [{"contact": "ann", "reason": "journey_not_live"}]
    journey = place.publish(RESTING)
    place.call("POST", f"/v1/journeys/{journey}/pause")
    assert place.enroll(journey, "ann")["skipped"] == [{"contact": "ann", "reason": "journey_paused"}]
    place.track("ann", "order")
    place.advance("PT1M")
    assert place.funnel(journey)["skipped"] == {"journey_paused": 2}


def test_rule_4_nobody_is_dropped_in_silence_by_an_event(place: Town) -> None:
    journey = place.publish(RESTING)
    for _ in range(3):
        place.track("ann", "order")
    place.advance("PT1M")
    funnel = place.funnel(journey)
    assert (funnel["entered"], funnel["skipped"]) == (1, {"already_inside": 2})
