"""Albums and carousels on each messenger: exact bodies where it has them, single messages where it has not."""

from __future__ import annotations

from typing import Any

import pytest

from channels import registry
from channels.degrading import Degradation, degradations
from channels.message import Button, Card, Media, Message
from tests.channels.samples import ACCOUNTS, REF, bodies

ONE = Media(kind="image", url="https://shop.example/1.jpg")
TWO = Media(kind="video", url="https://shop.example/2.mp4", size=9)
PAPER = Media(kind="document", url="https://shop.example/3.pdf", size=9)
BUY, MORE = Button(id="buy", title="Buy"), Button(id="more", title="More", url="https://shop.example/m")
CARDS = (
    Card(title="Mug", text="Blue & big", image="https://shop.example/mug.jpg", buttons=(BUY, MORE)),
    Card(title="Cup", buttons=(Button(id="cup", title="Buy"),)),
)


def composed(name: str, message: Message) -> list[Any]:
    return bodies(registry()[name].compose(message, "777", ACCOUNTS[name], REF))


def test_telegram_sends_an_album_as_one() -> None:
    message = Message(text="Look", media=ONE, album=(TWO,), extra={"telegram": {"parse_mode": "HTML"}})
    group = [
        {"type": "photo", "media": ONE.url, "caption": "Look", "parse_mode": "HTML"},
        {"type": "video", "media": TWO.url},
    ]
    (request,) = registry()["telegram"].compose(message, "777", ACCOUNTS["telegram"], REF)
    assert request.url.endswith("/sendMediaGroup")
    assert request.json == {"chat_id": 777, "media": group}


def test_telegram_puts_the_buttons_of_an_album_under_its_text() -> None:
    album, text = composed("telegram", Message(text="Look", media=ONE, album=(TWO,), buttons=(BUY,)))
    assert "caption" not in album["media"][0]
    assert text["text"] == "Look"
    assert text["reply_markup"]["inline_keyboard"] == [[{"text": "Buy", "callback_data": f"{REF}:buy"}]]


def test_telegram_does_not_mix_papers_with_pictures() -> None:
    paper, photo = composed("telegram", Message(text="Look", media=PAPER, album=(ONE,)))
    assert paper == {"chat_id": 777, "document": PAPER.url}
    assert photo == {"chat_id": 777, "photo": ONE.url, "caption": "Look"}


def test_an_albums_answer_is_a_list_of_messages() -> None:
    told = {"ok": True, "result": [{"message_id": 7}, {"message_id": 8}]}
    assert getattr(registry()["telegram"].read_answer(200, {}, told), "id", None) == "7"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("whatsapp", ["image", "video"]),
        ("viber", ["picture", "video", "text"]),
        ("messenger", ["image", "video", "text"]),
    ],
)
def test_where_there_are_no_albums_files_go_one_by_one(name: str, kinds: list[str]) -> None:
    sent = composed(name, Message(text="Look", media=ONE, album=(TWO,)))
    told = [
        each.get("type") or each["message"].get("attachment", {"type": "text"}).get("type", "text") for each in sent
    ]
    assert told == kinds
    assert "Look" in str(sent[-1])


def test_messengers_carousel_is_a_generic_template() -> None:
    text, carousel = composed("messenger", Message(text="Choose", cards=CARDS))
    assert text["message"]["text"] == "Choose"
    keys = [
        {"type": "postback", "title": "Buy", "payload": f"{REF}:buy"},
        {"type": "web_url", "url": MORE.url, "title": "More"},
    ]
    first = {"title": "Mug", "subtitle": "Blue & big", "image_url": "https://shop.example/mug.jpg", "buttons": keys}
    second = {"title": "Cup", "buttons": [{"type": "postback", "title": "Buy", "payload": f"{REF}:cup"}]}
    payload = {"template_type": "generic", "elements": [first, second]}
    assert carousel["message"]["attachment"] == {"type": "template", "payload": payload}


def test_vibers_carousel_is_rich_media_whose_cards_fill_their_grid() -> None:
    (sent,) = composed("viber", Message(cards=CARDS))
    assert (sent["type"], sent["min_api_version"], sent["alt_text"]) == ("rich_media", 7, "Mug\nCup")
    board = sent["rich_media"]
    assert (board["Type"], board["ButtonsGroupColumns"], board["ButtonsGroupRows"]) == ("rich_media", 6, 7)
    assert [cell["Rows"] for cell in board["Buttons"]] == [3, 2, 1, 1, 6, 1]
    assert board["Buttons"][1]["Text"] == "<b>Mug</b><br>Blue &amp; big"
    assert board["Buttons"][2]["ActionBody"] == f"{REF}:buy"


def test_the_keyboard_comes_with_the_last_part() -> None:
    text, carousel = composed("viber", Message(text="Choose", buttons=(Button(id="no", title="No"),), cards=CARDS))
    assert "keyboard" not in text
    assert carousel["keyboard"]["Buttons"][0]["ActionBody"] == f"{REF}:no"


@pytest.mark.parametrize("name", ["telegram", "whatsapp"])
def test_elsewhere_each_card_is_a_message_with_its_buttons(name: str) -> None:
    text, mug, cup = composed(name, Message(text="Choose", cards=CARDS))
    assert "Choose" in str(text)
    assert "Mug\nBlue & big" in (mug.get("caption"), mug.get("interactive", {}).get("body", {}).get("text", "")) or (
        "Mug" in str(mug)
    )
    assert f"{REF}:buy" in str(mug)
    assert f"{REF}:cup" in str(cup)


def options(many: int) -> tuple[Button, ...]:
    return tuple(Button(id=f"o{number}", title=f"Option {number}") for number in range(many))


@pytest.mark.parametrize(
    ("message", "channel", "level", "words"),
    [
        (Message(text="?", buttons=options(4)), "whatsapp", "degraded", "as a list"),
        (Message(text="?", buttons=options(11)), "whatsapp", "refused", "at most 10 choices"),
        (Message(text="?", buttons=options(5)), "messenger", "degraded", "quick replies"),
        (Message(text="?", media=ONE, buttons=options(1)), "messenger", "degraded", "as two messages"),
        (Message(text="x" * 1025, media=ONE), "telegram", "degraded", "follows on its own"),
        (Message(text="x" * 513, media=ONE), "viber", "degraded", "follows on its own"),
        (Message(media=Media(kind="video", url="https://a/b.mp4")), "viber", "refused", "size"),
        (Message(media=ONE, album=(TWO,)), "whatsapp", "degraded", "one by one"),
        (Message(media=ONE, album=(ONE,) * 10), "telegram", "refused", "at most 10 pictures"),
        (Message(cards=CARDS), "telegram", "degraded", "message of its own"),
        (Message(cards=(Card(title="x" * 81),)), "messenger", "degraded", "cuts a line"),
        (Message(cards=(Card(title=" "),)), "viber", "refused", "without a title"),
        (Message(cards=(Card(title="a", buttons=options(4)),)), "viber", "refused", "at most 3 buttons"),
        (Message(cards=CARDS * 6), "messenger", "refused", "at most 10 cards"),
    ],
)
def test_what_will_be_degraded_is_told_before(message: Message, channel: str, level: str, words: str) -> None:
    found = degradations(message, [channel])
    assert any(each.level == level and words in each.text for each in found), found
    assert all(isinstance(each, Degradation) and each.channel == channel for each in found)


def test_refusals_come_first_and_plain_words_are_no_trouble_anywhere() -> None:
    levels = [each.level for each in degradations(Message(text="?", buttons=options(12)))]
    assert levels == sorted(levels, reverse=True)
    assert set(levels) == {"refused", "degraded"}
    assert degradations(Message(text="Hello")) == ()
