"""A school's timetable in Telegram, told from a Sunday noon on: six parents, two time zones, a week and its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.telling import deliveries, ending, example, node, rules, sums
from tests.town import Town

PARENTS = {"olga": "1001", "pavel": "1002", "rita": "1003", "sergey": "1004", "tanya": "1005", "ulya": "1006"}
CHOSEN = "hello→class→set_5a→ask_kit→kit→"


def school(place: Town, *names: str) -> str:
    """The journey, and parents who asked for the timetable on Sunday at 12:00 in Moscow."""
    place.freeze("2027-01-10T09:00:00Z")
    journey = place.publish(example("school-timetable-telegram"))
    for name in names or tuple(PARENTS):
        zone = "Asia/Yekaterinburg" if name == "pavel" else "Europe/Moscow"
        place.contact(name, "telegram", PARENTS[name], attributes={"first_name": name.title()}, timezone=zone)
        place.track(name, "timetable_requested")
    place.advance("PT1S")
    return journey


def does(place: Town, name: str, **what: Any) -> None:
    """A parent presses or writes, and a second passes."""
    place.reply(PARENTS[name], **what)
    place.advance("PT1S")


def heard_at(place: Town, name: str, beginning: str) -> list[str]:
    """When a parent was told something that begins so."""
    phone = place.phone(PARENTS[name])
    return [each["at"][:16] for each in phone if each["from"] == "bot" and each["text"].startswith(beginning)]


def test_three_days_of_parents(place: Town) -> None:
    journey = school(place)
    does(place, "olga", button="c5a")
    does(place, "olga", button="yes")
    does(place, "pavel", text="6 Б")
    does(place, "pavel", text="нет, сами помним")
    does(place, "sergey", text="9 «Г»")
    does(place, "sergey", text="одиннадцатый")
    does(place, "tanya", button="c7v")
    does(place, "ulya", button="c7v")
    place.call("POST", f"/sandbox/phones/telegram/{PARENTS['tanya']}/block")
    does(place, "ulya", text="Стоп!")
    place.advance("P3DT1H")

    taken = "week→sun→lessons_mon→mon→lessons_tue→tue→lessons_wed→kit_day→"
    assert place.path(journey, "olga") == CHOSEN + "kit_on→" + taken + "kit_note→wed…"
    assert place.path(journey, "pavel") == CHOSEN.replace("5a", "6b") + "kit_off→" + taken + "wed…"
    assert place.path(journey, "rita") == "hello→class→remind→class_again→silent"
    assert place.path(journey, "sergey") == "hello→class→unclear→class_again→no_class"
    for name in ("tanya", "ulya"):
        assert place.path(journey, name) == CHOSEN.replace("5a", "7v") + "kit_off→week"
    assert {name: ending(place, journey, name) for name in PARENTS} == {
        "olga": ("waiting", None),
        "pavel": ("waiting", None),
        "rita": ("completed", "silent"),
        "sergey": ("completed", "unknown_class"),
        "tanya": ("exited", "blocked"),
        "ulya": ("exited", "opted_out"),
    }

    funnel = sums(place, journey)
    assert (funnel["entered"], funnel["inside"], funnel["completed"]) == (6, 2, 2)
    assert funnel["exited"] == {"blocked": 1, "opted_out": 1}
    assert node(funnel, "class")["left"] == {"c5a": 1, "c6b": 1, "c7v": 2, "something_else": 1, "no_answer": 1}
    assert node(funnel, "kit")["left"] == {"yes": 1, "no": 1, "no_answer": 2}
    assert node(funnel, "kit_day")["left"] == {"wanted": 1, "otherwise": 1}
    # Telegram tells nothing of delivery and reading: that is null, not nought.
    assert node(funnel, "hello")["deliveries"] | {"delivered": 0} != node(funnel, "hello")["deliveries"]


def test_lessons_come_the_evening_before_by_the_parents_own_clock(place: Town) -> None:
    school(place, "olga", "pavel")
    for name in ("olga", "pavel"):
        does(place, name, button="c5a")
        does(place, name, button="no")
    place.advance("P2D")
    assert heard_at(place, "olga", "Завтра понедельник") == ["2027-01-10T15:30"]
    assert heard_at(place, "pavel", "Завтра понедельник") == ["2027-01-10T13:30"]
    assert heard_at(place, "olga", "Завтра вторник") == ["2027-01-11T15:30"]
    assert place.heard(PARENTS["olga"])[-1].startswith("Завтра вторник, 5 «А»:\n\n1. Английский язык\n2. Математика")


def test_what_was_chosen_is_written_on_the_contact(place: Town) -> None:
    school(place, "olga")
    does(place, "olga", button="c7v")
    does(place, "olga", text="да, напоминайте")
    olga = place.call("GET", "/v1/contacts/olga")
    assert olga["attributes"]["school_class"] == "7 «В»"
    assert olga["attributes"]["kit_reminder"] is True
    assert olga["tags"] == ["timetable"]
    assert rules(place, "olga") == [("c7v", "button"), ("да, напоминайте", "question")]


@pytest.mark.parametrize(
    ("answer", "after"),
    [("go_on", "sun…"), ("enough", "goodbye→tidy→enough_exit"), ("", "sun…")],
)
def test_after_a_week_the_parent_decides(place: Town, answer: str, after: str) -> None:
    journey = school(place, "olga")
    does(place, "olga", button="c5a")
    does(place, "olga", button="no")
    place.advance("P4DT8H")
    assert place.heard(PARENTS["olga"])[-1].startswith("Учебная неделя позади")
    if answer:
        does(place, "olga", button=answer)
    else:
        place.advance("PT20H")
    week = "wed→lessons_thu→thu→lessons_fri→ask_more→more→"
    assert place.path(journey, "olga").endswith(week + after)
    assert sums(place, journey)["inside"] == (0 if answer == "enough" else 1)


def test_a_press_of_an_old_button_changes_nothing(place: Town) -> None:
    journey = school(place, "olga")
    does(place, "olga", button="c5a")
    does(place, "olga", button="c6b")
    assert rules(place, "olga")[-1] == ("c6b", "stale_button")
    assert place.path(journey, "olga") == "hello→class→set_5a→ask_kit→kit…"


def test_without_consent_nobody_is_written_to(place: Town) -> None:
    place.freeze("2027-01-10T09:00:00Z")
    journey = place.publish(example("school-timetable-telegram"))
    place.contact("guest", "telegram", "1009", consent=False)
    place.enroll(journey, "guest")
    place.advance("P1D")
    assert ending(place, journey, "guest") == ("exited", "no_consent")
    assert deliveries(place, journey, "guest") == [("hello", "suppressed", "no_consent")]
    assert place.heard("1009") == []
