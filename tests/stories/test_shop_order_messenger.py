"""A bakery's order bot in Messenger: an order from the first word to thanks, and everyone who strays on the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.telling import ending, example, node, rules, sums
from tests.town import Town

GUESTS = {
    name: f"240000000000{place}"
    for place, name in enumerate(("anna", "boris", "vera", "gleb", "dina", "egor", "zoya"), 1)
}
CHECKED = "how_many→quantity→phone→check→agreed→"
THANKED = "ordered_mark→count_order→thank_you→ordered"


def bakery(place: Town, *names: str) -> str:
    """The journey, and guests who wrote the word it begins with."""
    place.freeze("2027-01-11T06:00:00Z")
    journey = place.publish(example("shop-order-messenger"))
    for name in names or tuple(GUESTS):
        place.contact(name, "messenger", GUESTS[name], consent=False, attributes={"first_name": name.title()})
        place.reply(GUESTS[name], "messenger", text="Хочу заказать!")
    place.advance("PT2S")
    return journey


def says(place: Town, name: str, *words: str) -> None:
    """A guest writes one thing after another; a press is written as `[button]`."""
    for word in words:
        what: dict[str, Any] = {"button": word.strip("[]")} if word.startswith("[") else {"text": word}
        place.reply(GUESTS[name], "messenger", **what)
        place.advance("PT2S")


def test_every_guest(place: Town) -> None:
    journey = bakery(place)
    says(place, "anna", "[croissant]", "3", "8 912 345-67-89", "[right]")
    says(place, "boris", "а торты есть?", "ну хоть пирожные", "совсем ничего?")
    says(place, "vera", "два пирога, с вишней", "много", "5", "позвоните мне", "а зачем", "нет")
    says(place, "gleb", "[bread]", "2", "+7 495 123-45-67", "[change]", "[pie]", "1", "+7 495 123-45-67")
    says(place, "egor", "[bread]")
    place.call("POST", f"/sandbox/phones/messenger/{GUESTS['egor']}/block")
    says(place, "zoya", "СТОП")
    place.advance("PT2H")
    says(place, "gleb", "да, печём")
    place.advance("P1D")

    begun = "start→menu→dish→"
    assert place.path(journey, "anna") == begun + "set_croissant→" + CHECKED + THANKED
    missed = "missed→enough→menu_again→dish→"
    assert place.path(journey, "boris") == begun + missed * 2 + "missed→enough→call_person→to_person"
    way = begun + "set_pie→how_many→quantity→number_please→quantity_again→phone→call_person→to_person"
    assert place.path(journey, "vera") == way
    again = "menu_again→dish→set_pie→"
    assert place.path(journey, "gleb") == (
        begun + "set_bread→" + CHECKED + again + CHECKED + "nudge→agreed_late→" + THANKED
    )
    assert place.path(journey, "dina") == begun + "nothing_chosen"
    assert place.path(journey, "egor") == begun + "set_bread→how_many→quantity→given_up"
    assert place.path(journey, "zoya") == begun + "nothing_chosen"
    assert rules(place, "zoya") == [("Хочу заказать!", "keyword"), ("СТОП", "opt_out")]

    funnel = sums(place, journey)
    assert (funnel["entered"], funnel["inside"], funnel["completed"], funnel["converted"]) == (7, 0, 7, 2)
    assert node(funnel, "dish")["left"] == {
        "bread": 2, "croissant": 1, "pie": 2, "something_else": 3, "no_answer": 2
    }  # fmt: skip
    assert node(funnel, "phone")["left"] == {"completed": 3, "gave_up": 1}


def test_the_order_is_read_back_and_kept(place: Town) -> None:
    journey = bakery(place, "anna")
    assert [button["title"] for button in place.phone(GUESTS["anna"], "messenger")[-1]["buttons"]] == [
        "Хлеб на закваске",
        "Круассаны",
        "Пирог с вишней",
    ]
    says(place, "anna", "Круассаны", "3", "8 912 345-67-89")
    assert place.heard(GUESTS["anna"], "messenger")[-1] == (
        "Проверьте, пожалуйста:\n\nКруассаны, 4 шт. × 3\nТелефон: +79123456789\n"
        "Доставка завтра с 8:00 до 10:00\n\nВсё верно?"
    )
    says(place, "anna", "[right]")
    anna = place.call("GET", "/v1/contacts/anna")
    assert anna["attributes"]["phone"] == "+79123456789"
    assert anna["attributes"]["last_order"] == "Круассаны, 4 шт. × 3"
    assert anna["attributes"]["orders"] == 1
    assert anna["tags"] == ["customer"]
    says(place, "anna", "заказ", "[bread]", "1", "89123456789", "[right]")
    assert place.call("GET", "/v1/contacts/anna")["attributes"]["orders"] == 2
    assert sums(place, journey)["converted"] == 2


@pytest.mark.parametrize("words", ["0", "21", "две штуки", "2,5 или 3"])
def test_a_quantity_that_is_none_is_asked_again(place: Town, words: str) -> None:
    journey = bakery(place, "vera")
    says(place, "vera", "[pie]", words)
    assert place.path(journey, "vera").endswith("quantity→number_please→quantity_again…")
    assert place.heard(GUESTS["vera"], "messenger")[-1].startswith("Не разобрали число")


def test_a_link_opens_the_bot_and_a_stray_word_does_not(place: Town) -> None:
    place.freeze("2027-01-11T06:00:00Z")
    journey = place.publish(example("shop-order-messenger"))
    place.reply("2400000000099", "messenger", text="какая сегодня погода?")
    place.advance("PT2S")
    assert sums(place, journey)["entered"] == 0
    place.call("POST", "/sandbox/phones/messenger/2400000000098/start", json={"ref": journey})
    place.advance("PT2S")
    assert place.path(journey, "messenger:2400000000098") == "start→menu→dish…"
    assert place.heard("2400000000098", "messenger")[0].endswith("Что вам испечь?")


def test_a_paid_order_ends_the_trip_at_once(place: Town) -> None:
    journey = bakery(place, "anna")
    says(place, "anna", "[bread]")
    place.track("anna", "order_paid", order_id="B-1")
    place.advance("PT1S")
    assert ending(place, journey, "anna") == ("exited", "goal")
    assert sums(place, journey)["converted"] == 1
