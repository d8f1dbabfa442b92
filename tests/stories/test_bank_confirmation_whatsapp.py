"""A bank asks in WhatsApp whether an operation is its customer's own: every answer, silence, and a closed window."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.stories.telling import deliveries, ending, example, node, rules, sums
from tests.town import Town

CUSTOMERS = {name: f"7900000000{place}" for place, name in enumerate(("anna", "boris", "vera", "gleb", "egor", "zoya"))}
BODY = "Здравствуйте, {{1}}! Подтвердите, пожалуйста, операцию на {{2}}: это вы?"
#: As money is written: spaces that do not break.
AMOUNT = "15\u00a0990\u00a0₽"


def bank(place: Town, *names: str, wrote: bool = True) -> str:
    """The journey, and customers who wrote to the bank a minute ago."""
    place.freeze("2027-01-11T10:00:00Z")
    journey = place.publish(example("bank-confirmation-whatsapp"))
    for name in names or tuple(CUSTOMERS):
        place.contact(name, "whatsapp", CUSTOMERS[name], consent=False, attributes={"first_name": name.title()})
        if wrote:
            place.reply(CUSTOMERS[name], "whatsapp", text="Здравствуйте!")
    place.advance("PT1M")
    return journey


def asks(place: Town, *names: str, operation: str = "op-1", amount: float = 15990) -> None:
    """The bank's own system reports an operation of each."""
    for name in names:
        facts: dict[str, Any] = {"amount": amount, "operation_id": operation, "merchant": "«Аэрофлот»", "card": "4242"}
        place.track(name, "operation_requested", **facts)
    place.advance("PT10S")


def does(place: Town, name: str, **what: Any) -> None:
    place.reply(CUSTOMERS[name], "whatsapp", **what)
    place.advance("PT10S")


def approve_template(place: Town) -> None:
    """Have the template approved as a business does: by the Graph API, some minutes before."""
    with place.project.database.read() as connection:
        connected = place.project.account(connection, "whatsapp", "default")
    assert connected is not None
    buttons = [{"type": "QUICK_REPLY", "text": title} for title in ("Подтверждаю", "Это не я")]
    template = {
        "name": "operation_confirmation",
        "language": "ru",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": BODY}, {"type": "BUTTONS", "buttons": buttons}],
    }
    url = f"{place.world.url}/v23.0/{connected.account.settings['waba_id']}/message_templates"
    token = {"Authorization": f"Bearer {connected.account.secrets['token']}"}
    httpx.post(url, json=template, headers=token, trust_env=False).raise_for_status()
    place.advance("PT2M")


def test_every_answer_and_none(place: Town) -> None:
    journey = bank(place)
    asks(place, *CUSTOMERS)
    place.call("POST", f"/sandbox/phones/whatsapp/{CUSTOMERS['egor']}/block")
    does(place, "anna", button="confirm")
    does(place, "boris", text="Нет, это не я!")
    does(place, "gleb", text="какая ещё операция")
    does(place, "gleb", text="кто это вообще")
    does(place, "zoya", text="СТОП")
    place.advance("PT6M")
    does(place, "zoya", text="Подтверждаю")
    place.advance("PT30M")

    assert place.path(journey, "anna") == "ask→answer→confirmed_mark→confirmed_note→confirmed"
    assert place.path(journey, "boris") == "ask→answer→declined_mark→declined_note→declined"
    assert place.path(journey, "vera") == "ask→answer→remind→last_answer→timeout_note→timeout"
    assert place.path(journey, "gleb") == "ask→answer→explain→last_answer→not_clear→unclear"
    assert place.path(journey, "zoya") == "ask→answer→remind→last_answer→confirmed_mark→confirmed_note→confirmed"
    # WhatsApp tells nobody of a block: it takes a message and reports later that it failed, when the trip has gone on.
    assert place.path(journey, "egor") == "ask→answer→remind→last_answer→timeout_note→timeout"
    assert [each[:2] for each in deliveries(place, journey, "egor")[1:]] == [
        ("remind", "rejected"),
        ("timeout_note", "rejected"),
    ]

    funnel = sums(place, journey)
    assert (funnel["entered"], funnel["inside"], funnel["completed"], funnel["converted"]) == (6, 0, 6, 2)
    assert node(funnel, "answer")["left"] == {"confirm": 1, "decline": 1, "something_else": 1, "no_answer": 3}
    assert node(funnel, "last_answer")["left"] == {"confirm": 1, "something_else": 1, "no_answer": 2}


def test_the_question_names_the_operation_and_stop_does_not_silence_the_bank(place: Town) -> None:
    journey = bank(place, "zoya")
    asks(place, "zoya")
    question = place.phone(CUSTOMERS["zoya"], "whatsapp")[-1]
    assert question["text"].startswith(f"Zoya, подтвердите операцию:\n\n{AMOUNT} — «Аэрофлот»\nКарта •• 4242\n")
    assert [button["title"] for button in question["buttons"]] == ["Подтверждаю", "Это не я"]
    does(place, "zoya", text="стоп")
    assert rules(place, "zoya")[-1] == ("стоп", "opt_out")
    assert place.path(journey, "zoya") == "ask→answer…"
    place.advance("PT5M")
    # An operation is no advertising: the reminder still comes, and silence is still a refusal in the end.
    assert place.heard(CUSTOMERS["zoya"], "whatsapp")[-1].startswith(f"Операция на {AMOUNT} всё ещё ждёт")


def test_a_suspicious_operation_is_written_on_the_contact(place: Town) -> None:
    journey = bank(place, "boris")
    asks(place, "boris", operation="op-77")
    does(place, "boris", button="Это не я")
    boris = place.call("GET", "/v1/contacts/boris")
    assert boris["attributes"]["suspicious_operation"] == "op-77"
    assert boris["tags"] == ["suspicious"]
    assert ending(place, journey, "boris") == ("completed", "declined")


def test_two_operations_of_one_customer_are_two_trips(place: Town) -> None:
    journey = bank(place, "anna")
    asks(place, "anna", operation="op-1")
    asks(place, "anna", operation="op-2", amount=500)
    asks(place, "anna", operation="op-2", amount=500)
    does(place, "anna", button="confirm")
    place.advance("PT20M")
    items = place.call("GET", "/v1/enrollments", params={"journey": journey, "contact": "anna"})["items"]
    # The press belongs to the newest question; the older operation times out.
    assert [each["reason"] for each in items] == ["timeout", "confirmed"]


def test_outside_the_window_the_approved_template_asks(place: Town) -> None:
    journey = bank(place, "anna", wrote=False)
    approve_template(place)
    asks(place, "anna")
    (question,) = place.phone(CUSTOMERS["anna"], "whatsapp")
    assert question["text"] == f"Здравствуйте, Anna! Подтвердите, пожалуйста, операцию на {AMOUNT}: это вы?"
    does(place, "anna", button="Подтверждаю")
    assert place.path(journey, "anna") == "ask→ask_template→answer→confirmed_mark→confirmed_note→confirmed"
    assert deliveries(place, journey, "anna")[0] == ("ask", "suppressed", "window_closed")
    assert rules(place, "anna") == [("confirm", "button")]
    sums(place, journey)


def test_without_window_or_template_the_operation_expires_unasked(place: Town) -> None:
    journey = bank(place, "vera", wrote=False)
    asks(place, "vera")
    place.advance("PT1H")
    assert place.phone(CUSTOMERS["vera"], "whatsapp") == []
    assert ending(place, journey, "vera") == ("exited", "expired")
    sums(place, journey)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_asked_about_nothing(place: Town, amount: float) -> None:
    journey = bank(place, "anna")
    asks(place, "anna", amount=amount)
    assert sums(place, journey)["entered"] == 0
