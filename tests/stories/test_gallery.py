"""Every ready-made journey in both languages, played on the clock: a line per story; and one journey in two tongues."""

from __future__ import annotations

from typing import Any

import pytest

from engine.rehearsal import Rehearsal
from journeys.diff import diff
from journeys.graph import read
from journeys.script import Script
from tests.stories.telling import EXAMPLES, example

LANGUAGES = ("en", "ru")
NAMES = sorted(path.stem for path in (EXAMPLES / "ru").glob("*.json"))
HOUR, DAY = {"wait": "PT1H"}, {"wait": "P1D"}
BUSY: dict[str, Any] = {"operation_id": "op-1", "amount": 15990, "merchant": "Air"}
#: An appointment on Wednesday at noon; everybody enters on Monday at nine, UTC.
VISIT = {"appointment_id": "a-1", "starts_at": "2030-01-09T12:00:00+00:00", "place": "Room 5"}
PARCEL = {"order_id": "A-17"}


def event(name: str, **properties: Any) -> dict[str, Any]:
    return {"event": name, "properties": properties}


def press(name: str) -> dict[str, Any]:
    return {"press": name}


def say(text: str) -> dict[str, Any]:
    return {"say": text}


# (journey, entry event, acts, where it ends: the reason, or the step where it stands)
STORIES: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = [
    ("abandoned-cart", {}, [HOUR, press("question")], "to_person"),
    ("abandoned-cart", {}, [HOUR, press("no")], "refused"),
    ("abandoned-cart", {}, [HOUR, say("???")], "to_person"),
    ("abandoned-cart", {}, [{"wait": "P5D"}], "not_bought"),
    ("abandoned-cart", {"items": "a lamp"}, [DAY, event("order_completed")], "goal"),
    ("appointment-reminder", VISIT, [{"wait": "P1DT4H"}, press("come"), DAY], "reminded"),
    ("appointment-reminder", VISIT, [{"wait": "P1DT4H"}, press("move")], "moved"),
    ("appointment-reminder", VISIT, [{"wait": "P1DT4H"}, press("cancel")], "cancelled"),
    ("appointment-reminder", VISIT, [{"wait": "P3D"}], "reminded"),
    ("appointment-reminder", {}, [], "no_date"),
    ("bank-confirmation-whatsapp", BUSY, [press("confirm")], "confirmed"),
    ("bank-confirmation-whatsapp", BUSY, [{"wait": "PT6M"}, press("decline")], "declined"),
    ("bank-confirmation-whatsapp", BUSY, [say("?"), say("?")], "unclear"),
    ("bank-confirmation-whatsapp", BUSY, [HOUR], "timeout"),
    ("delivery-status", PARCEL, [event("order_out_for_delivery", order_id="B")], "@courier"),
    (
        "delivery-status",
        PARCEL,
        [
            event("order_out_for_delivery", **PARCEL),
            press("door"),
            event("order_delivered", **PARCEL),
            press("fine"),
        ],
        "delivered",
    ),
    (
        "delivery-status",
        PARCEL,
        [event("order_out_for_delivery", **PARCEL), event("order_delivered", **PARCEL), DAY, press("problem")],
        "complaint",
    ),
    ("delivery-status", PARCEL, [{"wait": "P11D"}], "late"),
    ("double-opt-in", {}, [say("START")], "subscribed"),
    ("double-opt-in", {}, [{"wait": "P1DT1H"}, say("старт")], "subscribed"),
    ("double-opt-in", {}, [say("ok?"), {"wait": "P4D"}], "unconfirmed"),
    ("medicine-reminder", {"medicine": "X"}, [*(each for _ in range(7) for each in (DAY, press("taken")))], "finished"),
    ("medicine-reminder", {}, [{"wait": "P4D"}], "to_nurse"),
    ("medicine-reminder", {}, [{"wait": "P1DT3H"}, press("taken")], "@morning"),
    ("nps", {}, [{"wait": "P2D"}, say("10"), say("fast")], "answered"),
    ("nps", {}, [{"wait": "P2D"}, say("3"), say("skip")], "answered"),
    ("nps", {}, [{"wait": "P5D"}], "silent"),
    ("retail-coupon-viber", {}, [press("want"), event("order_completed")], "goal"),
    ("retail-coupon-viber", {}, [press("want"), {"wait": "P5D"}], "not_used"),
    ("retail-coupon-viber", {}, [press("later"), {"wait": "P2D"}, press("no")], "refused"),
    ("retail-coupon-viber", {}, [say("?"), say("?")], "to_team"),
    ("retail-coupon-viber", {}, [{"wait": "P5D"}], "silent"),
    ("school-timetable-telegram", {}, [press("c6b"), press("yes"), {"wait": "P9D"}], "@wed"),
    ("school-timetable-telegram", {}, [press("c5a"), press("no"), {"wait": "P11D"}, press("enough")], "enough"),
    ("school-timetable-telegram", {}, [say("12 Z"), say("13 Z")], "unknown_class"),
    ("shop-order-messenger", {}, [press("pie"), say("2"), say("+44 20 7946 0958"), press("right")], "ordered"),
    ("shop-order-messenger", {}, [say("a"), say("b"), say("c")], "to_person"),
    ("shop-order-messenger", {}, [press("bread"), DAY], "given_up"),
    ("win-back", {}, [press("busy"), {"wait": "P30D"}], "not_back"),
    ("win-back", {}, [press("price"), event("order_completed")], "goal"),
    ("win-back", {}, [press("quality")], "to_person"),
    ("win-back", {}, [{"wait": "P3D"}], "silent"),
]
SPOKEN = {"bank": "whatsapp", "retail": "viber", "shop": "messenger"}


def told(name: str, language: str, entry: dict[str, Any], acts: list[dict[str, Any]]) -> Rehearsal:
    """A ready-made journey played with somebody who has just written."""
    channel = SPOKEN.get(name.split("-", maxsplit=1)[0], "telegram")
    consents = [] if name == "double-opt-in" else [channel]
    part = {"channels": [channel], "consents": consents, "wrote": True, "timezone": "UTC"}
    script = {"contact": part, "event": entry, "acts": acts}
    return Rehearsal(read(example(name, language)), Script.model_validate(script)).play()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "entry", "acts", "ends"), STORIES)
def test_a_ready_made_journey_is_played(
    name: str, language: str, entry: dict[str, Any], acts: list[dict[str, Any]], ends: str
) -> None:
    played = told(name, language, entry, acts)
    done = played.walked
    assert (done.reason if done.over else f"@{done.trip.node}") == ends
    assert [each.note for each in played.chat.lines if each.note in ("stale_button", "suppressed")] == []


def test_every_journey_has_stories_and_every_ending_but_few() -> None:
    assert {name for name, *_ in STORIES} == set(NAMES)
    for name in NAMES:
        reasons = {node["settings"]["reason"] for node in example(name)["nodes"] if node["kind"] == "exit"}
        reached = {ends for each, _, _, ends in STORIES if each == name}
        assert len(reasons - reached) <= 3, (name, reasons - reached)


#: Where two languages differ; and what a country has of its own.
OWN = {"title", "text", "retry_text", "keywords", "name", "about", "timezone", "language", "body", "entry"}


@pytest.mark.parametrize("name", NAMES)
def test_two_languages_are_one_journey(name: str) -> None:
    for change in diff(example(name, "ru"), example(name, "en")):
        last = (change.path or "").rpartition(".")[2]
        assert change.what in ("changed", "moved"), change
        assert change.what == "moved" or last in OWN or (change.path or "").startswith(("set.", "entry")), change


@pytest.mark.parametrize("name", NAMES)
def test_each_speaks_its_language(name: str) -> None:
    cyrillic = {language: _cyrillic(str(example(name, language))) for language in LANGUAGES}
    assert cyrillic["ru"]
    assert not cyrillic["en"]


def _cyrillic(text: str) -> bool:
    return any("а" <= sign <= "я" or sign == "ё" for sign in text.lower())
