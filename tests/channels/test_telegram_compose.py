"""Telegram: exact request bodies of every kind of message, its refusals and its links."""

from __future__ import annotations

import pytest

from channels.message import Button, Media, Message, Template
from channels.telegram import channel
from tests.channels.samples import REF, TELEGRAM, bodies

YES, NO = Button(id="yes", title="Yes"), Button(id="no", title="No")
SITE = Button(id="site", title="Site", url="https://shop.example/a")
CODE = Button(id="code", title="Code", copy="AB12CD")
PICTURE = Media(kind="image", url="https://shop.example/a.jpg")
KEYS = [[{"text": "Yes", "callback_data": f"{REF}:yes"}, {"text": "No", "callback_data": f"{REF}:no"}]]


def composed(message: Message, address: str = "777") -> list[object]:
    return bodies(channel.compose(message, address, TELEGRAM, REF))


def test_text_is_one_plain_message() -> None:
    (request,) = channel.compose(Message(text="<b>Hi</b> & bye"), "777", TELEGRAM, REF)
    assert request.method == "POST"
    assert request.url == "https://api.telegram.org/bot123:TOKEN/sendMessage"
    assert request.json == {"chat_id": 777, "text": "<b>Hi</b> & bye"}
    assert request.label == "telegram sendMessage"
    assert "TOKEN" not in repr(request)


def test_every_kind_of_button_has_its_field() -> None:
    assert composed(Message(text="Well?", buttons=(YES, SITE, CODE))) == [
        {
            "chat_id": 777,
            "text": "Well?",
            "reply_markup": {
                "inline_keyboard": [
                    [
                        {"text": "Yes", "callback_data": f"{REF}:yes"},
                        {"text": "Site", "url": "https://shop.example/a"},
                        {"text": "Code", "copy_text": {"text": "AB12CD"}},
                    ]
                ]
            },
        }
    ]


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        ([str(number) for number in range(11)], [6, 5]),
        (["Yes", "No"], [2]),
        (["Tomorrow", "Today", "Later", "Never"], [3, 1]),
        (["I will come today", "No"], [2]),
        (["I will come tomorrow for sure", "No"], [1, 1]),
    ],
)
def test_short_titles_share_a_row(titles: list[str], rows: list[int]) -> None:
    buttons = tuple(Button(id=f"o{number}", title=title) for number, title in enumerate(titles))
    (request,) = channel.compose(Message(text="?", buttons=buttons), "777", TELEGRAM, REF)
    assert request.json
    keyboard = request.json["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in keyboard] == rows
    assert [key["text"] for row in keyboard for key in row] == titles


def test_the_longest_payload_fits_in_64_bytes() -> None:
    button = Button(id="b" * 24, title="Yes")
    (request,) = channel.compose(Message(text="?", buttons=(button,)), "777", TELEGRAM, "r" * 39)
    assert request.json
    assert len(request.json["reply_markup"]["inline_keyboard"][0][0]["callback_data"].encode()) == 64


@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [
        ("image", "sendPhoto", "photo"),
        ("video", "sendVideo", "video"),
        ("document", "sendDocument", "document"),
        ("audio", "sendAudio", "audio"),
    ],
)
def test_media_carries_the_text_as_its_caption(kind: str, method: str, field: str) -> None:
    media = Media(kind=kind, url="https://shop.example/f")  # type: ignore[arg-type]
    (request,) = channel.compose(Message(text="Look", media=media, buttons=(YES, NO)), "777", TELEGRAM, REF)
    assert request.url.endswith(f"/{method}")
    assert request.json == {
        "chat_id": 777,
        field: "https://shop.example/f",
        "caption": "Look",
        "reply_markup": {"inline_keyboard": KEYS},
    }


def test_media_without_text_has_no_caption() -> None:
    assert composed(Message(media=PICTURE)) == [{"chat_id": 777, "photo": "https://shop.example/a.jpg"}]


@pytest.mark.parametrize(
    ("text", "split"), [("a" * 1024, False), ("a" * 1025, True), ("😀" * 512, False), ("😀" * 513, True)]
)
def test_a_long_caption_follows_as_text_with_the_buttons(text: str, split: bool) -> None:
    message = Message(text=text, media=PICTURE, buttons=(YES, NO))
    markup = {"reply_markup": {"inline_keyboard": KEYS}}
    photo = {"chat_id": 777, "photo": "https://shop.example/a.jpg"}
    expected = [photo, {"chat_id": 777, "text": text} | markup] if split else [photo | {"caption": text} | markup]
    assert composed(message) == expected
    degraded = "Telegram takes captions up to 1024 characters: the text follows on its own."
    assert (degraded in channel.problems(message)) is split


def test_extra_is_merged_but_cannot_change_the_person() -> None:
    extra = {"telegram": {"parse_mode": "HTML", "protect_content": True, "chat_id": 1}, "viber": {"x": 1}}
    assert composed(Message(text="<b>Hi</b>", extra=extra)) == [
        {"chat_id": 777, "text": "<b>Hi</b>", "parse_mode": "HTML", "protect_content": True}
    ]


def test_html_marks_do_not_count_as_caption() -> None:
    message = Message(text=f"<b>{'a' * 1020}</b>&amp;", media=PICTURE, extra={"telegram": {"parse_mode": "HTML"}})
    assert len(composed(message)) == 1
    assert channel.problems(message) == ()


def test_a_channel_name_stays_text() -> None:
    assert composed(Message(text="x"), "@news") == [{"chat_id": "@news", "text": "x"}]
    assert composed(Message(text="x"), "-100123") == [{"chat_id": -100123, "text": "x"}]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message(), "error: Telegram has nothing to send: write a text or add a picture."),
        (Message(text="a" * 4097), "error: Telegram takes at most 4096 characters of text; this message has 4097."),
        (Message(text="😀" * 2049), "error: Telegram takes at most 4096 characters of text; this message has 4098."),
        (
            Message(text="?", buttons=(Button(id="a:b", title="A"),)),
            "error: Telegram cannot bring back the button id «a:b»: use 1 to 24 of A-Z a-z 0-9 _ -.",
        ),
        (
            Message(text="?", buttons=(YES, Button(id="yes", title="Yeah"))),
            "error: Telegram cannot tell two buttons apart that both have the id «yes».",
        ),
        (Message(text="?", buttons=(Button(id="a", title=" "),)), "error: Telegram shows no button without a title."),
        (
            Message(text="?", buttons=(Button(id="a", title="A", url="javascript:x"),)),
            "error: Telegram opens only web addresses; «A» leads to javascript:x.",
        ),
        (
            Message(text="?", buttons=(Button(id="a", title="A", url="https://a", copy="b"),)),
            "error: Telegram has no button that both opens a link and copies a text: «A».",
        ),
        (
            Message(text="?", buttons=(Button(id="a", title="A", copy="b" * 257),)),
            "error: Telegram copies at most 256 characters by the button «A».",
        ),
        (
            Message(text="?", buttons=tuple(Button(id=f"o{n}", title="A") for n in range(101))),
            "error: Telegram takes at most 100 choices; this message has 101.",
        ),
        (
            Message(text="?", buttons=(Button(id="a", title="A" * 65),)),
            f"Telegram may not show all of the button «{'A' * 65}»: keep it within 64 characters.",
        ),
        (
            Message(media=Media(kind="document", url="https://a/b.docx")),
            "Telegram fetches only PDF, ZIP and GIF files by a link and may refuse this document.",
        ),
        (
            Message(media=Media(kind="document", url="https://a/b.pdf", filename="Price.pdf")),
            "Telegram names a document after its link and not as set here.",
        ),
        (Message(template=Template(name="t")), "error: Telegram has no approved templates: write a text as well."),
        (
            Message(text="x", template=Template(name="t")),
            "Telegram has no approved templates and sends the text instead.",
        ),
    ],
)
def test_problems_say_what_will_happen(message: Message, problem: str) -> None:
    assert channel.problems(message) == (problem,)


@pytest.mark.parametrize(
    "message",
    [
        Message(text="😀" * 2048, buttons=(YES, SITE, CODE)),
        Message(text="x", buttons=(Button(id="a", title="A", url="{{ contact.page }}"),)),
        Message(text="x", buttons=(Button(id="a", title="A", url="tg://resolve?domain=x"),)),
        Message(media=Media(kind="document", url="https://a/b.pdf", filename="b.pdf")),
        Message(media=Media(kind="document", url="{{ event.file }}")),
    ],
)
def test_a_message_that_fits_has_no_problems(message: Message) -> None:
    assert channel.problems(message) == ()


def test_the_webhook_is_set_with_its_secret() -> None:
    (request,) = channel.register_webhook(TELEGRAM, "https://t.example/webhooks/telegram/shop")
    assert request.url == "https://api.telegram.org/bot123:TOKEN/setWebhook"
    assert request.json == {
        "url": "https://t.example/webhooks/telegram/shop",
        "allowed_updates": ["message", "callback_query", "my_chat_member", "edited_message"],
        "secret_token": "hook-secret",
    }


def test_the_account_is_checked_by_get_me() -> None:
    request = channel.check_account(TELEGRAM)
    assert request.url == "https://api.telegram.org/bot123:TOKEN/getMe"
    assert request.json == {}


def test_the_link_carries_the_token() -> None:
    assert channel.opt_in_link(TELEGRAM, "promo-42_x", "ignored") == "https://t.me/shop_bot?start=promo-42_x"


@pytest.mark.parametrize("token", ["", "a b", "ж", "x" * 65])
def test_a_token_that_telegram_refuses_makes_no_link(token: str) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        channel.opt_in_link(TELEGRAM, token)
