"""WhatsApp: exact request bodies of every form of message, and what is said about each degradation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.message import Button, Media, Message, Template
from channels.whatsapp import channel
from tests.channels.samples import REF, WHATSAPP, bodies

YES, NO = Button(id="yes", title="Yes"), Button(id="no", title="No")
SITE = Button(id="site", title="Site", url="https://shop.example/a")
CODE = Button(id="code", title="Code", copy="AB12CD")
PICTURE = Media(kind="image", url="https://shop.example/a.jpg")
LONG = "Tomorrow after six in the evening"


def sent(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "79991234567",
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": REF,
        **more,
    }


def composed(message: Message) -> list[Any]:
    return bodies(channel.compose(message, "79991234567", WHATSAPP, REF))


def replies(text: str, **header: Any) -> dict[str, Any]:
    keys = [{"id": f"{REF}:yes", "title": "Yes"}, {"id": f"{REF}:no", "title": "No"}]
    action = {"buttons": [{"type": "reply", "reply": key} for key in keys]}
    return {"type": "button", "body": {"text": text}, "action": action} | header


def options(many: int, title: str = "Option") -> tuple[Button, ...]:
    return tuple(Button(id=f"o{number}", title=f"{title} {number}") for number in range(many))


def rows(many: int) -> list[dict[str, str]]:
    return [{"id": f"{REF}:o{number}", "title": f"Option {number}"} for number in range(many)]


def list_of(text: str, its_rows: list[dict[str, str]], button: str = "Choose") -> dict[str, Any]:
    return {"type": "list", "body": {"text": text}, "action": {"button": button, "sections": [{"rows": its_rows}]}}


def test_a_request_has_its_address_and_hides_its_token() -> None:
    (request,) = channel.compose(Message(text="Hi"), "79991234567", WHATSAPP, REF)
    assert request.url == "https://graph.facebook.com/v25.0/1122334455/messages"
    assert request.headers == {"Authorization": "Bearer TOKEN"}
    assert request.json == sent("text", {"body": "Hi", "preview_url": False})
    assert "TOKEN" not in repr(request)


def test_the_version_is_the_accounts_own() -> None:
    account = replace(WHATSAPP, settings={"phone_number_id": "1", "version": "v26.0"})
    (request,) = channel.compose(Message(text="Hi"), "7", account, REF)
    assert request.url == "https://graph.facebook.com/v26.0/1/messages"


def test_a_person_without_a_number_is_addressed_by_id() -> None:
    (request,) = channel.compose(Message(text="Hi"), "US.13491208655302741918", WHATSAPP, REF)
    assert request.json
    assert request.json["recipient"] == "US.13491208655302741918"
    assert "to" not in request.json


@pytest.mark.parametrize(
    ("media", "content"),
    [
        (PICTURE, {"link": "https://shop.example/a.jpg"}),
        (Media(kind="video", url="https://a/b.mp4"), {"link": "https://a/b.mp4"}),
        (
            Media(kind="document", url="https://a/b.pdf", filename="Price.pdf"),
            {"link": "https://a/b.pdf", "filename": "Price.pdf"},
        ),
    ],
)
def test_media_carries_a_caption_or_heads_the_buttons(media: Media, content: dict[str, str]) -> None:
    assert composed(Message(media=media)) == [sent(media.kind, content)]
    assert composed(Message(text="Look", media=media)) == [sent(media.kind, content | {"caption": "Look"})]
    header = {"header": {"type": media.kind, media.kind: content}}
    message = Message(text="Well?", media=media, buttons=(YES, NO))
    assert composed(message) == [sent("interactive", replies("Well?", **header))]
    assert channel.problems(message) == ()


def test_a_sound_goes_before_its_text_and_buttons() -> None:
    sound = Media(kind="audio", url="https://a/b.mp3")
    audio = sent("audio", {"link": "https://a/b.mp3"})
    assert composed(Message(media=sound)) == [audio]
    assert composed(Message(text="Hi", media=sound)) == [audio, sent("text", {"body": "Hi", "preview_url": False})]
    message = Message(text="Well?", media=sound, buttons=(YES, NO))
    assert composed(message) == [audio, sent("interactive", replies("Well?"))]
    assert channel.problems(message) == ("WhatsApp sends the audio on its own before the text.",)


def test_a_long_caption_follows_as_text() -> None:
    message = Message(text="a" * 1025, media=PICTURE)
    image, text = composed(message)
    assert image == sent("image", {"link": "https://shop.example/a.jpg"})
    assert text == sent("text", {"body": "a" * 1025, "preview_url": False})
    assert channel.problems(message) == ("WhatsApp sends the image on its own before the text.",)


def test_up_to_three_short_replies_are_buttons() -> None:
    message = Message(text="Well?", buttons=(YES, NO))
    assert composed(message) == [sent("interactive", replies("Well?"))]
    assert channel.problems(message) == ()


def test_four_buttons_become_a_list() -> None:
    message = Message(text="Which?", buttons=options(4))
    assert composed(message) == [sent("interactive", list_of("Which?", rows(4)))]
    assert channel.problems(message) == ("WhatsApp shows 4 buttons as a list that opens by a tap.",)


def test_a_long_title_becomes_a_row_with_its_words_under_it() -> None:
    message = Message(text="Когда?", buttons=(Button(id="o0", title="Option 0"), Button(id="late", title=LONG)))
    row = {"id": f"{REF}:late", "title": "Tomorrow after six in t…", "description": LONG}
    assert composed(message) == [sent("interactive", list_of("Когда?", [*rows(1), row], "Выбрать"))]
    assert channel.problems(message) == (
        "WhatsApp shows buttons over 20 characters as a list that opens by a tap.",
        f"WhatsApp cuts «{LONG}» to 24 characters in a list and writes it out under it.",
    )


def test_the_label_of_a_list_is_a_setting() -> None:
    account = replace(WHATSAPP, settings={"list_button": "Pick one of these many things"})
    (request,) = channel.compose(Message(text="Which?", buttons=options(4)), "7", account, REF)
    assert request.json
    assert request.json["interactive"]["action"]["button"] == "Pick one of these m…"


def test_a_picture_goes_before_a_list() -> None:
    message = Message(text="Which?", buttons=options(10), media=PICTURE)
    image = sent("image", {"link": "https://shop.example/a.jpg"})
    assert composed(message) == [image, sent("interactive", list_of("Which?", rows(10)))]
    assert channel.problems(message)[1] == "WhatsApp sends the image on its own before the text."


def test_one_link_is_a_button() -> None:
    parameters = {"display_text": "Site", "url": "https://shop.example/a"}
    link = {
        "type": "cta_url",
        "header": {"type": "image", "image": {"link": "https://shop.example/a.jpg"}},
        "body": {"text": "Look\n\nCode: AB12CD"},
        "action": {"name": "cta_url", "parameters": parameters},
    }
    message = Message(text="Look", buttons=(SITE, CODE), media=PICTURE)
    assert composed(message) == [sent("interactive", link)]
    copied = "WhatsApp copies codes only in templates: the code of «Code» is written under the text."
    assert channel.problems(message) == (copied,)


def test_a_long_title_of_a_link_is_cut() -> None:
    message = Message(text="Look", buttons=(replace(SITE, title=LONG),))
    (body,) = composed(message)
    assert body["interactive"]["action"]["parameters"]["display_text"] == "Tomorrow after six…"
    assert channel.problems(message) == (f"WhatsApp cuts «{LONG}» to 20 characters.",)


@pytest.mark.parametrize(
    ("text", "buttons"),
    [("Look", (SITE, replace(SITE, id="b", title="Map"))), ("a" * 1025, (SITE,)), ("", (SITE,))],
)
def test_links_without_a_button_are_written_out(text: str, buttons: tuple[Button, ...]) -> None:
    message = Message(text=text, buttons=buttons)
    lines = "\n".join(f"{button.title}: {button.url}" for button in buttons)
    whole = f"{text}\n\n{lines}" if text else lines
    assert composed(message) == [sent("text", {"body": whole, "preview_url": False})]
    said = [line for line in channel.problems(message) if "written under the text" in line]
    assert len(said) == len(buttons)


def test_a_link_beside_replies_is_written_out() -> None:
    message = Message(text="Well?", buttons=(YES, SITE, NO))
    assert composed(message) == [sent("interactive", replies("Well?\n\nSite: https://shop.example/a"))]
    assert channel.problems(message) == (
        "WhatsApp has no room for a link button here: the link of «Site» is written under the text.",
    )


def test_a_template_fills_header_body_and_buttons() -> None:
    template = Template(
        name="promo", language="ru", body=("Ivan", "10 %"), header=PICTURE, buttons=("", "summer", "", "stop")
    )
    message = Message(template=template, buttons=(YES, SITE, CODE), text="not sent")
    expected = {
        "name": "promo",
        "language": {"code": "ru"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://shop.example/a.jpg"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ivan"}, {"type": "text", "text": "10 %"}]},
            {
                "type": "button",
                "index": "0",
                "sub_type": "quick_reply",
                "parameters": [{"type": "payload", "payload": f"{REF}:yes"}],
            },
            {"type": "button", "index": "1", "sub_type": "url", "parameters": [{"type": "text", "text": "summer"}]},
            {
                "type": "button",
                "index": "2",
                "sub_type": "copy_code",
                "parameters": [{"type": "coupon_code", "coupon_code": "AB12CD"}],
            },
            {
                "type": "button",
                "index": "3",
                "sub_type": "quick_reply",
                "parameters": [{"type": "payload", "payload": f"{REF}:stop"}],
            },
        ],
    }
    assert composed(message) == [sent("template", expected)]
    assert channel.problems(message) == ()


def test_a_template_without_values_has_no_components() -> None:
    template = {"name": "hello_world", "language": {"code": "en"}}
    assert composed(Message(template=Template(name="hello_world"))) == [sent("template", template)]
    headed = template | {"components": [{"type": "header", "parameters": [{"type": "text", "text": "Ann"}]}]}
    assert composed(Message(template=Template(name="hello_world", header="Ann"))) == [sent("template", headed)]
    assert composed(Message(template=Template(name="hello_world"), buttons=(SITE,))) == [sent("template", template)]


def test_extra_is_merged_but_cannot_change_the_person() -> None:
    extra = {"whatsapp": {"context": {"message_id": "wamid.1"}, "to": "1", "biz_opaque_callback_data": "x"}}
    message = Message(text="Hi", extra=extra)
    expected = sent("text", {"body": "Hi", "preview_url": False}, context={"message_id": "wamid.1"})
    assert composed(message) == [expected]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message(), "error: WhatsApp has nothing to send: write a text or add a picture."),
        (Message(text="a" * 4097), "error: WhatsApp takes at most 4096 characters of text; this message has 4097."),
        (Message(text="?", buttons=options(11)), "error: WhatsApp takes at most 10 choices; this message has 11."),
        (Message(media=PICTURE, buttons=(YES,)), "error: WhatsApp shows no buttons without a text."),
        (
            Message(text="a" * 1025, buttons=(YES,)),
            "error: WhatsApp takes at most 1024 characters over buttons; this text has 1025.",
        ),
        (
            Message(text="?", buttons=(YES, replace(NO, title="Yes"))),
            "error: WhatsApp takes no two buttons with the same title.",
        ),
        (
            Message(template=Template(name="Promo!")),
            "error: WhatsApp has no template called «Promo!»: names are of a-z, 0-9 and _.",
        ),
        (
            Message(template=Template(name="promo", body=("a", " "))),
            "error: WhatsApp takes no empty value in a template: value 2 is empty.",
        ),
        (
            Message(template=Template(name="promo", body=("a\nb",))),
            "WhatsApp may refuse line breaks in a template: value 1 has one.",
        ),
    ],
)
def test_problems_say_what_will_happen(message: Message, problem: str) -> None:
    assert channel.problems(message) == (problem,)


def test_the_account_is_checked_by_its_number() -> None:
    request = channel.check_account(WHATSAPP)
    assert request.method == "GET"
    fields = "id,display_phone_number,verified_name,quality_rating"
    assert request.url == f"https://graph.facebook.com/v25.0/1122334455?fields={fields}"
    assert request.headers == {"Authorization": "Bearer TOKEN"}
    assert channel.register_webhook(WHATSAPP, "https://t.example/w") == ()


def test_the_link_ends_with_its_token() -> None:
    link = channel.opt_in_link(WHATSAPP, "A7K2", "Хочу скидку & чай")
    assert link == (
        "https://wa.me/79991234567?text="
        "%D0%A5%D0%BE%D1%87%D1%83%20%D1%81%D0%BA%D0%B8%D0%B4%D0%BA%D1%83%20%26%20%D1%87%D0%B0%D0%B9%20%23A7K2"
    )
    assert channel.opt_in_link(WHATSAPP, "A7K2") == "https://wa.me/79991234567?text=%23A7K2"
