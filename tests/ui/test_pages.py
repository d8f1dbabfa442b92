"""Every page in every weather: full, empty, in Russian, with a broken door, with nobody behind the door."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from engine.health import SAYS
from tests.ui.conftest import APP, opened, words
from tests.ui.pretend_api import served
from tests.ui.pretend_world import Problem, World
from ui.health import AILMENTS

pytestmark = pytest.mark.slow

PAGES = {
    "home": {},
    "journeys": {},
    "broadcasts": {},
    "journey": {"id": "cart"},
    "rehearsal": {"id": "cart"},
    "editor": {"id": "cart"},
    "funnel": {"journey": "cart"},
    "contacts": {},
    "contact": {"id": "c0"},
    "phones": {},
    "channels": {},
    "inbox": {"id": "1"},
    "segments": {},
    "segment": {"id": "loyal"},
    "links": {},
    "templates": {},
    "settings": {},
}
#: A door that each page cannot do without.
DOORS = {
    "home": "/v1/overview",
    "journeys": "/v1/journeys",
    "broadcasts": "/v1/journeys",
    "journey": "/v1/journeys/cart/funnel",
    "rehearsal": "/v1/journeys",
    "editor": "/v1/journeys/cart/draft",
    "funnel": "/v1/journeys/cart/funnel",
    "contacts": "/v1/contacts",
    "contact": "/v1/contacts/c0",
    "phones": "/v1/contacts",
    "channels": "/v1/channels",
    "inbox": "/v1/inbox/queues",
    "segments": "/v1/segments",
    "segment": "/v1/segments/loyal",
    "links": "/v1/opt-in-links",
    "templates": "/v1/templates",
    "settings": "/v1/keys",
}
TITLES = {
    "home": ("Home", "Главная"),
    "journeys": ("Journeys", "Сценарии"),
    "broadcasts": ("Broadcasts", "Рассылки"),
    "journey": ("Abandoned cart", "Abandoned cart"),
    "rehearsal": ("Rehearsal", "Репетиция"),
    "editor": ("Abandoned cart", "Abandoned cart"),
    "funnel": ("Funnel", "Воронка"),
    "contacts": ("Contacts", "Контакты"),
    "contact": ("Anna Petrova", "Anna Petrova"),
    "phones": ("Phones", "Телефоны"),
    "channels": ("Channels", "Каналы"),
    "inbox": ("Inbox", "Входящие"),
    "segments": ("Segments", "Сегменты"),
    "segment": ("Loyal", "Loyal"),
    "links": ("Links", "Ссылки"),
    "templates": ("Templates", "Шаблоны"),
    "settings": ("Settings", "Настройки"),
}


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("page", PAGES)
def test_a_full_page_is_drawn_without_errors(api: str, page: str, lang: str) -> None:
    test = opened(page, lang=lang, **PAGES[page])
    assert not test.exception
    assert not test.error
    assert test.title[0].value == TITLES[page][lang == "ru"]


@pytest.mark.parametrize(
    "page",
    ["home", "journeys", "broadcasts", "rehearsal", "funnel", "contacts", "segments", "inbox", "phones", "channels"],
)
def test_an_empty_page_teaches_instead_of_being_empty(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    with served(World(filled=False)) as url:
        monkeypatch.setenv("TROPA_API_URL", url)
        test = opened(page)
    assert not test.exception
    assert not test.error
    assert [one for one in test.markdown if one.value.startswith("### :material/")], "no empty state"


@pytest.mark.parametrize("page", PAGES)
def test_a_silent_api_is_said_to_be_starting_and_is_asked_again(silence: str, page: str) -> None:
    test = opened(page, **PAGES[page])
    assert not test.exception
    assert not test.error
    assert "Tropa is starting" in words(test)
    assert silence in words(test)


@pytest.mark.parametrize("page", PAGES)
def test_a_problem_is_told_in_words_with_the_field(api: str, world: World, page: str) -> None:
    errors = [{"field": "graph.name", "reason": "It is too long."}]
    world.broken[DOORS[page]] = Problem(422, "Not valid", "Look at the name.", errors=errors)
    test = opened(page, **PAGES[page])
    assert not test.exception
    said = words(test)
    if page == "journey":
        assert "these are the last numbers" in said
        return
    assert "Look at the name" in re.sub(r"\\", "", said)
    assert "graph.name" in re.sub(r"\\", "", said)
    assert "Traceback" not in said


def test_a_broken_api_is_not_blamed_on_the_reader(api: str, world: World) -> None:
    world.broken["/v1/overview"] = Problem(500, "Something broke", "It is in the log.")
    assert "Something went wrong inside Tropa" in words(opened("home"))


def test_a_refused_key_says_what_to_do(api: str, world: World) -> None:
    world.broken["/v1/overview"] = Problem(401, "Not authorised")
    assert "tropa up" in words(opened("home"))


def test_an_unknown_journey_is_not_found(api: str) -> None:
    test = opened("journey", id="nothing")
    assert "There is no such journey" in words(test)


@pytest.mark.parametrize("page", ["journey", "editor", "contact"])
def test_a_page_without_an_id_sends_back_to_the_list(api: str, page: str) -> None:
    assert "in the list" in opened(page).info[0].value


def test_phones_are_in_the_menu_of_a_sandbox_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(World(sandbox=False)) as url:
        monkeypatch.setenv("TROPA_API_URL", url)
        test = opened("phones")
    assert not test.exception
    assert "Phones" not in [one.value for one in test.title]


def test_the_language_comes_from_the_browser_and_the_address(api: str) -> None:
    test = AppTest.from_file(str(APP), default_timeout=30)
    test.context = {"locale": "ru-RU"}
    assert test.run().title[0].value == "Главная"
    test = AppTest.from_file(str(APP), default_timeout=30)
    test.context = {"locale": "ru-RU"}
    test.query_params["lang"] = "en"
    assert test.run().title[0].value == "Home"


def test_other_peoples_words_are_never_markup(api: str, world: World) -> None:
    world.contacts[0]["attributes"]["first_name"] = "**Bold** [x](http://evil) :material/home:"
    name = opened("contact", id="c0").title[0].value
    assert r"\*\*Bold\*\*" in name
    assert r"\[x\]" in name
    assert r"\:material/home\:" in name


def test_what_is_bad_stands_on_the_first_page_and_everything_in_the_settings(api: str, world: World) -> None:
    assert "All is well" in words(opened("settings"))
    assert not opened("home").error
    late = {"code": "trips_late", "level": "bad", "many": 1200, "seconds": 7300.0, "subject": "", "what": "", "fix": ""}
    paused = {"code": "account_paused", "level": "note", "many": 1, "seconds": 0.0, "subject": "viber/shop"}
    strange = {"code": "new_one", "level": "bad", "what": "Something *new*.", "fix": "Update the pages."}
    world.ailments = [late, strange, paused]
    (first, second) = opened("home").error
    assert "1,200 trips are due and have not moved; the oldest for 2 hours." in first.value
    assert "Something \\*new\\*" in second.value
    everything = opened("settings", lang="ru")
    assert "1\u00a0200" in everything.error[0].value
    assert "2 часа" in everything.error[0].value
    assert "viber/shop" in everything.warning[0].value


def test_every_ailment_of_the_engine_has_words_on_the_pages() -> None:
    assert {code: (what, fix) for code, (_, what, fix) in SAYS.items()} == AILMENTS
