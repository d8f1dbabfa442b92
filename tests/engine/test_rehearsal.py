"""Rehearsals: the same walk as in earnest, told line by line, and the same again when it is played again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.rehearsal import Rehearsal
from engine.rehearsal_outcome import differences, outcome
from journeys.caps import Caps
from journeys.check import check, errors
from journeys.graph import read
from journeys.script import Expected, Script
from tests.journeys.documents import drawn, line, step
from tests.stories.telling import EXAMPLES, example

YES_NO = [{"exit": "yes", "buttons": ["yes"], "keywords": ["да"]}, {"exit": "no", "buttons": ["no"]}]
BUTTONS = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
QUESTION = drawn(
    step("ask", "send", text="Tea, {{ contact.name|default('friend') }}?", buttons=BUTTONS, category="service"),
    step("answer", "reply", branches=YES_NO, patience="P1D", save_as="said"),
    step("thanks", "send", text="You said {{ answers.said }}", category="service"),
    *(step(name, "exit", reason=name) for name in ("done", "else", "silence")),
    ways="ask.sent>answer answer.yes>thanks answer.no>done answer.something_else>else answer.no_answer>silence"
    " thanks.sent>done",
)


def play(document: dict[str, Any], *acts: dict[str, Any], **script: Any) -> Rehearsal:
    """A document played; it must be fit to publish."""
    assert errors(check(document)) == []
    return Rehearsal(read(document), Script.model_validate({"acts": acts, **script})).play()


def way(played: Rehearsal) -> str:
    """The steps passed, and where it stands or ended."""
    done = played.walked
    end = f"{done.status}({done.reason})" if done.over else f"{done.trip.node}…"
    return "→".join([*(each.node for each in played.path), end])


def said(played: Rehearsal) -> list[str]:
    return [f"{each.speaker[0]}:{each.note or each.text}" for each in played.chat.lines]


@pytest.mark.parametrize(
    ("acts", "expected", "chat"),
    [
        ([], "ask→answer…", ["b:Tea, friend?"]),
        ([{"press": "yes"}], "ask→answer→thanks→done→completed(done)", ["b:Tea, friend?", "p:Yes", "b:You said Yes"]),
        ([{"press": "no"}], "ask→answer→done→completed(done)", ["b:Tea, friend?", "p:No"]),
        ([{"say": "Да!"}], "ask→answer→thanks→done→completed(done)", ["b:Tea, friend?", "p:Да!", "b:You said Да!"]),
        ([{"say": "1"}], "ask→answer→thanks→done→completed(done)", ["b:Tea, friend?", "p:1", "b:You said 1"]),
        ([{"say": "what?"}], "ask→answer→else→completed(else)", ["b:Tea, friend?", "p:what?"]),
        ([{"media": "image"}], "ask→answer→else→completed(else)", ["b:Tea, friend?", "p:"]),
        ([{"wait": "PT23H"}], "ask→answer…", ["b:Tea, friend?"]),
        ([{"wait": "P3D"}], "ask→answer→silence→completed(silence)", ["b:Tea, friend?"]),
        ([{"wait": "next"}], "ask→answer→silence→completed(silence)", ["b:Tea, friend?"]),
        ([{"say": "stop"}], "ask→answer…", ["b:Tea, friend?", "p:stop", "n:opted_out"]),
        ([{"press": "never"}], "ask→answer…", ["b:Tea, friend?", "n:stale_button"]),
        (
            [{"press": "yes"}, {"press": "no"}, {"say": "hello"}],
            "ask→answer→thanks→done→completed(done)",
            ["b:Tea, friend?", "p:Yes", "b:You said Yes", "p:No", "n:stale_button", "p:hello", "n:inbox"],
        ),
    ],
)
def test_a_contact_is_played(acts: list[Any], expected: str, chat: list[str]) -> None:
    played = play(QUESTION, *acts)
    assert (way(played), said(played)) == (expected, chat)


ENDING = "2030-01-08T09:00:00Z"
CLOSING = line(step("day", "wait", for_="P1D"), step("late", "send", text="Late", category="service"), ends_at=ENDING)
NIGHT = line(
    step("offer", "send", text="Tea? Reply STOP to unsubscribe.", on_blocked="wait", ttl="P9D"),
    quiet_hours=["08:00", "07:00"], ends_at="2030-01-07T20:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize(
    ("document", "acts", "at", "expected", "chat"),
    [
        (CLOSING, [{"wait": "PT23H"}], None, "day…", []),
        # The wait is due at the very end: nobody moves any more then.
        (CLOSING, [{"wait": "P1D"}], None, "exited(journey_over)", ["n:journey_over"]),
        (CLOSING, [{"wait": "next"}], None, "exited(journey_over)", ["n:journey_over"]),
        (
            CLOSING,
            [{"wait": "P9D"}, {"say": "hello"}],
            None,
            "exited(journey_over)",
            ["n:journey_over", "p:hello", "n:inbox"],
        ),
        (CLOSING, [], ENDING, "exited(journey_over)", ["n:journey_over"]),
        (CLOSING, [{"wait": "P9D"}], "2030-01-06T09:00:00Z", "day→late→bye→completed(done)", ["b:Late"]),
        (NIGHT, [{"wait": "P9D"}], None, "exited(journey_over)", ["n:held", "n:journey_over"]),
    ],
)
def test_the_end_of_the_journey_is_played(
    document: dict[str, Any], acts: list[Any], at: str | None, expected: str, chat: list[str]
) -> None:
    played = play(document, *acts, **({} if at is None else {"at": at}))
    assert (way(played), said(played)) == (expected, chat)
    assert (
        at is not None or "wait" not in acts[0] or acts[0]["wait"] != "next" or played.now.isoformat() < "2030-01-08T10"
    )


def test_the_clock_goes_where_the_act_says() -> None:
    played = play(QUESTION, {"wait": "PT1H"}, {"wait": "next"}, at="2030-01-07T09:00:00+03:00")
    assert played.now.isoformat() == "2030-01-08T06:00:00+00:00"


def test_gates_are_those_of_the_product() -> None:
    offer = line(step("offer", "send", text="Tea?"), quiet_hours=["21:00", "09:00"], timezone="Europe/Moscow")
    refused = play(offer, contact={"consents": []})
    assert (way(refused), said(refused)) == ("offer→exited(no_consent)", ["n:suppressed"])
    night = play(offer, {"wait": "next"}, at="2030-01-07T23:00:00+03:00")
    assert (way(night), said(night)) == ("offer→bye→completed(done)", ["n:held", "b:Tea?"])
    assert night.now.isoformat() == "2030-01-08T06:00:00+00:00"
    closed = line(step("note", "send", channel="whatsapp", text="Tea", category="service", on_blocked="wait"))
    waiting = play(closed, contact={"channels": ["whatsapp"]})
    assert (way(waiting), said(waiting)) == ("note…", ["n:held"])
    opened = play(closed, {"say": "hi"}, contact={"channels": ["whatsapp"]})
    assert (way(opened), said(opened)) == ("note→bye→completed(done)", ["n:held", "p:hi", "n:inbox", "b:Tea"])
    other = play(line(step("hi", "send", text="Tea", category="service")), contact={"channels": ["viber", "telegram"]})
    assert [each.channel for each in other.chat.lines] == ["viber"]


def test_a_missing_value_fails_as_in_earnest() -> None:
    assert way(play(line(step("hi", "send", text="{{ contact.city }}")))) == "hi→failed(missing_variable)"


def test_the_world_changes_around_the_contact() -> None:
    document = line(
        step("wait", "wait", rule={"attribute": "paid", "is": "equal", "value": True}, patience="P1D"),
        step("bought", "wait", event="bought", where={"attribute": "n", "is": "more", "value": 1}, patience="P1D"),
    )
    assert way(play(document, {"set": {"paid": False}})) == "wait…"
    paid = play(document, {"set": {"paid": True}})
    assert way(paid) == "wait→bought…"
    done = play(document, {"set": {"paid": True}}, {"event": "bought"}, {"event": "bought", "properties": {"n": 2}})
    assert way(done) == "wait→bought→bye→completed(done)"
    tagged = play(QUESTION, {"add_tags": ["a", "b"]}, {"remove_tags": ["a"]}, {"timezone": "Asia/Omsk"})
    assert (tagged.person.tags, tagged.person.zone) == (["b"], "Asia/Omsk")


def test_coupons_come_from_a_pretend_pool() -> None:
    document = line(step("give", "coupon", pool="tea"), step("card", "send", text="{{ coupon|default('none') }}"))
    assert said(play(document)) == ["n:coupon", "b:TEA-001"]
    assert said(play(document, coupons={"tea": ["X"]})) == ["n:coupon", "b:X"]
    assert said(play(document, coupons={"tea": []})) == ["n:coupon", "b:none"]


def test_each_decision_says_why() -> None:
    rule = {"all": [{"attribute": "total", "is": "at_least", "value": 1000}, {"not": {"tag": "vip"}}]}
    document = line(
        step("sort", "condition", branches=[{"exit": "big", "rule": rule}]),
        step("half", "split"),
        step("pause", "wait", for_="PT1H"),
        *QUESTION["nodes"][:2],
    )
    played = play(document, {"wait": "next"}, {"say": "да"}, contact={"attributes": {"total": 1500}})
    told = [(each.node, each.outcome, each.exit, each.why) for each in played.trace]
    assert told[0] == ("sort", "left", "big", "big holds: ✓ total is at least 1000 (1500); ✓ not tag vip")
    assert told[1][3].startswith("This contact falls at ")
    assert ("pause", "left", "done", "The time has come.") in told
    assert ("ask", "left", "sent", "The messenger took it.") in told
    assert ("answer", "left", "yes", "Matched: keyword «да».") in told
    poor = play(document, contact={"tags": ["vip"]})
    assert poor.trace[0].why == "None holds: ✗ total is at least 1000 (—); ✗ not tag vip"


def test_a_ring_of_waits_ends_at_a_limit() -> None:
    ring = drawn(
        step("tick", "wait", for_="PT1M"),
        step("sort", "condition"),
        step("bye", "exit"),
        ways="tick.done>sort sort.yes>bye sort.otherwise>tick",
        start="tick",
    )
    played = play(ring, {"wait": "P30D"})
    assert said(played) == ["n:too_many_wakes"]


def test_a_test_tells_what_came_out_otherwise() -> None:
    came = outcome(play(QUESTION, {"press": "yes"}))
    assert differences(came, came) == []
    assert differences(Expected(status="completed"), came) == []
    other = outcome(play(QUESTION))
    assert [each["what"] for each in differences(came, other)] == ["path", "status", "reason"]


ACTS = st.lists(
    st.sampled_from(
        [
            *({"say": word} for word in ("да", "нет", "10", "стоп", "старт", "+7 912 345-67-89", "что?")),
            *({"press": name} for name in ("yes", "no", "want", "confirm", "bread", "c5a", "right")),
            *({"wait": length} for length in ("PT5M", "P1D", "P10D", "next")),
            {"media": "image"},
            {"event": "order_completed"},
            {"set": {"nps": 3}},
            {"channel": "viber"},
            {"timezone": "Asia/Tokyo"},
        ]
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(path.stem for path in (EXAMPLES / "ru").glob("*.json"))), ACTS)
def test_whatever_is_played_goes_the_same_way_twice(name: str, acts: list[Any]) -> None:
    event = {"amount": 15990, "operation_id": "op-1", "total": 1500, "order_id": "1"}
    script = {"contact": {"channels": ["telegram", "viber", "whatsapp", "messenger"]}, "event": event}
    document = json.loads(json.dumps(example(name)))
    first, second = play(document, *acts, **script), play(document, *acts, **script)
    assert outcome(first) == outcome(second)
    assert first.chat.lines == second.chat.lines
    assert not first.walked.reason.startswith("error_"), first.walked.reason


@pytest.mark.parametrize(
    "act",
    [
        {},
        {"say": "a", "press": "b"},
        {"wait": "P0D"},
        {"wait": "soon"},
        {"timezone": "Mars"},
        {"dance": 1},
        {"say": ""},
    ],
)
def test_an_act_is_one_thing(act: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Script.model_validate({"acts": [act]})


ASKED = line(
    step("ask", "webhook", url="https://shop.example/stock", save={"left": "items.0.left"}),
    step("tell", "send", text="Left: {{ contact.left|default('none') }}", category="service"),
)


@pytest.mark.parametrize(
    ("act", "expected", "chat"),
    [
        ({"answer": {"body": {"items": [{"left": 3}]}}}, "ok", ["n:answered", "b:Left: 3"]),
        ({"answer": {"body": ["?"]}}, "ok", ["n:answered", "b:Left: none"]),
        ({"answer": {"status": 404}}, "failed", ["n:answered", "b:Left: none"]),
        ({"answer": {"status": None}}, "failed", ["n:answered", "b:Left: none"]),
        ({"wait": "PT1H"}, "failed", ["n:answered", "b:Left: none"]),
        ({"say": "hello"}, None, ["p:hello", "n:inbox"]),
        ({"close": True}, None, ["n:nobody_waits"]),
    ],
)
def test_who_plays_answers_for_another_system(act: dict[str, Any], expected: str | None, chat: list[str]) -> None:
    played = play(ASKED, act)
    assert said(played) == ["n:call", *chat]
    assert played.chat.lines[0].text == "POST https://shop.example/stock"
    assert [each.exit for each in played.path if each.node == "ask"] == ([expected] if expected else [])


def test_who_plays_is_the_person_who_takes_the_conversation_over() -> None:
    document = line(step("help", "handoff", queue="sales", resume_after="P1D"))
    talk = play(document, {"agent": "How can I help?"}, {"say": "Tea"}, {"close": True})
    assert said(talk) == ["n:handed_over", "b:How can I help?", "p:Tea", "n:inbox", "n:closed"]
    assert way(talk) == "help→bye→completed(done)"
    assert [each.why for each in talk.trace][:2] == [
        "Waits until the conversation is closed.",
        "The conversation was closed.",
    ]
    alone = play(document, {"wait": "P2D"})
    assert (way(alone), said(alone)) == ("help→bye→completed(done)", ["n:handed_over"])
    assert said(play(document, {"answer": {}})) == ["n:handed_over", "n:nobody_waits"]


def test_another_journey_is_only_told_of() -> None:
    played = play(line(step("on", "start_journey", journey="j_other")))
    assert [(each.note, each.text) for each in played.chat.lines] == [("begins", "j_other")]


@pytest.mark.parametrize(
    ("own", "project", "advertised", "expected"),
    [
        (None, None, [], ["b:One", "b:Two"]),
        ({"per_day": 1}, None, [], ["b:One", "n:held", "b:Two"]),
        (None, {"per_day": 1}, [], ["b:One", "n:held", "b:Two"]),
        (None, {"per_day": 2}, [], ["b:One", "b:Two"]),
        (None, {"per_day": 2}, ["2030-01-07T05:00:00Z"], ["b:One", "n:held", "b:Two"]),
        (None, {"per_day": 2}, ["2030-01-06T05:00:00Z"], ["b:One", "b:Two"]),
    ],
)
def test_caps_stop_advertisements_and_say_until_when(own: Any, project: Any, advertised: Any, expected: Any) -> None:
    ads = [step(name.lower(), "send", text=name, on_blocked="wait", ttl="P3D") for name in ("One", "Two")]
    document = line(*ads, timezone="UTC", **({"caps": own} if own else {}))
    script = Script.model_validate({"acts": [{"wait": "P1D"}], "contact": {"advertised": advertised}})
    played = Rehearsal(read(document), script, (Caps.model_validate(project),) if project else ()).play()
    assert said(played) == expected
    held = [each for each in played.chat.lines if each.note == "held"]
    assert {(each.text, each.until.isoformat() if each.until else "") for each in held} <= {
        ("frequency_cap", "2030-01-08T00:00:00+00:00")
    }


AD = {"advertiser": "ООО «Чай», ИНН 7701234567.", "erid": "2VtzqwXyZ"}
MARK = "\n\nРеклама. ООО «Чай», ИНН 7701234567. erid: 2VtzqwXyZ"


@pytest.mark.parametrize(
    ("messenger", "settings", "expected"),
    [
        ("telegram", {"text": "Tea"}, f"b:Tea{MARK}"),
        ("viber", {"text": "Tea", "variants": {"viber": {"text": "Чай"}}}, f"b:Чай{MARK}"),
        ("telegram", {"text": "Tea", "variants": {"viber": {"text": "Чай"}}}, f"b:Tea{MARK}"),
        ("telegram", {"media": {"url": "https://example.org/tea.png"}}, f"b:{MARK.strip()}"),
    ],
)
def test_an_advertisement_has_its_mark_on_every_messenger(
    messenger: str, settings: dict[str, Any], expected: str
) -> None:
    document = line(step("ad", "send", channel=messenger, category="service", ad=AD, **settings))
    assert said(play(document, contact={"channels": [messenger], "wrote": True})) == [expected]


def test_the_mark_takes_its_place_in_the_length_of_a_message() -> None:
    fits = "x" * (4096 - len(MARK))
    problems = [
        errors(check(line(step("ad", "send", channel="telegram", category="service", ad=AD, text=text))))
        for text in (fits, f"{fits}x")
    ]
    assert [len(found) for found in problems] == [0, 1]
