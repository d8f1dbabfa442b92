"""Rules 13 to 16: whom a reply concerns, what it means, and that it is heard once."""

from __future__ import annotations

from typing import Any

import pytest

from store.sql import scalar
from tests.semantics.stories import YES_NO, deliveries, drawn, line, question, replies, sleeping, step, waking
from tests.town import Town

#: Two answers in words alone.
WORDS = [{"exit": "yes", "keywords": ["да"]}, {"exit": "no", "keywords": ["нет"]}]


def rules(place: Town, contact: str = "ann") -> list[str]:
    return [each["rule"] for each in replies(place, contact)]


def asked(place: Town, *texts: str, **graph: str) -> list[str]:
    """Journeys that have asked ann these questions, one after another."""
    place.contact("ann")
    journeys = []
    for text in texts:
        journeys.append(place.publish(question(text, **graph)))
        place.enroll(journeys[-1], "ann")
        place.advance("PT1M")
    return journeys


def test_rule_13_1_a_press_goes_to_its_own_question(place: Town) -> None:
    tea, coffee = asked(place, "Tea?", "Coffee?")
    phone = place.phone()
    assert [each["text"] for each in phone] == ["Tea?", "Coffee?"]
    place.reply(button="yes")
    place.advance("PT1S")
    assert (place.trip(coffee, "ann")["node"], place.trip(tea, "ann")["node"]) == ("yes", "answer")
    # The newest message with the button is answered: the phone still offers both, so press the first by writing.
    place.reply(text="No")
    place.advance("PT1S")
    assert place.trip(tea, "ann")["node"] == "no"
    assert rules(place) == ["button", "question"]


def test_rule_13_1_a_press_counts_also_when_a_second_message_followed_the_question(place: Town) -> None:
    place.contact("ann")
    buttons = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
    journey = place.publish(
        line(
            step("ask", "send", text="Tea?", buttons=buttons),
            step("more", "send", text="By the way, it is green."),
            step("answer", "reply", branches=YES_NO, patience="P1D"),
        )
    )
    place.enroll(journey, "ann")
    place.advance("PT1M")
    place.reply(button="yes")
    place.advance("PT1S")
    assert rules(place) == ["button"]
    assert place.trip(journey, "ann")["trail"][2]["exit"] == "yes"


@pytest.mark.parametrize("word", ["стоп", "STOP", " Stop! ", "Отписаться", "unsubscribe"])
def test_rule_13_2_an_opt_out_is_obeyed_inside_any_question_and_is_no_answer(place: Town, word: str) -> None:
    (tea,) = asked(place, "Tea?")
    place.reply(text=word)
    place.advance("PT1M")
    assert rules(place) == ["opt_out"]
    assert place.trip(tea, "ann")["node"] == "answer"
    (consent,) = place.call("GET", "/v1/contacts/ann")["consents"]
    assert (consent["channel"], consent["granted"]) == ("telegram", False)


@pytest.mark.parametrize("words", ["стоп машина", "please stop asking", "stopped", "отмена"])
def test_rule_13_2_only_the_whole_message_is_an_opt_out(place: Town, words: str) -> None:
    (tea,) = asked(place, "Tea?")
    place.reply(text=words)
    place.advance("PT1S")
    assert rules(place) == ["question"]
    assert place.trip(tea, "ann")["node"] == "else"
    assert place.call("GET", "/v1/contacts/ann")["consents"][0]["granted"]


def test_rule_13_2_an_opt_in_takes_it_back(place: Town) -> None:
    asked(place, "Tea?")
    place.reply(text="stop")
    place.advance("PT1M")
    place.reply(text="Старт")
    place.advance("PT1M")
    assert rules(place) == ["opt_out", "opt_in"]
    assert place.call("GET", "/v1/contacts/ann")["consents"][0]["granted"]


def test_rule_13_3_a_quoted_message_is_the_one_that_is_answered(place: Town) -> None:
    """Telegram numbers messages within each chat: the same number in another's chat is another message."""
    place.contact("bob", address="778")
    tea, coffee = asked(place, "Tea?", "Coffee?")
    place.enroll(tea, "bob")
    place.advance("PT1M")
    with place.project.database.read() as connection:
        account = place.project.account(connection, "telegram", "default")
        first = scalar(connection, "SELECT provider_id FROM delivery ORDER BY id LIMIT 1")
    assert account is not None
    person = {"id": 777, "type": "private", "first_name": "Ann"}
    message = {"message_id": 900, "from": person, "chat": person, "date": 2_209_638_000, "text": "да"}
    update = {"update_id": 1, "message": {**message, "reply_to_message": {"message_id": int(first)}}}
    secret = {"X-Telegram-Bot-Api-Secret-Token": account.account.secrets["secret_token"]}
    place.call("POST", "/webhooks/telegram/default", json=update, headers=secret)
    place.advance("PT1S")
    assert (place.trip(tea, "ann")["node"], place.trip(coffee, "ann")["node"]) == ("yes", "answer")
    assert rules(place) == ["quoted"]


def test_rule_13_4_words_go_to_the_question_that_was_sent_last(place: Town) -> None:
    tea, coffee = asked(place, "Tea?", "Coffee?")
    place.reply(text="yes")
    place.advance("PT1S")
    assert (place.trip(tea, "ann")["node"], place.trip(coffee, "ann")["node"]) == ("answer", "yes")
    place.reply(text="нет, спасибо")
    place.advance("PT1S")
    assert place.trip(tea, "ann")["node"] == "no"
    place.reply(text="yes")
    assert rules(place)[:2] == ["question", "question"]


def test_rule_13_4_on_that_channel_only(place: Town) -> None:
    asked(place, "Tea?")
    both = [{"channel": "telegram", "address": "777"}, {"channel": "viber", "address": "viber-ann"}]
    place.call("PUT", "/v1/contacts", json={"contacts": [{"external_id": "ann", "addresses": both}]})
    place.reply("viber-ann", "viber", text="yes")
    place.advance("PT1S")
    assert rules(place) == ["inbox"]


def test_rule_13_5_a_keyword_starts_a_journey_but_not_inside_a_question(place: Town) -> None:
    coupon = place.publish(line(step("hello", "send", text="Your coupon"), entry={"keyword": ["купон", "coupon"]}))
    (tea,) = asked(place, "Tea?")
    place.reply(text="Coupon")
    place.advance("PT1M")
    assert place.trip(tea, "ann")["node"] == "else"
    assert place.funnel(coupon)["entered"] == 0
    place.reply(text="КУПОН!")
    place.advance("PT1M")
    assert rules(place) == ["question", "keyword"]
    assert place.heard() == ["Tea?", "Your coupon"]


def test_rule_13_6_what_concerns_nobody_is_in_the_inbox(place: Town) -> None:
    place.contact("ann")
    place.reply(text="Hello?")
    place.advance("PT1S")
    (reply,) = replies(place, "ann")
    assert (reply["rule"], reply["journey"], reply["text"]) == ("inbox", None, "Hello?")


def test_rule_13_the_rule_is_shown_on_the_contacts_timeline(place: Town) -> None:
    asked(place, "Tea?")
    place.reply(button="no")
    place.advance("PT1S")
    items = place.call("GET", "/v1/contacts/ann/timeline")["items"]
    assert [(each["title"], each["node"]) for each in items if each["kind"] == "reply"] == [("button", "answer")]


def test_rule_13_a_stranger_who_writes_becomes_a_contact(place: Town) -> None:
    place.reply("909", text="Hello")
    place.advance("PT1S")
    assert rules(place, "telegram:909") == ["inbox"]


def test_rule_14_the_next_message_goes_on_the_timeline(place: Town) -> None:
    """Two questions in a row: what was said twice to the first does not answer the second."""
    place.contact("ann")
    one = step("one", "reply", branches=WORDS, patience="P1D")
    two = step("two", "reply", branches=WORDS, patience="P1D")
    journey = place.publish(line(step("ask", "send", text="Tea? Sure?"), one, two))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    sleeping(place)
    place.reply(text="да")
    place.reply(text="нет")
    waking(place)
    place.advance("PT1M")
    trip = place.trip(journey, "ann")
    assert [(each["node"], each["exit"]) for each in trip["trail"][1:]] == [("one", "yes")]
    assert len(replies(place, "ann")) == 2


def test_rule_14_a_press_of_an_earlier_question_is_ignored(place: Town) -> None:
    place.contact("ann")
    first = step("first", "send", text="Tea?", buttons=[{"id": "yes", "title": "Yes"}])
    again = step("again", "send", text="Really?", buttons=[{"id": "no", "title": "No"}])
    answers = [step(name, "reply", branches=YES_NO, patience="P1D") for name in ("one", "two")]
    journey = place.publish(line(first, answers[0], again, answers[1]))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    place.reply(text="hm")
    place.advance("PT1M")
    place.reply(button="yes")
    place.advance("PT1M")
    assert rules(place) == ["question", "stale_button"]
    assert place.path(journey, "ann") == "first→one→again→two…"
    assert place.heard() == ["Tea?", "Really?", "This button is no longer in use."]


def test_rule_14_or_goes_back_to_its_question(place: Town) -> None:
    place.contact("ann")
    first = step("first", "send", text="Чай?", buttons=[{"id": "yes", "title": "Да"}, {"id": "no", "title": "Нет"}])
    again = step("again", "send", text="Really?", buttons=[{"id": "yes", "title": "Yes"}])
    ways = "first.sent>one one.yes>bye one.no>again one.something_else>again one.no_answer>bye again.sent>two"
    ways += " two.yes>bye two.no>bye two.something_else>bye two.no_answer>bye"
    answers = [step(name, "reply", branches=YES_NO, patience="P1D") for name in ("one", "two")]
    document = drawn(first, *answers, again, step("bye", "exit"), ways=ways, earlier_buttons="jump", hint="Поздно")
    journey = place.publish(document)
    place.enroll(journey, "ann")
    place.advance("PT1M")
    for _ in range(2):
        place.reply(button="no")
        place.advance("PT1M")
    assert place.path(journey, "ann") == "first→one→again→two→one→again→two…"
    place.reply(button="Да")
    place.advance("PT1M")
    assert place.path(journey, "ann") == "first→one→again→two→one→again→two→one→bye"
    assert rules(place) == ["button"] * 3
    # When the trip is over there is nothing to go back to.
    place.reply(button="Да")
    place.advance("PT1M")
    assert (rules(place)[-1], place.heard()[-1]) == ("stale_button", "Поздно")
    two = next(node for node in place.funnel(journey)["nodes"] if node["id"] == "two")
    assert (two["entered"], two["moved_out"], two["inside"]) == (2, 2, 0)


def test_rule_14_quick_messages_may_be_joined(place: Town) -> None:
    place.contact("ann")
    green = [{"exit": "green", "keywords": ["green tea"]}]
    joined = step("answer", "reply", branches=green, patience="P1D", debounce="PT30S")
    journey = place.publish(line(step("ask", "send", text="Which?"), joined))
    place.enroll(journey, "ann")
    place.advance("PT1M")
    for words in ("green", "tea"):
        place.reply(text=words)
        place.advance("PT10S")
    assert place.trip(journey, "ann")["status"] == "waiting"
    place.advance("PT10S")
    assert place.trip(journey, "ann")["trail"][1]["exit"] == "green"


def test_rule_15_what_an_answer_means(place: Town) -> None:
    branches = [
        {"exit": "first", "buttons": ["one"]},
        {"exit": "word", "keywords": ["ёжик"]},
        {"exit": "pattern", "pattern": "^[A-Z]{2}-[0-9]+$"},
        {"exit": "number", "type": "number", "min": 5, "max": 50},
    ]
    buttons = [{"id": "one", "title": "One"}, {"id": "two", "title": "Two"}]
    journey = place.publish(
        line(step("ask", "send", text="?", buttons=buttons), step("answer", "reply", branches=branches, patience="P1D"))
    )
    said = {
        "1": "first",
        "ONE!": "first",
        "10": "number",
        "51": "something_else",
        "мой Ежик, да": "word",
        "AB-12": "pattern",
        "ежики": "something_else",
        "2": "something_else",
    }
    place.call(
        "PUT",
        "/v1/contacts",
        json={
            "contacts": [
                {
                    "external_id": f"c{n}",
                    "addresses": [{"channel": "telegram", "address": str(n)}],
                    "consents": [{"channel": "telegram", "source": "t", "text": "yes"}],
                }
                for n in range(100, 100 + len(said))
            ]
        },
    )
    people = [f"c{n}" for n in range(100, 100 + len(said))]
    place.enroll(journey, *people)
    place.advance("PT1M")
    for who, text in zip(people, said, strict=True):
        place.reply(who[1:], text=text)
    place.advance("PT1M")
    taken = {text: place.trip(journey, who)["trail"][1]["exit"] for who, text in zip(people, said, strict=True)}
    assert taken == said


def test_rule_15_media_where_text_was_expected(place: Town) -> None:
    (tea,) = asked(place, "Tea?")
    place.reply(media={"kind": "image", "url": "https://example.org/a.png"})
    place.advance("PT1S")
    assert place.trip(tea, "ann")["node"] == "else"


def test_rule_16_a_survey_asks_checks_asks_again_and_keeps_the_answers(place: Town) -> None:
    questions = [
        {"id": "drink", "text": "What?", "type": "choice", "options": ["Tea", "Coffee"], "save_to": "drink"},
        {
            "id": "nps",
            "text": "0 to 10?",
            "type": "nps",
            "retry_text": "A number from 0 to 10, please",
            "save_to": "nps",
        },
        {"id": "why", "text": "Why?", "optional": True},
    ]
    journey = place.publish(line(step("survey", "survey", questions=questions)))
    place.contact("ann")
    place.enroll(journey, "ann")
    for way, answer in (("button", "o2"), ("text", "eleven"), ("text", "9"), ("text", "skip")):
        place.advance("PT1M")
        said: dict[str, Any] = {way: answer}
        place.reply(**said)
    place.advance("PT1M")
    assert place.heard() == ["What?", "0 to 10?", "A number from 0 to 10, please", "Why?"]
    assert place.trip(journey, "ann")["trail"][0]["exit"] == "completed"
    attributes = place.call("GET", "/v1/contacts/ann")["attributes"]
    assert attributes == {"drink": "Coffee", "nps": 9}


def test_rule_16_a_survey_gives_up_and_keeps_what_was_answered(place: Town) -> None:
    questions = [
        {"id": "city", "text": "Where?", "save_to": "city"},
        {"id": "nps", "text": "0 to 10?", "type": "nps", "tries": 2},
    ]
    place.contact("ann")
    place.contact("bob", address="778")
    journey = place.publish(line(step("survey", "survey", questions=questions, patience="PT1H")))
    place.enroll(journey, "ann", "bob")
    for text in ("Perm", "many", "11"):
        place.advance("PT1M")
        place.reply(text=text)
    place.advance("PT1M")
    place.reply("778", text="Omsk")
    place.advance("PT2H")
    assert place.trip(journey, "ann")["trail"][0]["exit"] == "gave_up"
    assert place.trip(journey, "bob")["trail"][0]["exit"] == "no_answer"
    assert [place.call("GET", f"/v1/contacts/{who}")["attributes"] for who in ("ann", "bob")] == [
        {"city": "Perm"},
        {"city": "Omsk"},
    ]
    assert [each["state"] for each in deliveries(place, "ann")] == ["accepted"] * 3


def test_rule_13_a_journey_of_two_contacts_tells_them_apart(place: Town) -> None:
    place.contact("ann")
    place.contact("bob", address="778")
    journey = place.publish(question())
    place.enroll(journey, "ann", "bob")
    place.advance("PT1M")
    place.reply("778", button="no")
    place.reply("777", button="yes")
    place.advance("PT1M")
    assert [place.trip(journey, who)["node"] for who in ("ann", "bob")] == ["yes", "no"]
