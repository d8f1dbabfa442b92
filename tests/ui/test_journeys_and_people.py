"""What is done on the pages of journeys, contacts, funnels, phones, channels and settings reaches the API."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from tests.ui.conftest import canvas, opened, words
from tests.ui.pretend_data import cart_numbers
from tests.ui.pretend_world import Problem, World
from ui.charts import as_csv


def sent(world: World, method: str = "POST") -> list[tuple[str, Any]]:
    return [(path, body) for verb, path, body in world.calls if verb == method and not path.endswith("/check")]


def test_journeys_are_searched_and_filtered(api: str, world: World) -> None:
    test = opened("journeys")
    assert "Welcome" in words(test)
    test = test.text_input(key="journeys-search").set_value("cart").run()
    assert "Abandoned cart" in words(test)
    assert "Welcome" not in words(test)
    test = test.text_input(key="journeys-search").set_value("nothing like it").run()
    assert "Nothing found" in words(test)


def test_a_long_list_is_turned_page_by_page(api: str, world: World) -> None:
    for number in range(45):
        world.add(f"n{number}", {"graph": {"name": f"Journey {number:02}"}, "nodes": [], "edges": []})
    test = opened("journeys")
    assert "Journey 18" not in words(test)
    test = test.button(key="journeys-next").click().run()
    assert "Journey 18" in words(test)
    assert "Abandoned cart" not in words(test)
    test = test.button(key="journeys-back").click().run()
    assert "Abandoned cart" in words(test)


def test_a_live_journey_is_paused_and_resumed(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    test = test.button(key="journey-pause-cart").click().run()
    assert world.journeys["cart"]["status"] == "paused"
    test = test.button(key="journey-resume-cart").click().run()
    assert world.journeys["cart"]["status"] == "live"
    assert not test.exception


def test_stopping_asks_what_happens_to_those_inside(api: str, world: World) -> None:
    test = opened("journey", id="cart").button(key="journey-stop-cart").click().run()
    assert "127 contacts are inside" in test.radio[0].label
    test.button(key="stop-yes").click().run()
    assert ("/v1/journeys/cart/stop", {"inside": "drain"}) in sent(world)
    assert world.journeys["cart"]["status"] == "stopped"


def test_a_refused_action_is_told_in_words(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    world.broken["/v1/journeys/cart/pause"] = Problem(409, "Conflict", "It is paused already.")
    test = test.button(key="journey-pause-cart").click().run()
    assert "It is paused already" in words(test).replace("\\", "")


def test_contacts_are_enrolled_by_id_and_refusals_have_reasons(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    test.text_input(key="journey-enroll-ids").set_value("c1, c2, nobody")
    test = next(one for one in test.button if one.label == "Enroll").click().run()
    assert ("/v1/journeys/cart/enrollments", {"contacts": ["c1", "c2", "nobody"]}) in sent(world)
    assert "2 contacts have entered" in words(test)
    assert "no such contact" in words(test)


def test_the_drawing_has_counts_and_survives_a_silent_moment(api: str, world: World) -> None:
    test = opened("journey", id="cart")
    counts = canvas(test)["counts"]
    assert canvas(test)["readOnly"]
    assert (counts["pause"]["entered"], counts["pause"]["inside"]) == (1248, 97)
    assert counts["answer"]["left"]["no_answer"] == 429
    world.broken["/v1/journeys/cart/funnel"] = Problem(503, "Not ready")
    test = test.run()
    assert not test.exception
    assert "these are the last numbers" in words(test)
    assert canvas(test)["counts"] == counts


def test_a_blank_journey_is_created_and_opened(api: str, world: World) -> None:
    test = opened("journeys").button(key="journeys-new").click().run()
    test.text_input(key="new-name").set_value("Mine")
    test = test.button(key="new-blank").click().run()
    assert sent(world)[-1][0] == "/v1/journeys"
    made = [one for one in world.journeys.values() if one["id"].startswith("j")]
    assert made[0]["document"]["nodes"][0]["kind"] == "exit"
    assert not test.exception


def test_an_example_is_taken(api: str, world: World) -> None:
    test = opened("journeys").button(key="journeys-new").click().run()
    test.button(key="new-example-welcome").click().run()
    assert [one["name"] for one in world.journeys.values()].count("Welcome") == 2


def test_contacts_are_found_and_paged(api: str, world: World) -> None:
    test = opened("contacts")
    test = test.button(key="contacts-next").click().run()
    assert "page 2" in words(test)
    test = test.text_input(key="contacts-search").set_value("c59").run()
    assert "page 1" in words(test)
    assert "c59" in words(test)


def test_a_contact_says_where_why_and_what_wakes_them(api: str, world: World) -> None:
    said = words(opened("contact", id="c0")).replace("\\", "")
    assert "Stands at **Their answer**" in said
    assert "Waits for an answer" in said
    assert "What moves them on: an answer of the contact" in said
    assert "At the latest on" in said
    assert "how much? <b>now</b>" in said
    assert "I agree to receive offers" in said


def test_who_is_in_a_journey_is_searched_by_step_and_name_page_by_page(api: str, world: World) -> None:
    (one,) = [each for each in world.trips if each["status"] == "waiting"]
    paused = {**one["explain"], "why": "journey_paused", "wakes": [{"what": "resume"}], "open_end": "until_resumed"}
    night = {"reason": "quiet_hours", "until": one["due_at"]}
    held = {**one["explain"], "why": "message", "held": night, "wakes": [{"what": "another_try", "at": one["due_at"]}]}
    world.trips += [{**one, "id": f"p{number}", "contact": f"p{number}", "explain": paused} for number in range(25)]
    world.trips += [{**one, "id": "h", "contact": "held-one", "node": "hello", "explain": held}]
    test = opened("journey", id="cart")
    said = words(test).replace("\\", "")
    assert "Stands at **Their answer**" in said
    assert "What moves them on: an answer of the contact · the time" in said
    assert "the goal: the event “paid”" in said
    assert "it goes on when the journey is resumed" in said
    test = test.button(key="inside-cart-next").click().run()
    assert "page 2" in words(test)
    assert "it is night where the contact is; looked at again in 20 hours" in words(test).replace("\\", "")
    test = test.selectbox(key="inside-step").set_value("hello").run()
    assert "page 2" not in words(test)
    assert words(test).count("Stands at") == 1
    test = test.text_input(key="inside-search").set_value("nobody").run()
    assert "Nobody here fits" in words(test)


def test_a_contact_is_erased_only_when_its_id_is_written(api: str, world: World) -> None:
    test = opened("contact", id="c0").button(key="contact-erase").click().run()
    assert test.button(key="erase-yes").disabled
    assert not sent(world, "DELETE")


def test_a_file_is_brought_in_with_its_columns_named(api: str, world: World) -> None:
    content = "id;Telegram;City\nx1;501;Perm\n;502;Kazan\n"
    test = opened("contacts")
    test.file_uploader(key="import-file").upload("people.csv", content.encode(), "text/csv").run()
    picked = {one.key: one.value for one in test.selectbox if one.key and one.key.startswith("import-column")}
    assert list(picked.values()) == ["external_id", "telegram", "attribute:City"]
    test = test.button(key="import-go").click().run()
    assert not test.exception


def test_the_report_of_an_import_names_line_and_reason(api: str, world: World) -> None:
    problems = [{"line": 3, "field": "external_id", "reason": "neither an id nor an address"}]
    world.imports["i9"] = {"status": "done", "rows": 2, "created": 1, "updated": 0, "rejected": 1, "problems": problems}
    test = opened("contacts", lang="ru")
    test.session_state["import-id"] = "i9"
    test.file_uploader(key="import-file").upload("people.csv", b"id,city\nx1,Perm\n,Kazan\n", "text/csv").run()
    assert "1 контакт загружен" in words(test)
    table = test.dataframe[0].value
    assert list(table.iloc[0]) == [3, "external_id", "нет ни идентификатора, ни адреса"]


def test_the_funnel_says_why_it_adds_up_and_never_calls_silence_a_zero(api: str, world: World) -> None:
    test = opened("funnel", journey="cart")
    said = words(test)
    assert "entered 1,248 = inside 127 + completed 1,038 + left early 71 + failed 12" in said
    assert "not reported" in test.dataframe[1].value.to_csv()
    assert test.dataframe[0].value.iloc[0]["Entered"] == cart_numbers()["nodes"][0]["entered"]


def test_a_funnel_is_shared_by_its_address(api: str, world: World) -> None:
    test = opened("funnel", journey="cart", version="2", **{"from": "2026-01-01", "to": "2026-01-31"})
    assert test.query_params["journey"] == "cart"
    assert test.query_params["from"] == "2026-01-01"
    assert test.query_params["version"] == "2"
    assert test.selectbox(key="funnel-version-cart").value == 2


def test_a_broken_address_does_not_break_the_funnel(api: str, world: World) -> None:
    test = opened("funnel", journey="gone", version="x", **{"from": "yesterday", "to": "2026-99-99"})
    assert not test.exception
    assert test.title[0].value == "Funnel"


def test_the_downloaded_funnel_is_a_table(api: str, world: World) -> None:
    numbers = cart_numbers()
    numbers["nodes"][0]["title"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(as_csv(numbers).decode("utf-8-sig"))))
    assert rows[0]["entered"] == "1248"
    assert rows[1]["title"] == "'=HYPERLINK(1)"
    assert rows[2]["delivered"] == ""
    assert rows[2]["accepted"] == "1020"


def test_the_clock_leaps_and_says_what_happened(api: str, world: World) -> None:
    test = opened("phones").button(key="clock-P1D").click().run()
    assert ("/sandbox/clock/advance", {"by": "P1D"}) in sent(world)
    assert "12 moves, 5 messages" in words(test)


def test_in_a_sandbox_the_pages_keep_its_time(api: str, world: World) -> None:
    updated = datetime.fromisoformat(world.journeys["cart"]["updated_at"])
    world.now = updated + timedelta(days=40)
    assert "1 month ago" in words(opened("journey", id="cart"))


def test_the_bot_is_blocked_and_unblocked(api: str, world: World) -> None:
    test = opened("phones").button(key="phone-block").click().run()
    assert world.phones["telegram/1000"]["state"] == "blocked"
    test.run().button(key="phone-block").click().run()
    assert world.phones["telegram/1000"]["state"] == "active"


def test_an_account_is_paused_and_taken_back(api: str, world: World) -> None:
    test = opened("channels").button(key="account-telegram-shop").click().run()
    assert world.channels[0]["status"] == "paused"
    test.button(key="account-telegram-shop").click().run()
    assert world.channels[0]["status"] == "ok"


def test_a_new_key_is_shown_once(api: str, world: World) -> None:
    test = opened("settings")
    test.text_input(key="key-new-name").set_value("Site")
    test = next(one for one in test.button if one.label == "Make a key").click().run()
    assert "tropa_secret9z" in [one.value for one in test.code]
    assert "tropa_secret9z" not in [one.value for one in test.run().code]


def test_the_caps_are_chosen_and_taken_away(api: str, world: World) -> None:
    assert "Сохранить ограничения" in [one.label for one in opened("settings", lang="ru").button]
    test = opened("settings")
    test.number_input(key="caps-per-day").set_value(2)
    test = next(one for one in test.button if one.label == "Save the caps").click().run()
    assert world.caps == {"per_day": 2}
    assert (test.number_input(key="caps-per-day").value, test.number_input(key="caps-per-week").value) == (2, None)
    test.number_input(key="caps-per-day").set_value(None)
    next(one for one in test.button if one.label == "Save the caps").click().run()
    assert world.caps is None
    test.text_input(key="opt-out-line").set_value("Write STOP")
    next(one for one in test.button if one.label == "Save the line").click().run()
    assert (world.caps, world.opt_out_line) == (None, "Write STOP")
