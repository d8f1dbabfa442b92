"""A shop's coupon in Viber, told over three days of seven customers and one who spent too little."""

from __future__ import annotations

import pytest

from tests.stories.telling import deliveries, ending, example, node, rules, sums
from tests.town import Town

PEOPLE = ("anna", "boris", "vera", "gleb", "dina", "egor", "zoya")
OFFERS = {"offer_benefit": "дарим вам скидку 15 %", "offer_story": "хорошую вещь хочется обдумать"}


def street(place: Town) -> str:
    """The journey, its codes, and everyone who left a cart on Monday at 13:00 in Moscow."""
    place.freeze("2027-01-11T10:00:00Z")
    place.call("PUT", "/v1/coupons/viber-15", json={"codes": ["P-1001", "P-1002", "P-1003"]})
    journey = place.publish(example("retail-coupon-viber"))
    for name in (*PEOPLE, "kim"):
        place.contact(name, "viber", f"{name}==", attributes={"first_name": name.title()}, timezone="Europe/Moscow")
        place.track(name, "cart_abandoned", total=300 if name == "kim" else 2500)
    place.advance("PT1S")
    return journey


def way(place: Town, journey: str, name: str) -> str:
    """A contact's way, whichever text they were shown."""
    return place.path(journey, name).replace("offer_benefit", "offer").replace("offer_story", "offer")


def press(place: Town, name: str, button: str) -> None:
    place.reply(f"{name}==", "viber", button=button)
    place.advance("PT1S")


def write(place: Town, name: str, text: str) -> None:
    place.reply(f"{name}==", "viber", text=text)
    place.advance("PT1S")


def test_only_a_large_cart_begins_and_each_sees_one_of_two_texts(place: Town) -> None:
    journey = street(place)
    assert not place.call("GET", "/v1/enrollments", params={"contact": "kim"})["items"]
    for name in PEOPLE:
        arm = place.path(journey, name).split("→")[1]
        (text,) = place.heard(f"{name}==", "viber")
        assert text.startswith(name.title())
        assert OFFERS[arm] in text
    funnel = sums(place, journey)
    assert sum(node(funnel, "texts")["left"].values()) == len(PEOPLE) == funnel["inside"]


def test_three_days_of_customers(place: Town) -> None:
    journey = street(place)
    press(place, "anna", "want")
    press(place, "boris", "later")
    write(place, "vera", "Спасибо, не нужно")
    write(place, "dina", "а доставка есть?")
    place.call("POST", "/sandbox/phones/viber/egor==/block")
    write(place, "zoya", "СТОП")
    # Anna buys on the same day; Boris wakes on Tuesday at 11:00 and takes his code by its number on the keyboard.
    place.advance("PT3H")
    place.track("anna", "order_completed", order_id="A-1", total=2125)
    place.advance("PT19H")
    write(place, "boris", "1")
    write(place, "dina", "ну так что с доставкой?")
    place.advance("P2DT12H")

    start = "texts→offer→answer→"
    assert way(place, journey, "anna") == start + "coupon→card→two_days"
    assert way(place, journey, "boris") == start + "tomorrow→remind→last_answer→coupon→card→two_days→expires→last_day…"
    assert way(place, journey, "vera") == start + "thanks→refused"
    assert way(place, journey, "gleb") == start + "remind→last_answer→silent"
    assert way(place, journey, "dina") == start + "clarify→last_answer→to_team"
    assert way(place, journey, "egor") == start + "remind"
    assert way(place, journey, "zoya") == start + "remind"
    assert {name: ending(place, journey, name) for name in PEOPLE} == {
        "anna": ("exited", "goal"),
        "boris": ("waiting", None),
        "vera": ("completed", "refused"),
        "gleb": ("completed", "silent"),
        "dina": ("completed", "to_team"),
        "egor": ("exited", "blocked"),
        "zoya": ("exited", "opted_out"),
    }
    assert place.trip(journey, "anna")["converted"]

    funnel = sums(place, journey)
    assert (funnel["entered"], funnel["inside"], funnel["completed"], funnel["converted"]) == (7, 1, 3, 1)
    assert funnel["exited"] == {"goal": 1, "blocked": 1, "opted_out": 1}
    assert node(funnel, "answer")["left"] == {"want": 1, "later": 1, "no": 1, "something_else": 1, "no_answer": 3}
    assert node(funnel, "last_answer")["left"] == {"want": 1, "something_else": 1, "no_answer": 1}
    assert node(funnel, "coupon")["left"] == {"given": 2}


def test_the_coupon_is_a_picture_with_a_code_of_ones_own(place: Town) -> None:
    journey = street(place)
    press(place, "anna", "want")
    write(place, "vera", "давайте")
    codes = set()
    for name in ("anna", "vera"):
        card = place.phone(f"{name}==", "viber")[-1]
        code = card["text"].split("\n")[0].removeprefix("Ваш купон: ")
        assert card["media"] == {"kind": "image", "url": f"https://example.org/tropa/coupons/{code}.png"}
        assert card["buttons"][0]["url"] == f"https://example.org/shop?coupon={code}"
        codes.add(code)
    assert codes == {"P-1001", "P-1002"}
    assert rules(place, "anna") == [("want", "button")]
    assert rules(place, "vera") == [("давайте", "question")]
    place.advance("PT1M")
    assert deliveries(place, journey, "anna")[-1] == ("card", "delivered", "")


def test_the_fourth_customer_finds_the_pool_empty(place: Town) -> None:
    journey = street(place)
    for name in ("anna", "boris", "vera", "gleb"):
        press(place, name, "want")
    assert ending(place, journey, "gleb") == ("completed", "no_codes")
    assert "разобрали" in place.heard("gleb==", "viber")[-1]
    assert node(sums(place, journey), "coupon")["left"] == {"given": 3, "empty": 1}
    assert place.call("GET", "/v1/coupons")["items"] == [{"pool": "viber-15", "free": 0, "given": 3}]


@pytest.mark.parametrize(("word", "deed"), [("СТОП", None), ("", "block")])
def test_nothing_is_sent_to_who_has_left(place: Town, word: str, deed: str | None) -> None:
    journey = street(place)
    if deed:
        place.call("POST", f"/sandbox/phones/viber/zoya==/{deed}")
        place.advance("PT1S")
    else:
        write(place, "zoya", word)
        assert rules(place, "zoya") == [("СТОП", "opt_out")]
        assert ending(place, journey, "zoya") == ("waiting", None)
    place.advance("P4D")
    assert len(place.heard("zoya==", "viber")) == 1
    assert deliveries(place, journey, "zoya")[-1] == ("remind", "suppressed", "blocked" if deed else "opted_out")


def test_quiet_hours_hold_an_offer_until_nine_in_the_customers_own_morning(place: Town) -> None:
    place.freeze("2027-01-11T19:30:00Z")
    journey = place.publish(example("retail-coupon-viber"))
    place.contact("moscow", "viber", "moscow==", timezone="Europe/Moscow")
    place.contact("omsk", "viber", "omsk==", timezone="Asia/Omsk")
    place.enroll(journey, "moscow", "omsk")
    place.advance("PT8H")
    assert [len(place.heard(f"{name}==", "viber")) for name in ("moscow", "omsk")] == [0, 1]
    assert deliveries(place, journey, "moscow")[0][1:] == ("held", "quiet_hours")
    place.advance("PT3H")
    (message,) = [each for each in place.phone("moscow==", "viber") if each["from"] == "bot"]
    assert message["at"].startswith("2027-01-12T06:00")
