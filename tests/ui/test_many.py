"""Where there is more than a page can show: what is asked for is found, and nothing is left out without a word."""

from __future__ import annotations

import httpx
import pytest

from tests.ui.conftest import opened, words
from tests.ui.pretend_data import welcome
from tests.ui.pretend_world import Problem, World
from ui.canvas.offers import offers


@pytest.fixture
def crowded(world: World) -> World:
    """More journeys than any list shows at once."""
    for number in range(130):
        document = welcome()
        document["graph"]["name"] = f"Journey {number}"
        world.add(f"j{number}", document)
    return world


@pytest.mark.parametrize(("page", "place", "key"), [
    ("funnel", "funnel", "funnel-journey-None"),
    ("links", "link", "link-journey"),
    ("rehearsal", "rehearsal", "rehearsal-journey"),
])  # fmt: skip
def test_a_journey_past_the_first_hundred_is_found_by_its_name(
    api: str, crowded: World, page: str, place: str, key: str
) -> None:
    test = opened(page)
    assert "Journey 129" not in test.selectbox(key=key).options
    test.text_input(key=f"{place}-search").set_value("journey 129").run()
    known = [one for box in test.selectbox if str(box.key).startswith(key.removesuffix("-None")) for one in box.options]
    assert "Journey 129" in known
    assert not test.exception


@pytest.mark.parametrize(("page", "query"), [("funnel", "journey"), ("rehearsal", "id")])
def test_a_journey_that_the_address_names_is_shown_wherever_it_stands(
    api: str, crowded: World, page: str, query: str
) -> None:
    assert "j129" in [one.value for one in opened(page, **{query: "j129"}).selectbox]


def test_where_few_are_there_nobody_is_asked_to_search(api: str, world: World) -> None:
    assert not [one for one in opened("funnel", journey="cart").text_input if one.key == "funnel-search"]


def test_the_board_offers_every_journey(api: str, crowded: World) -> None:
    assert {one["name"] for one in offers(api, "en")["journeys"]} >= {f"Journey {number}" for number in range(130)}


def test_a_contact_knows_its_journeys_by_name_without_their_list(api: str, world: World) -> None:
    world.broken["/v1/journeys"] = Problem(503, "Not ready")
    assert "Abandoned cart" in words(opened("contact", id="c0"))


def test_a_phone_that_the_address_names_is_shown_wherever_its_owner_stands(api: str, world: World) -> None:
    last = world.contacts[-1]["external_id"]
    test = opened("phones", contact=last)
    assert test.selectbox(key="phones-person").value == last


def test_of_many_people_with_phones_it_is_said_that_there_are_more(api: str, world: World) -> None:
    world.contacts += [{**world.contacts[0], "external_id": f"more{number}"} for number in range(60)]
    many = opened("phones")
    assert "Here are the first 50 people" in words(many)
    found = many.text_input(key="phones-search").set_value("more59").run()
    assert "the search finds the others" not in words(found)
    assert "Nobody fits “nowhere”" in words(found.text_input(key="phones-search").set_value("nowhere").run())


def test_trips_stories_and_saved_states_are_turned_over_page_by_page(api: str, world: World) -> None:
    trip = next(one for one in world.trips if one["contact"] == "c0")
    world.trips[:] = [{**trip, "id": f"e{number}", "version": 100 + number} for number in range(25)]
    test = opened("contact", id="c0")
    assert ("version 119" in words(test), "version 120" in words(test)) == (True, False)
    test = test.button(key="trips-c0-next").click().run()
    assert ("version 119" in words(test), "version 120" in words(test)) == (False, True)
    journey = world.journey("cart")
    journey["revision"] = 25
    test = opened("journey", id="cart")
    assert [one.key for one in test.button if one.key == "restore-r6"]
    test = test.button(key="revisions-cart-next").click().run()
    assert [one.key for one in test.button if one.key == "restore-r5"]


def test_links_are_turned_over_page_by_page(api: str, world: World) -> None:
    for number in range(25):
        httpx.post(f"{api}/v1/opt-in-links", json={"campaign": f"Poster {number}"}).raise_for_status()
    test = opened("links")
    assert "Poster 9" in words(test)
    assert "Poster 10" not in words(test)
    assert "Poster 19" in words(test.button(key="links-next").click().run())
