"""Values of approved templates are compared with what the messenger told of the template."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.approved import unfitting
from tests.journeys.documents import line, step

PLAIN = [{"type": "BODY", "text": "Hello, {{1}}! {{2}} is ready, {{1}}."}]
NAMED = [{"type": "BODY", "text": "Hello, {{first_name}}!"}]
RICH = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Come"},
    {
        "type": "BUTTONS",
        "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}, {"type": "URL", "url": "https://shop.example/{{1}}"}],
    },
]
PICTURE = {"header": "https://a.example/b.jpg", "header_kind": "image"}


def told(components: Any, **given: Any) -> list[tuple[str, str | None, str]]:
    """(level, path, text) of what does not fit."""
    template = {"whatsapp": {"name": "promo", "language": "ru", **given}}
    document = line(step("hello", "send", template=template, channel="whatsapp"))
    known = {("whatsapp", "promo", "ru"): [components]} if components else {}
    return [(each.level, each.path, each.text) for each in unfitting(document, known)]


@pytest.mark.parametrize(
    ("components", "given"),
    [
        (PLAIN, {"body": ["Ann", "Tea"]}),
        (NAMED, {"body": ["Ann"]}),
        (NAMED, {"body": ["Ann"], "names": ["first_name"]}),
        (RICH, {**PICTURE, "buttons": ["", "spring"]}),
        (None, {"body": ["of a messenger that has told nothing"]}),
    ],
)
def test_what_fits(components: Any, given: dict[str, Any]) -> None:
    assert told(components, **given) == []


@pytest.mark.parametrize(
    ("components", "given", "path", "text"),
    [
        (PLAIN, {"body": ["Ann"]}, "body", "The template promo takes 2 values; this step gives 1."),
        (NAMED, {"body": []}, "body", "The template promo takes 1 values; this step gives 0."),
        (
            NAMED,
            {"body": ["Ann"], "names": ["name"]},
            "names",
            "The values of the template promo are called first_name.",
        ),
        (RICH, {"buttons": ["", "x"]}, "header", "The template promo needs a value in its header (image)."),
        (
            RICH,
            {"header": "Hi", "buttons": ["", "x"]},
            "header_kind",
            "The template promo has another kind of header: image.",
        ),
        (RICH, PICTURE, "buttons", "Button 2 of the template promo needs the end of its link."),
        (PLAIN, {"body": ["a", "b"], "header": "x"}, "header", "The template promo takes no value in its header."),
    ],
)
def test_what_the_messenger_would_refuse(components: Any, given: dict[str, Any], path: str, text: str) -> None:
    assert told(components, **given) == [("error", f"template.whatsapp.{path}", text)]


def test_a_template_of_several_accounts_fits_when_it_fits_one() -> None:
    document = line(step("hello", "send", template={"whatsapp": {"name": "promo", "language": "ru", "body": ["Ann"]}}))
    assert list(unfitting(document, {("whatsapp", "promo", "ru"): [PLAIN, NAMED]})) == []


def test_a_template_that_was_not_told_of_is_warned_of() -> None:
    document = line(step("hello", "send", template={"whatsapp": {"name": "promo", "language": "en"}}))
    (found,) = unfitting(document, {("whatsapp", "promo", "ru"): [PLAIN]})
    assert (found.level, found.text) == ("warning", "No template promo in the language en is known.")
    assert list(unfitting(document, {("messenger", "order", "ru"): [PLAIN]})) == []
    assert list(unfitting("no document", {})) == []
