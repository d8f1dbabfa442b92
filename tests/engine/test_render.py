"""A message is filled in, kept with its delivery, and is the same when it is read again."""

from __future__ import annotations

from channels.message import Button, Card, Media, Message, Template
from engine.render import as_content, from_content, options_of, render
from nodes.send import Send

SAID = {
    "text": "Hi {{ contact.name }}",
    "media": {"kind": "image", "url": "https://a/{{ contact.name }}.jpg"},
    "album": [{"kind": "image", "url": "https://a/2.jpg"}],
    "buttons": [{"id": "yes", "title": "Yes, {{ contact.name }}"}],
    "cards": [
        {
            "title": "{{ contact.name }}'s mug",
            "image": "https://a/mug.jpg",
            "buttons": [{"id": "buy", "title": "Buy", "url": "https://a/?for={{ contact.name }}"}],
        }
    ],
    "template": {
        "whatsapp": {
            "name": "promo",
            "header": "https://a/{{ contact.name }}.jpg",
            "header_kind": "image",
            "body": ["{{ contact.name }}"],
            "names": ["first_name"],
        }
    },
}


def test_every_part_is_filled_in_and_survives_keeping() -> None:
    says = Send.model_validate(SAID).says()
    message = render(says, "whatsapp", {"contact": {"name": "Ann"}}, "UTC")
    assert message == Message(
        text="Hi Ann",
        media=Media(kind="image", url="https://a/Ann.jpg"),
        album=(Media(kind="image", url="https://a/2.jpg"),),
        buttons=(Button(id="yes", title="Yes, Ann"),),
        cards=(
            Card(
                title="Ann's mug",
                image="https://a/mug.jpg",
                buttons=(Button(id="buy", title="Buy", url="https://a/?for=Ann"),),
            ),
        ),
        template=Template(
            name="promo", header=Media(kind="image", url="https://a/Ann.jpg"), body=("Ann",), names=("first_name",)
        ),
    )
    content = as_content(message)
    assert from_content(content) == message
    assert options_of(content) == [["yes", "Yes, Ann"], ["buy", "Buy"]]
    assert content["buttons"] == [{"id": "yes", "title": "Yes, Ann"}]


def test_every_value_of_a_send_step_is_checked_as_a_template() -> None:
    paths = dict(Send.model_validate(SAID).templates())
    for path in ("cards.0.title", "cards.0.image", "cards.0.buttons.0.url", "album.0.url", "template.whatsapp.header"):
        assert paths[path]
