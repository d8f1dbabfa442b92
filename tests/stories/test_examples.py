"""Every ready-made journey can be published as it is and stands in order on the canvas."""

from __future__ import annotations

import pytest

from journeys.check import check
from journeys.lint import lint
from nodes import registry
from tests.stories.telling import EXAMPLES, example
from tests.town import Town

LANGUAGES = ("en", "ru")
NAMES = sorted(path.stem for path in (EXAMPLES / "ru").glob("*.json"))
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_there_is_one_for_each_messenger() -> None:
    spoken = {
        node["settings"]["channel"] for name in NAMES for node in example(name)["nodes"] if node["kind"] == "send"
    }
    assert spoken >= {"telegram", "viber", "whatsapp", "messenger"}


@in_each_language
@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_neither_errors_nor_warnings(name: str, language: str) -> None:
    assert check(example(name, language)) == []
    assert lint(example(name, language)) == []


@in_each_language
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_named_explained_and_laid_out(name: str, language: str) -> None:
    document = example(name, language)
    assert document["graph"]["name"]
    assert len(document["graph"]["about"]) > 80
    assert all(node["title"] for node in document["nodes"])
    places = [(node["x"], node["y"]) for node in document["nodes"]]
    near = [
        (one, other)
        for number, one in enumerate(places)
        for other in places[:number]
        if abs(one[0] - other[0]) < 280 and abs(one[1] - other[1]) < 120
    ]
    assert near == []


@in_each_language
@pytest.mark.parametrize("name", NAMES)
def test_no_way_of_an_example_leads_nowhere(name: str, language: str) -> None:
    document = example(name, language)
    drawn = {(edge["source"], edge["key"]) for edge in document["edges"]}
    for node in document["nodes"]:
        settings = registry()[node["kind"]].model_validate(node["settings"])
        assert {key for source, key in drawn if source == node["id"]} == set(settings.exits()), node["id"]


def test_the_api_offers_every_example_and_publishes_it(place: Town) -> None:
    offered = place.call("GET", "/v1/examples")["items"]
    russian = place.call("GET", "/v1/examples", headers={"Accept-Language": "ru-RU,ru;q=0.9"})["items"]
    assert place.call("GET", "/v1/examples?language=ru", headers={"Accept-Language": "en"})["items"] == russian
    assert [each["id"] for each in offered] == [each["id"] for each in russian] == NAMES
    for each in (*offered, *russian):
        made = place.call("POST", "/v1/journeys", json=each["document"])
        assert made["problems"] == []
        assert place.call("POST", f"/v1/journeys/{made['id']}/publish") == {"version": 1}
