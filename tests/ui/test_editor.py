"""The editor's page over the canvas: autosave with revisions, conflicts, wishes; work is never lost."""

from __future__ import annotations

import copy
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import canvas, opened, words
from tests.ui.pretend_world import Problem, World
from ui.canvas.kinds import kinds
from ui.canvas.offers import offers

Json = dict[str, Any]


def editor(journey: str = "hello") -> AppTest:
    test = opened("editor", id=journey)
    assert not test.exception
    return test


def saved(world: World, journey: str = "hello") -> Json:
    document: Json = world.journeys[journey]["document"]
    return document


def work(test: AppTest, journey: str = "hello") -> Any:
    return test.session_state[f"work-{journey}"]


class Canvas:
    """Says what the canvas in a browser would say."""

    def __init__(self, test: AppTest, client: str = "tab", journey: str = "hello") -> None:
        self.test, self.client, self.journey = test, client, journey
        self.base, self.count = str(work(test, journey).revision), 0
        self.document: Json = copy.deepcopy(work(test, journey).document)

    def draft(self, **change: Any) -> Json:
        self.count += 1
        self.document = {**self.document, **change}
        return {
            "docId": self.journey,
            "client": self.client,
            "localRev": self.count,
            "baseRev": self.base,
            "document": copy.deepcopy(self.document),
        }

    def say(self, **change: Any) -> AppTest:
        return self.send(self.draft(**change))

    def send(self, draft: Json) -> AppTest:
        # What the callback of a real canvas does first thing; AppTest has no hand for components.
        work(self.test, self.journey).receive(backend(), draft)
        self.test = self.test.run()
        assert not self.test.exception
        return self.test


def backend() -> Any:
    from ui.backend import backend as found  # noqa: PLC0415  (the page's own, at the address of this test)

    return found()


def test_looking_at_a_journey_saves_nothing(api: str, world: World) -> None:
    test = editor("cart")
    assert work(test, "cart").checked.nodes
    assert world.journeys["cart"]["revision"] == 1
    assert not [call for call in world.calls if call[0] == "PUT"]


def test_a_draft_is_saved_with_the_revision_that_was_read(api: str, world: World) -> None:
    canvas = Canvas(editor())
    test = canvas.say(graph={"name": "Good morning"})
    assert saved(world)["graph"]["name"] == "Good morning"
    assert world.journeys["hello"]["revision"] == 2
    assert work(test).saved == ("tab", 1)
    assert "Good morning" in [one.value for one in test.title]


def test_drafts_of_one_canvas_stand_on_each_other_though_it_has_not_heard_of_it_yet(api: str, world: World) -> None:
    canvas = Canvas(editor())
    for name in ("One", "Two", "Three"):
        canvas.say(graph={"name": name})
    assert canvas.base == "1"
    assert (saved(world)["graph"]["name"], world.journeys["hello"]["revision"]) == ("Three", 4)


def test_a_draft_that_was_heard_before_is_not_saved_again(api: str, world: World) -> None:
    canvas = Canvas(editor())
    draft = canvas.draft(graph={"name": "Once"})
    canvas.send(draft)
    canvas.send(draft)
    assert world.journeys["hello"]["revision"] == 2


def test_somebody_elses_change_is_shown_to_the_canvas_and_not_overwritten(api: str, world: World) -> None:
    canvas = Canvas(editor())
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    test = canvas.say(graph={"name": "Mine"})
    assert saved(world)["graph"]["name"] == "Theirs"
    assert (work(test).revision, work(test).saved) == ("7", None)
    assert work(test).document["graph"]["name"] == "Theirs"
    # Keep mine: the canvas sends its version again, on top of theirs.
    canvas.base = "7"
    canvas.say()
    assert (saved(world)["graph"]["name"], world.journeys["hello"]["revision"]) == ("Mine", 8)


def test_theirs_that_was_taken_is_not_saved_again(api: str, world: World) -> None:
    canvas = Canvas(editor())
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    canvas.say(graph={"name": "Mine"})
    canvas.base = "7"
    test = canvas.say(graph={"name": "Theirs"})
    assert (world.journeys["hello"]["revision"], work(test).saved) == (7, ("tab", 2))


def test_somebody_elses_change_is_followed_while_nothing_waits_here(api: str, world: World) -> None:
    test = editor()
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    test = test.run()
    assert (work(test).revision, work(test).document["graph"]["name"]) == ("7", "Theirs")


def test_a_draft_begun_before_somebody_elses_change_meets_it_even_after_it_was_followed(api: str, world: World) -> None:
    canvas = Canvas(editor())
    canvas.say(graph={"name": "Mine"})
    world.journeys["hello"].update(revision=7, document={**saved(world), "graph": {"name": "Theirs"}})
    canvas.test.run()
    canvas.say(graph={"name": "Mine again"})
    assert saved(world)["graph"]["name"] == "Theirs"


def test_work_is_kept_while_the_api_is_away_and_saved_when_it_is_back(api: str, world: World) -> None:
    canvas = Canvas(editor())
    world.broken["/v1/journeys/hello/draft"] = Problem(503, "Not ready", "Try again soon.")
    test = canvas.say(graph={"name": "Written in the dark"})
    assert work(test).waiting is not None
    assert work(test).trouble is not None
    world.broken.clear()
    test = test.run()
    assert saved(world)["graph"]["name"] == "Written in the dark"
    assert (work(test).waiting, work(test).trouble) == (None, None)


def test_the_canvas_stays_when_the_api_is_silent_for_a_moment(api: str, world: World) -> None:
    test = editor()
    st.cache_data.clear()
    silent = Problem(503, "Not ready", "Try again soon.")
    world.broken |= dict.fromkeys(("/v1/journeys/hello", "/v1/nodes", "/v1/schemas", "/v1/attributes"), silent)
    test = test.run()
    assert canvas(test)["document"]["nodes"]
    assert len(canvas(test)["kinds"]) > 5
    assert "Something went wrong inside Tropa" in words(test)


def test_work_that_waits_survives_a_visit_to_another_page(api: str, world: World) -> None:
    canvas = Canvas(editor())
    world.broken["/v1/journeys/hello/draft"] = Problem(503, "Not ready", "Try again soon.")
    test = canvas.say(graph={"name": "Unsaved"})
    test = test.switch_page("screens/journeys.py").run()
    world.broken.clear()
    test.query_params["id"] = "hello"
    test.switch_page("screens/editor.py").run()
    assert saved(world)["graph"]["name"] == "Unsaved"


def test_a_canvas_of_a_restarted_server_goes_on_where_it_was(api: str, world: World) -> None:
    canvas = Canvas(editor())
    canvas.say(graph={"name": "One"})
    # The server forgot the session; the page stayed open, and its canvas had heard of revision 2.
    canvas.test, canvas.base = editor(), "2"
    canvas.say(graph={"name": "Two"})
    assert (saved(world)["graph"]["name"], world.journeys["hello"]["revision"]) == ("Two", 3)


def test_what_is_wrong_is_asked_of_python_once_per_document(api: str, world: World) -> None:
    canvas = Canvas(editor())
    test = canvas.say(edges=[])
    assert [one["exit"] for one in work(test).checked.problems] == ["sent"]
    checks = len([path for _method, path, _body in world.calls if path.endswith("/check")])
    test.run()
    assert len([path for _method, path, _body in world.calls if path.endswith("/check")]) == checks


def wish(test: AppTest, name: str, journey: str = "hello") -> AppTest:
    test.session_state[f"wish-{journey}"] = {"name": name}
    return test.run()


def test_publishing_shows_what_is_wrong_first(api: str, world: World) -> None:
    saved(world)["edges"].clear()
    test = wish(editor(), "publish")
    assert "These problems must be mended first" in words(test)
    assert "publish-yes" not in [one.key for one in test.button]


def test_publishing_shows_what_changes_for_contacts(api: str, world: World) -> None:
    saved(world, "cart")["nodes"][1]["settings"]["text"] = "Other words"
    test = wish(editor("cart"), "publish", "cart")
    assert "Against version 2" in words(test)
    assert "Other words" in words(test)
    test.button(key="publish-yes").click().run()
    assert world.journeys["cart"]["version"] == 3


def test_the_canvas_gets_every_kind_with_what_a_new_step_begins_with(api: str, world: World) -> None:
    found = {one["kind"]: one for one in kinds(api, "en")}
    assert found["wait"]["begins"] == {"for": "P1D"}
    assert found["reply"]["exits"] == ["yes", "something_else", "no_answer"]
    assert "until_attribute" in [one["name"] for one in found["wait"]["schema"]["meanings"]]
    category = found["send"]["schema"]["properties"]["category"]
    assert category["names"]["marketing"] == "Marketing"


def test_forms_are_offered_what_really_is_there(api: str, world: World) -> None:
    found = offers(api, "en")
    assert [one["name"] for one in found["attributes"]] == ["first_name", "city", "total"]
    assert found["pools"] == ["viber-15"]
    assert {one["channel"] for one in found["messengers"]} == {"telegram", "whatsapp", "viber", "messenger"}
    equal = {"name": "equal", "title": "is", "applies_to": ["text", "number", "flag"], "takes": "any"}
    assert equal in found["operators"]
    assert [(one["id"], one["name"]) for one in found["segments"]] == [("loyal", "Loyal"), ("kazan", "From Kazan")]
