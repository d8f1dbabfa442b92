"""Rules 26 to 32: what becomes of a message, whatever the messengers and the network do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.advance import advance_due
from engine.boot import connect_sandbox
from store.sql import run
from tests.semantics.stories import deliveries, drawn, faults, line, sent, sleeping, step
from tests.town import Town

ORDER = step("hello", "send", text="Your order", category="transactional")


def states(place: Town, contact: str = "ann") -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason"]) for each in deliveries(place, contact)]


def started(place: Town, *steps: dict[str, Any], **graph: Any) -> str:
    """A journey on which ann has just been enrolled."""
    place.contact("ann")
    journey = place.publish(line(*steps, **graph))
    place.enroll(journey, "ann")
    return journey


def whatsapp(place: Town, **settings: Any) -> str:
    """A journey of a WhatsApp message to ann, who has just written; it is transactional unless told otherwise."""
    given = [{"channel": "whatsapp", "source": "t", "text": "yes"}]
    address = [{"channel": "whatsapp", "address": "79160000001"}]
    place.call(
        "PUT", "/v1/contacts", json={"contacts": [{"external_id": "ann", "addresses": address, "consents": given}]}
    )
    place.reply("79160000001", "whatsapp", text="hello")
    place.advance("PT1S")
    hello = step("hello", "send", text="Your order", channel="whatsapp", **{"category": "transactional", **settings})
    journey = place.publish(line(hello))
    place.enroll(journey, "ann")
    return journey


# 26 to 28 ----------------------------------------------------------------------------------------
def test_rule_26_a_step_and_its_message_are_written_together_and_once(place: Town) -> None:
    sleeping(place)
    place.contact("bob", address="778")
    journey = started(place, ORDER)
    place.enroll(journey, "bob")
    project, database = place.project, place.project.database

    def moves_and_fails(connection: Connection) -> None:
        assert advance_due(project, connection) == 2
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.transact(moves_and_fails)
    assert (deliveries(place, "ann"), place.trip(journey, "ann")["status"]) == ([], "active")
    database.transact(lambda each: advance_due(project, each))
    assert [len(deliveries(place, name)) for name in ("ann", "bob")] == [1, 1]
    assert place.trip(journey, "ann")["status"] == "waiting"
    # One visit, one message: whatever a second engine believes.
    same = "UPDATE delivery SET origin = (SELECT min(origin) FROM delivery)"
    with pytest.raises(IntegrityError):
        database.transact(lambda each: run(each, same))


def test_rule_27_receipts_only_move_forward(place: Town) -> None:
    place.call(
        "PUT",
        "/sandbox/people",
        json={
            "people": [
                {
                    "channel": "whatsapp",
                    "address": "79160000001",
                    "behaviour": {"reads": 1.0, "delivery_delay": [1, 2], "read_delay": [3, 4]},
                }
            ]
        },
    )
    faults(place, "duplicate_webhook", "reordered", delay=60)
    journey = whatsapp(place)
    place.advance("PT10M")
    assert states(place) == [("read", None)]
    (one,) = deliveries(place, "ann")
    assert one["planned_at"] <= one["accepted_at"]
    node = place.funnel(journey)["nodes"][0]["deliveries"]
    assert (node["read"], node["planned_in_all"]) == (1, 1)


def test_rule_28_429_is_ready_again_after_what_was_asked_for(place: Town) -> None:
    faults(place, "429", times=2, retry_after=600)
    journey = started(place, ORDER)
    place.advance("PT9M")
    assert (states(place), sent(place)) == ([("ready", "again_later")], [])
    assert place.trip(journey, "ann")["status"] == "waiting"
    place.advance("PT12M")
    assert (states(place), sent(place)) == ([("accepted", None)], ["Your order"])
    assert place.trip(journey, "ann")["status"] == "completed"


def test_rule_28_a_refusal_is_final_and_the_policy_decides(place: Town) -> None:
    faults(place, "403_blocked", times=1)
    journey = started(place, ORDER)
    place.advance("PT1H")
    assert (states(place), sent(place)) == ([("rejected", "blocked")], [])
    assert (place.trip(journey, "ann")["status"], place.trip(journey, "ann")["reason"]) == ("exited", "blocked")
    (address,) = place.call("GET", "/v1/contacts/ann")["addresses"]
    assert address["state"] == "blocked"


@pytest.mark.parametrize("kind", ["500_accepted", "drop_after_accept", "malformed", "500", "html_502"])
def test_rules_28_and_29_nobody_knows_and_it_is_never_sent_twice(place: Town, kind: str) -> None:
    """At most once: Telegram brings no evidence, so it is unresolved after a quarter of an hour, and shown."""
    faults(place, kind, times=1)
    journey = started(place, step("hello", "send", text="Hi"))
    place.advance("PT1M")
    assert states(place) == [("unknown", None)]
    # The trip goes on at once, never waiting for the evidence.
    assert place.trip(journey, "ann")["status"] == "completed"
    place.advance("PT15M")
    assert states(place) == [("unresolved", "no_evidence")]
    place.advance("P1D")
    assert len(sent(place)) == (0 if kind in ("500", "html_502") else 1)
    assert place.funnel(journey)["nodes"][0]["deliveries"]["unresolved"] == 1


def test_rule_28_without_a_connection_it_is_safely_tried_again(place: Town) -> None:
    """Nobody listens at the messengers' address for a while."""
    connect_sandbox(place.project, "http://127.0.0.1:9")
    journey = started(place, ORDER)
    place.advance("PT1M")
    assert states(place) == [("ready", "again_later")]
    assert place.trip(journey, "ann")["status"] == "waiting"
    connect_sandbox(place.project, place.world.url)
    place.advance("PT2M")
    assert (states(place), sent(place)) == ([("accepted", None)], ["Your order"])


# 29 ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["500_accepted", "drop_after_accept"])
def test_rule_29_evidence_settles_what_nobody_knew(place: Town, kind: str) -> None:
    """WhatsApp's receipt carries our own id of the message."""
    faults(place, kind, times=1)
    whatsapp(place)
    place.advance("PT5M")
    assert states(place)[0][0] in ("accepted", "delivered", "read"), deliveries(place, "ann")
    assert sent(place, "79160000001") == ["Your order"]


def test_rule_29_what_must_arrive_is_sent_up_to_three_times(place: Town) -> None:
    faults(place, "500")
    whatsapp(place)
    place.advance("PT2H")
    (one,) = deliveries(place, "ann")
    assert (one["state"], one["reason"], one["attempt"]) == ("unresolved", "no_evidence", 3)


def test_rule_29_and_arrives_when_the_messenger_recovers(place: Town) -> None:
    faults(place, "500", times=1)
    journey = whatsapp(place)
    place.advance("PT14M")
    assert states(place) == [("unknown", None)]
    assert place.trip(journey, "ann")["status"] == "completed"
    place.advance("PT5M")
    assert sent(place, "79160000001") == ["Your order"]
    assert deliveries(place, "ann")[0]["attempt"] == 2


def test_rule_29_marketing_is_never_sent_again(place: Town) -> None:
    faults(place, "500", times=1)
    whatsapp(place, category="marketing")
    place.advance("PT2H")
    assert (states(place), sent(place, "79160000001")) == ([("unresolved", "no_evidence")], [])


# 30, 31 ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("policy", "end"),
    [("leave", ("exited", "no_consent")), ("skip", ("completed", "sent")), ("branch", ("completed", "blocked"))],
)
def test_rule_30_a_blocked_message_has_a_reason_and_a_policy(place: Town, policy: str, end: tuple[str, str]) -> None:
    ways = "hello.sent>sent" + (" hello.blocked>blocked" if policy == "branch" else "")
    ends = [step("sent", "exit", reason="sent")] + (
        [step("blocked", "exit", reason="blocked")] if policy == "branch" else []
    )
    journey = place.publish(drawn(step("hello", "send", text="Hi", on_blocked=policy), *ends, ways=ways))
    place.contact("ann", consent=False)
    place.enroll(journey, "ann")
    place.advance("PT1M")
    trip = place.trip(journey, "ann")
    assert (trip["status"], trip["reason"]) == end
    assert (states(place), sent(place)) == ([("suppressed", "no_consent")], [])


def test_rule_30_waiting_for_consent_sends_as_soon_as_it_is_given(place: Town) -> None:
    place.contact("ann", consent=False)
    journey = place.publish(line(step("hello", "send", text="Hi", on_blocked="wait")))
    place.enroll(journey, "ann")
    place.advance("PT1H")
    assert states(place) == [("held", "no_consent")]
    place.call("POST", "/v1/contacts/ann/consents", json={"channel": "telegram", "source": "form", "text": "I agree"})
    place.advance("PT1S")
    assert (states(place), sent(place)) == ([("accepted", None)], ["Hi"])
    assert place.trip(journey, "ann")["status"] == "completed"


def test_rule_30_waiting_ends_when_the_message_is_not_worth_sending(place: Town) -> None:
    place.contact("ann", consent=False)
    journey = place.publish(line(step("hello", "send", text="Hi", on_blocked="wait", ttl="PT2H")))
    place.enroll(journey, "ann")
    place.advance("PT2H")
    assert states(place) == [("suppressed", "expired")]
    assert place.trip(journey, "ann")["status"] == "completed"


def test_rule_30_the_messengers_window_is_a_reason(place: Town) -> None:
    whatsapp(place)
    place.advance("P1DT1M")
    place.enroll(place.call("GET", "/v1/journeys")["items"][0]["id"], "ann")
    place.advance("PT1M")
    assert states(place)[1] == ("suppressed", "window_closed")


@pytest.mark.parametrize(
    ("policy", "state", "status"),
    [
        ("leave", "held", "waiting"),
        ("wait", "held", "waiting"),
        ("skip", "rejected", "completed"),
        ("branch", "rejected", "completed"),
    ],
)
def test_rule_30_a_template_that_is_not_approved_waits_unless_the_step_chose(
    place: Town, policy: str, state: str, status: str
) -> None:
    """Nobody leaves the journey for a fault of its owner's, until the message is not worth sending any more."""
    place.contact("ann", "whatsapp", "79160000001")
    template = {"whatsapp": {"name": "not_known_there", "language": "en"}}
    ways = "hello.sent>end" + (" hello.blocked>end" if policy == "branch" else "")
    hello = step("hello", "send", template=template, channel="whatsapp", on_blocked=policy)
    journey = place.publish(drawn(hello, step("end", "exit", reason="done"), ways=ways))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    assert states(place) == [(state, "template_not_approved")]
    assert place.trip(journey, "ann")["status"] == status
    place.advance("P1DT1H")
    left = ("exited", "expired") if policy == "leave" else ("completed", "done")
    assert (place.trip(journey, "ann")["status"], place.trip(journey, "ann")["reason"]) == left


def test_rule_31_quiet_hours_and_consent_are_for_marketing_only(place: Town) -> None:
    place.contact("ann", consent=False)
    place.contact("bob", address="778", timezone="Asia/Tokyo")
    quiet = {"quiet_hours": ["20:00", "09:00"]}
    service = place.publish(line(step("hello", "send", text="Service", category="service"), **quiet))
    order = place.publish(line(ORDER, **quiet))
    advert = place.publish(line(step("hello", "send", text="Buy"), **quiet))
    for journey in (service, order, advert):
        place.enroll(journey, "ann", "bob")
    place.advance("PT1M")
    assert sorted(sent(place, "777")) == sorted(sent(place, "778")) == ["Service", "Your order"]
    assert states(place, "bob")[2] == ("held", "quiet_hours")
    place.advance("PT12H")
    assert sorted(sent(place, "778")) == ["Buy", "Service", "Your order"]
    # 09:00 in Tokyo.
    assert deliveries(place, "bob")[2]["accepted_at"] == "2040-01-10T00:00:00Z"


# 32 ----------------------------------------------------------------------------------------------
def test_rule_32_messages_to_one_person_go_in_the_order_of_planning(place: Town) -> None:
    place.contact("ann")
    journeys = [place.publish(line(step("hello", "send", text=f"Number {n}", category="service"))) for n in range(4)]
    faults(place, "429", times=1, retry_after=300)
    for journey in journeys:
        place.enroll(journey, "ann")
    place.advance("PT10M")
    assert sent(place) == ["Number 0", "Number 1", "Number 2", "Number 3"]


def test_rule_32_the_first_reachable_messenger_with_consent(place: Town) -> None:
    addresses = [{"channel": "telegram", "address": "777"}, {"channel": "viber", "address": "v-ann"}]
    given = [{"channel": "viber", "source": "t", "text": "yes"}]
    place.call(
        "PUT", "/v1/contacts", json={"contacts": [{"external_id": "ann", "addresses": addresses, "consents": given}]}
    )
    journey = place.publish(line(step("hello", "send", text="Hi", channel=["telegram", "viber"])))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    assert (place.heard(), place.heard("v-ann", "viber")) == ([], ["Hi"])
    assert deliveries(place, "ann")[0]["channel"] == "viber"
