"""Messenger: exact request bodies, and what is said about each degradation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.base import Accepted
from channels.message import Button, Media, Message, Template
from channels.messenger import channel
from tests.channels.samples import MESSENGER, REF, bodies

YES, NO = Button(id="yes", title="Yes"), Button(id="no", title="No")
SITE = Button(id="site", title="Site", url="https://shop.example/a")
CODE = Button(id="code", title="Code", copy="AB12CD")
PICTURE = Media(kind="image", url="https://shop.example/a.jpg")
LONG = "Tomorrow after six in the evening"
QUICK = "Messenger shows these buttons as quick replies that disappear after an answer."


def sent(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"recipient": {"id": "42"}, "messaging_type": "RESPONSE", "message": message | {"metadata": REF}}
    return whole | more


def composed(message: Message) -> list[Any]:
    return bodies(channel.compose(message, "42", MESSENGER, REF))


def template(text: str, *keys: dict[str, Any]) -> dict[str, Any]:
    payload = {"template_type": "button", "text": text, "buttons": list(keys)}
    return {"attachment": {"type": "template", "payload": payload}}


def postback(button: str, title: str) -> dict[str, Any]:
    return {"type": "postback", "title": title, "payload": f"{REF}:{button}"}


def quick(*pairs: tuple[str, str]) -> dict[str, Any]:
    keys = [{"content_type": "text", "title": title, "payload": f"{REF}:{button}"} for button, title in pairs]
    return {"quick_replies": keys}


def options(many: int) -> tuple[Button, ...]:
    return tuple(Button(id=f"o{number}", title=f"Option {number}") for number in range(many))


def test_text_goes_with_its_token_in_a_header() -> None:
    (request,) = channel.compose(Message(text="Hi"), "42", MESSENGER, REF)
    assert request.url == "https://graph.facebook.com/v25.0/555/messages"
    assert request.headers == {"Authorization": "Bearer TOKEN"}
    assert request.json == sent({"text": "Hi"})
    assert "TOKEN" not in repr(request)
    (anonymous,) = channel.compose(Message(text="Hi"), "42", replace(MESSENGER, settings={}), REF)
    assert anonymous.url == "https://graph.facebook.com/v25.0/me/messages"


@pytest.mark.parametrize(
    ("kind", "attached"), [("image", "image"), ("video", "video"), ("document", "file"), ("audio", "audio")]
)
def test_media_and_text_are_two_messages(kind: Any, attached: str) -> None:
    message = Message(text="Look", media=Media(kind=kind, url="https://a/b"), buttons=(YES, SITE))
    attachment = {"attachment": {"type": attached, "payload": {"url": "https://a/b"}}}
    keys = template("Look", postback("yes", "Yes"), {"type": "web_url", "url": SITE.url, "title": "Site"})
    assert composed(message) == [sent(attachment), sent(keys)]
    assert channel.problems(message) == (f"Messenger sends the {kind} and the text as two messages.",)
    assert composed(Message(media=message.media)) == [sent(attachment)]


def test_up_to_three_buttons_are_a_template() -> None:
    message = Message(text="Well?", buttons=(YES, NO))
    assert composed(message) == [sent(template("Well?", postback("yes", "Yes"), postback("no", "No")))]
    assert channel.problems(message) == ()


@pytest.mark.parametrize("many", [4, 13])
def test_more_buttons_are_quick_replies(many: int) -> None:
    message = Message(text="Which?", buttons=options(many))
    pairs = [(f"o{number}", f"Option {number}") for number in range(many)]
    assert composed(message) == [sent({"text": "Which?", **quick(*pairs)})]
    assert channel.problems(message) == (QUICK,)


def test_a_text_too_long_for_a_template_has_quick_replies_and_written_links() -> None:
    message = Message(text="a" * 641, buttons=(YES, SITE))
    text = "a" * 641 + "\n\nSite: https://shop.example/a"
    assert composed(message) == [sent({"text": text, **quick(("yes", "Yes"))})]
    written = "Messenger has no room for a link button here: the link of «Site» is written under the text."
    assert channel.problems(message) == (QUICK, written)


def test_a_picture_alone_carries_quick_replies() -> None:
    attachment = {"attachment": {"type": "image", "payload": {"url": PICTURE.url}}}
    message = Message(media=PICTURE, buttons=(YES,))
    assert composed(message) == [sent(attachment | quick(("yes", "Yes")))]


def test_codes_are_written_out() -> None:
    message = Message(text="Look", buttons=(CODE,))
    assert composed(message) == [sent({"text": "Look\n\nCode: AB12CD"})]
    copied = "Messenger has no button that copies: the code of «Code» is written under the text."
    assert channel.problems(message) == (copied,)


def test_a_long_title_is_cut() -> None:
    message = Message(text="When?", buttons=(Button(id="late", title=LONG),))
    assert composed(message) == [sent(template("When?", postback("late", "Tomorrow after six…")))]
    assert channel.problems(message) == (f"Messenger cuts «{LONG}» to 20 characters.",)


@pytest.mark.parametrize("tag", ["HUMAN_AGENT", "CONFIRMED_EVENT_UPDATE"])
def test_a_journey_never_sends_with_a_tag(tag: str) -> None:
    extra = {"messenger": {"messaging_type": "MESSAGE_TAG", "tag": tag, "recipient": {"id": "1"}}}
    message = Message(text="Hi", extra=extra, category="service")
    assert composed(message) == [sent({"text": "Hi"})]
    problem = "error: Messenger allows a message tag only on a person's own answer, which gets it by itself."
    assert channel.problems(message) == (problem,)


def test_a_late_answer_of_a_person_carries_the_human_agent_tag() -> None:
    message = Message(text="Hi", category="service", late_answer=True)
    assert composed(message) == [sent({"text": "Hi"}, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")]


def test_a_utility_template_comes_from_the_template() -> None:
    filled = Template(name="order_update", header="Ann", body=("17",), buttons=("", "17"))
    message = Message(template=filled, buttons=(YES, SITE), category="transactional")
    components = [
        {"type": "HEADER", "parameters": [{"type": "text", "text": "Ann"}]},
        {"type": "BODY", "parameters": [{"type": "text", "text": "17"}]},
        {
            "type": "BUTTONS",
            "parameters": [{"type": "payload", "payload": f"{REF}:yes"}, {"type": "url", "url": "17"}],
        },
    ]
    expected = {"template": {"name": "order_update", "language": {"code": "en"}, "components": components}}
    assert composed(message) == [sent(expected, messaging_type="UTILITY")]
    assert channel.problems(message) == ()
    (problem,) = channel.problems(replace(message, category="marketing"))
    assert problem.startswith("error: Messenger allows no marketing in templates")


def test_a_utility_message_comes_from_extra_and_keeps_our_reference() -> None:
    own = {"template": {"name": "t", "language": {"code": "en"}}}
    message = Message(text="x", extra={"messenger": {"messaging_type": "UTILITY", "message": own}})
    assert composed(message) == [sent(own, messaging_type="UTILITY")]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message(), "error: Messenger has nothing to send: write a text or add a picture."),
        (Message(text="a" * 2001), "error: Messenger takes at most 2000 characters of text; this message has 2001."),
        (
            Message(text="a" * 1990, buttons=(CODE,)),
            "error: Messenger takes at most 2000 characters of text; with its links this one has 2004.",
        ),
        (Message(text="?", buttons=options(14)), "error: Messenger takes at most 13 choices; this message has 14."),
    ],
)
def test_refusals(message: Message, problem: str) -> None:
    assert problem in channel.problems(message)


def test_the_account_is_checked_by_its_page() -> None:
    request = channel.check_account(MESSENGER)
    assert (request.method, request.url) == ("GET", "https://graph.facebook.com/v25.0/555?fields=id,name")
    (profile,) = channel.register_webhook(MESSENGER, "https://t.example/w")
    assert profile.url == "https://graph.facebook.com/v25.0/555/messenger_profile"
    assert profile.json == {"get_started": {"payload": "GET_STARTED"}}
    assert isinstance(channel.read_answer(200, {}, {"result": "success"}), Accepted)


def test_the_link_carries_the_token() -> None:
    assert channel.opt_in_link(MESSENGER, "promo 42") == "https://m.me/theshop?ref=promo%2042"
