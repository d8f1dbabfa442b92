"""What is done on the pages of links and templates reaches the API, and phones show what is written."""

from __future__ import annotations

import pytest

from tests.ui.conftest import opened, words
from tests.ui.pretend_world import World
from ui.bubbles import chat


def made(world: World, method: str, path: str) -> list[object]:
    return [body for verb, place, body in world.calls if (verb, place) == (method, path)]


def test_a_link_is_made_shown_with_its_code_and_closed(api: str, world: World) -> None:
    test = opened("links")
    assert "No link yet" in words(test)
    test.text_input(key="link-campaign").set_value("Parcel")
    test.text_area(key="link-words").set_value("I agree to get offers of the shop.")
    test = next(one for one in test.button if one.label == "Make a link").click().run()
    (body,) = made(world, "POST", "/v1/opt-in-links")
    assert isinstance(body, dict)
    assert (body["campaign"], body["double"], body["journey"]) == ("Parcel", False, None)
    assert "https://t.me/shop_bot?start=abc" in [one.value for one in test.code]
    test = test.toggle(key="qr-abc-telegram-shop").set_value(True).run()
    assert not test.exception
    test = test.button(key="link-close-abc").click().run()
    assert made(world, "DELETE", "/v1/opt-in-links/abc")


def test_a_message_is_seen_on_four_phones_and_kept(api: str, world: World) -> None:
    test = opened("templates")
    test.text_input(key="template-name-new").set_value("Spring sale").run()
    test.text_area(key="template-buttons-new").set_value("Buy | https://a.example\nCode | copy: X1\nNo").run()
    test = test.text_area(key="template-text-new").set_value("Hi, {{ contact.first_name }}! SALE SALE SALE!!").run()
    said = words(test).replace("\\", "")
    assert "People are not told how to stop these messages." in said
    assert "The message has several exclamation marks in a row." in said
    assert "of 4096 characters, 3 of 100 choices" in said
    assert "WhatsApp copies codes only in templates" in said
    test = test.button(key="template-keep").click().run()
    (body,) = made(world, "PUT", "/v1/templates/spring-sale")
    assert isinstance(body, dict)
    assert body["message"]["buttons"] == [
        {"id": "buy", "title": "Buy", "url": "https://a.example"},
        {"id": "code", "title": "Code", "copy": "X1"},
        {"id": "no", "title": "No"},
    ]
    assert "promo" in said


def test_a_messenger_is_asked_for_its_templates(api: str, world: World) -> None:
    test = opened("templates")
    ask = next(one for one in test.button if one.key and one.key.startswith("sync-whatsapp-"))
    test = ask.click().run()
    assert [each.value for each in test.toast] == ["WhatsApp knows 2 templates."]


def test_an_account_tells_how_it_fares(api: str, world: World) -> None:
    test = opened("channels").toggle(key="fares-telegram-shop").set_value(True).run()
    assert "3 in the last minute; at most 25 a second." in words(test)
    assert "the messenger about quality: GREEN → YELLOW" in words(test).replace("\\", "")
    test = test.button(key="check-telegram-shop").click().run()
    assert "It works. username: shop_bot" in words(test).replace("\\", "")


def test_the_form_of_a_messenger_asks_what_its_adapter_needs(api: str, world: World) -> None:
    test = opened("channels")
    test = test.segmented_control(key="connect-channel").set_value("messenger").run()
    fields = {"token": "EAA1", "app_secret": "s3cret", "page_id": "42"}
    assert [one.key for one in test.text_input if str(one.key).startswith("connect-messenger-")] == [
        f"connect-messenger-{name}" for name in ("account", *fields, "base")
    ]
    for name, value in fields.items():
        test.text_input(key=f"connect-messenger-{name}").set_value(value)
    test.text_area(key="connect-messenger-more").set_value("username = shop\nnothing")
    next(one for one in test.button if one.label == "Connect").click().run()
    (body,) = made(world, "PUT", "/v1/channels/messenger/main")
    assert body == {
        "secrets": {"token": "EAA1", "app_secret": "s3cret"},
        "settings": {"page_id": "42", "username": "shop"},
        "base_url": "",
    }


def test_rules_of_law_are_seen_switched_and_edited(api: str, world: World) -> None:
    test = opened("channels")
    assert "RU · bank · WhatsApp · any messages · since 2025-06-01" in words(test).replace("\\", "")
    test = test.toggle(key="policy-on-ru-banks-True").set_value(False).run()
    assert not test.exception
    test = test.selectbox(key="policy-picked").set_value("ru-banks").run()
    test.text_input(key="policy-ru-banks-country").set_value("")
    test = next(one for one in test.button if one.label == "Keep the rule").click().run()
    off, anywhere = made(world, "PUT", "/v1/policies/ru-banks")
    told = {"industry": "bank", "channel": "whatsapp", "category": "*", "law": "41-FZ", "since": "2025-06-01"}
    assert off == {**told, "country": "RU", "active": False}
    assert anywhere == {**told, "country": "*", "active": False}


@pytest.mark.parametrize("layout", ["inline", "keyboard", "quick", "list", "card"])
def test_a_bubble_escapes_every_word(layout: str) -> None:
    evil = "<script>alert(1)</script>"
    one = {
        "text": evil, "template": evil, "opener": evil, "layout": layout,
        "files": [{"kind": "image", "url": evil}], "keys": [{"title": evil, "kind": "url"}],
    }  # fmt: skip
    drawn = chat("whatsapp", [one])
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_cards_and_an_album_are_written_and_shown_side_by_side(api: str, world: World) -> None:
    test = opened("templates")
    test.text_input(key="template-name-new").set_value("Spring").run()
    test.text_area(key="template-text-new").set_value("Look").run()
    test.text_area(key="template-album-new").set_value("https://a.example/2.jpg\nvideo https://a.example/3.mp4").run()
    test.text_input(key="template-media-new").set_value("https://a.example/1.jpg").run()
    for place, title in enumerate(("Tea", "Coffee")):
        test.text_area(key=f"template-card-buttons-new-{place}").set_value("Buy").run()
        test = test.text_input(key=f"template-card-title-new-{place}").set_value(title).run()
    assert not test.exception
    test.button(key="template-keep").click().run()
    (body,) = made(world, "PUT", "/v1/templates/spring")
    assert isinstance(body, dict)
    message = body["message"]
    assert message["album"] == [
        {"kind": "image", "url": "https://a.example/2.jpg"},
        {"kind": "video", "url": "https://a.example/3.mp4"},
    ]
    assert message["cards"] == [
        {"title": "Tea", "text": "", "buttons": [{"id": "c1_buy", "title": "Buy"}]},
        {"title": "Coffee", "text": "", "buttons": [{"id": "c2_buy", "title": "Buy"}]},
    ]


def test_cards_stand_in_one_row() -> None:
    card = {"text": "Tea", "files": [], "keys": [], "layout": "card"}
    drawn = chat("viber", [{"text": "Look", "layout": "inline"}, card, card])
    assert drawn.count("overflow-x:auto") == 1
    assert drawn.count("Tea") == 2
