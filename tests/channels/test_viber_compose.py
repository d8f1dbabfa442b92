"""Viber: exact request bodies, keyboards, and what is said about each degradation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.message import Button, Media, Message, Template
from channels.viber import channel
from tests.channels.samples import REF, VIBER, bodies

YES, NO = Button(id="yes", title="Yes"), Button(id="no", title="<No> & no")
SITE = Button(id="site", title="Site", url="https://shop.example/a")
CODE = Button(id="code", title="Code", copy="AB12CD")
PICTURE = Media(kind="image", url="https://shop.example/a.jpg")


def sent(**content: Any) -> dict[str, Any]:
    whose = {"receiver": "A=", "min_api_version": 1, "sender": {"name": "The Shop"}, "tracking_data": REF}
    return whose | content


def composed(message: Message) -> list[Any]:
    return bodies(channel.compose(message, "A=", VIBER, REF))


def key(text: str, body: str, columns: int, action: str = "reply") -> dict[str, Any]:
    face = {"Columns": columns, "Rows": 1, "Text": text, "TextSize": "regular"}
    return face | {"ActionType": action, "ActionBody": body, "Silent": True}


def keyboard(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": list(keys)}


KEYS = keyboard(key("Yes", f"{REF}:yes", 2), key("&lt;No&gt; &amp; no", f"{REF}:no", 2))


def test_text_goes_with_its_token_in_a_header() -> None:
    (request,) = channel.compose(Message(text="Hi"), "A=", VIBER, REF)
    assert request.url == "https://chatapi.viber.com/pa/send_message"
    assert request.headers == {"X-Viber-Auth-Token": "TOKEN"}
    assert request.json == sent(type="text", text="Hi")
    assert "TOKEN" not in repr(request)


def test_a_sender_without_a_set_name_is_the_account() -> None:
    (request,) = channel.compose(Message(text="Hi"), "A=", replace(VIBER, settings={}, name="n" * 40), REF)
    assert request.json
    assert request.json["sender"] == {"name": "n" * 27 + "…"}


def test_buttons_are_a_silent_keyboard() -> None:
    assert composed(Message(text="Well?", buttons=(YES, NO))) == [sent(type="text", text="Well?", keyboard=KEYS)]


def test_links_open_and_codes_are_written_out() -> None:
    message = Message(text="Look", buttons=(YES, SITE, CODE))
    keys = keyboard(key("Yes", f"{REF}:yes", 2), key("Site", "https://shop.example/a", 2, "open-url"))
    assert composed(message) == [sent(type="text", text="Look\n\nCode: AB12CD", keyboard=keys)]
    copied = "Viber has no button that copies: the code of «Code» is written under the text."
    assert channel.problems(message) == (copied,)


def test_a_code_alone_needs_no_keyboard() -> None:
    assert composed(Message(text="Look", buttons=(CODE,))) == [sent(type="text", text="Look\n\nCode: AB12CD")]


@pytest.mark.parametrize(("title", "columns"), [("10", 1), ("Tomorrow", 2), ("Some other time", 3), ("x" * 19, 6)])
def test_short_titles_share_a_row(title: str, columns: int) -> None:
    (body,) = composed(Message(text="?", buttons=(Button(id="a", title=title),)))
    assert [each["Columns"] for each in body["keyboard"]["Buttons"]] == [columns]


@pytest.mark.parametrize(("length", "split"), [(512, False), (513, True)])
def test_a_picture_carries_a_short_text(length: int, split: bool) -> None:
    message = Message(text="a" * length, media=PICTURE, buttons=(YES, NO))
    picture, text = {"type": "picture", "media": PICTURE.url}, "a" * length
    if split:
        expected = [sent(**picture, text=""), sent(type="text", text=text, keyboard=KEYS)]
    else:
        expected = [sent(**picture, text=text, keyboard=KEYS)]
    assert composed(message) == expected
    said = "Viber takes up to 512 characters on a picture: the text follows on its own."
    assert channel.problems(message) == ((said,) if split else ())


def test_a_video_and_a_file_go_before_their_text() -> None:
    video = Message(text="Look", media=Media(kind="video", url="https://a/b.mp4", size=10), buttons=(YES, NO))
    assert composed(video) == [
        sent(type="video", media="https://a/b.mp4", size=10),
        sent(type="text", text="Look", keyboard=KEYS),
    ]
    assert channel.problems(video) == ("Viber shows no text on a video: the text follows on its own.",)
    paper = Media(kind="document", url="https://a/%D1%86.pdf?x=1", size=10)
    assert composed(Message(media=paper)) == [sent(type="file", media=paper.url, size=10, file_name="ц.pdf")]
    named = composed(Message(media=replace(paper, filename="Price.pdf"), buttons=(YES, NO)))
    assert named == [sent(type="file", media=paper.url, size=10, file_name="Price.pdf", keyboard=KEYS)]


@pytest.mark.parametrize(
    ("address", "shown", "name"),
    [
        ("https://a/price.pdf", "Our prices", "Our prices.pdf"),
        ("https://a/get?id=5", None, "get.bin"),
        ("https://a/get?id=5", "Prices", "Prices.bin"),
        ("https://a/", None, "file.bin"),
        ("https://a/x.pdf", "п" * 300 + ".pdf", "п" * 252 + ".pdf"),
    ],
)
def test_a_file_has_a_name_that_viber_takes(address: str, shown: str | None, name: str) -> None:
    (body,) = composed(Message(media=Media(kind="document", url=address, filename=shown, size=1)))
    assert body["file_name"] == name


def test_a_sound_is_a_file() -> None:
    message = Message(media=Media(kind="audio", url="https://a/b.mp3", size=10))
    assert composed(message) == [sent(type="file", media="https://a/b.mp3", size=10, file_name="b.mp3")]
    assert channel.problems(message) == ("Viber sends a sound as a file.",)


def test_extra_is_merged_but_cannot_change_the_person() -> None:
    extra = {"viber": {"min_api_version": 7, "receiver": "B=", "tracking_data": "x"}}
    assert composed(Message(text="Hi", extra=extra)) == [sent(type="text", text="Hi") | {"min_api_version": 7}]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message(), "error: Viber has nothing to send: write a text or add a picture."),
        (Message(text="a" * 7001), "error: Viber takes at most 7000 characters of text; this message has 7001."),
        (
            Message(text="😀" * 7000, buttons=tuple(replace(SITE, id=f"s{n}") for n in range(4))),
            "error: Viber takes at most 30 KB a message: shorten the text or the buttons.",
        ),
        (
            Message(media=Media(kind="video", url="https://a/b")),
            "error: Viber needs the size of a video or file in bytes.",
        ),
        (
            Message(text="?", buttons=tuple(Button(id=f"o{n}", title="A") for n in range(13))),
            "error: Viber takes at most 12 choices; this message has 13.",
        ),
        (
            Message(text="?", buttons=(*(Button(id=f"o{n}", title="A") for n in range(12)), SITE)),
            "error: Viber shows at most 12 buttons; this message has 13.",
        ),
        (
            Message(text="?", buttons=(Button(id="a", title="A" * 251),)),
            "error: Viber takes at most 250 characters on a button.",
        ),
        (Message(template=Template(name="t")), "error: Viber has no approved templates: write a text as well."),
        (
            Message(text="x", template=Template(name="t")),
            "Viber has no approved templates and sends the text instead.",
        ),
    ],
)
def test_problems_say_what_will_happen(message: Message, problem: str) -> None:
    assert channel.problems(message) == (problem,)


def test_the_webhook_and_the_account() -> None:
    (request,) = channel.register_webhook(VIBER, "https://t.example/w")
    assert request.url == "https://chatapi.viber.com/pa/set_webhook"
    assert request.json == {
        "url": "https://t.example/w",
        "event_types": [
            "delivered",
            "seen",
            "failed",
            "subscribed",
            "unsubscribed",
            "conversation_started",
            "message",
        ],
        "send_name": True,
        "send_photo": False,
    }
    checked = channel.check_account(VIBER)
    assert (checked.url, checked.json) == ("https://chatapi.viber.com/pa/get_account_info", {})


def test_the_link_carries_the_token() -> None:
    link = "viber://pa?chatURI=theshop&context=promo42"
    assert channel.opt_in_link(VIBER, "promo42") == link
    assert channel.opt_in_link(VIBER, "promo42", "a b") == link + "&text=a%20b"
