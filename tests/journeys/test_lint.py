"""Advice before publishing: a table of what would run and still disappoint, and of what deserves no word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from journeys.contradictions import never, shadowed
from journeys.lint import lint
from journeys.samples import filled
from tests.journeys.advised import CALM, NEVER, STOP, TEMPLATE, WA, note, offer, pause, quiet, told
from tests.journeys.documents import drawn, line, step
from tests.journeys.test_diff import GARBAGE


def asked(*last: dict[str, Any], patience: str = "PT2H", **graph: Any) -> dict[str, Any]:
    """A question; who answers is thanked, who does not goes through the last steps."""
    names = [each["id"] for each in last]
    ways = ["ask.sent>answer", "answer.yes>bye", "answer.something_else>bye", f"answer.no_answer>{names[0]}"]
    ways += [f"{one}.{way}>{other}" for one, way, other in zip(names, _exits(last), [*names[1:], "bye"], strict=True)]
    return drawn(
        note("ask", "Tea?", **graph.pop("ask", {})),
        step("answer", "reply", branches=[{"exit": "yes", "keywords": ["yes"]}], patience=patience),
        *last,
        step("bye", "exit"),
        ways=" ".join(ways),
        **{**CALM, **graph},
    )


def _exits(steps: Any) -> list[str]:
    return ["sent" if each["kind"] == "send" else "done" for each in steps]


WORDS = {"keyword": ["tea"]}
CLOSED = "WhatsApp takes free text only within 24 hours after a contact wrote; here the window may be closed."
HOW_TO_STOP = "Marketing comes before any message has said how to stop it."
OVER = "This journey would be over before it begins."
CUT = "The journey is over before anybody who enters now leaves by {}."
CALLS = "The message calls for nothing: no button, link or question."

# (what, document, [(step, text, way)])
TABLE: list[tuple[str, dict[str, Any], list[tuple[str | None, str, str]]]] = [
    ("nothing to say", quiet(offer()), []),
    # The window of 24 hours
    ("nobody wrote", quiet(note(**WA)), [("note", NEVER, "note")]),
    ("they came by a word", quiet(note(**WA), entry=WORDS), []),
    ("whom the API enrolls is its affair", quiet(note(**WA), entry=[WORDS, {"api": True}]), []),
    ("a template opens it", quiet(note(**WA, **TEMPLATE)), []),
    ("another messenger takes it", quiet(note(channel=["whatsapp", "viber"])), []),
    (
        "two messengers with windows",
        quiet(note(channel=["whatsapp", "messenger"])),
        [("note", NEVER, "note")],
    ),
    ("skipped on purpose", quiet(note(**WA, on_blocked="skip")), []),
    (
        "a day after a word",
        quiet(note("one", **WA), pause("day", "P1D"), note("two", **WA), entry=WORDS),
        [("two", CLOSED, "one→day→two")],
    ),
    ("just before a day", quiet(note("one", **WA), pause("day", "PT23H"), note("two", **WA), entry=WORDS), []),
    (
        "silence of a day",
        asked(note("again", **WA), patience="P1D", entry=WORDS),
        [("again", CLOSED, "ask→answer→again")],
    ),
    ("an answer opens it", quiet(note("ask", **WA), step("hear", "reply", patience="P3D"), note("on", **WA)),
     [("ask", NEVER, "ask"), ("on", NEVER, "ask→hear→on")]),
    (
        "going round without a word",
        drawn(
            note("tick", **WA),
            pause("hour", "PT1H"),
            step("more", "condition"),
            step("bye", "exit"),
            ways="tick.sent>hour hour.done>more more.yes>tick more.otherwise>bye",
            start="tick",
            entry=WORDS,
        ),
        [("tick", CLOSED, "tick→hour→more")],
    ),
    # Opt-out, nights, crowds
    ("no way to stop", quiet(offer(text="Tea at half price?")), [("offer", HOW_TO_STOP, "offer")]),
    ("the first one has told", quiet(offer(), pause("day", "P2D"), offer("two", "More tea?")), []),
    ("a Russian word", quiet(offer(text="Чаю? Отписаться — ответьте СТОП")), []),
    ("a link to unsubscribe", quiet(offer(text="Tea? https://a.example/unsubscribe")), []),
    ("within a conversation", quiet(offer(text="Tea?"), entry=WORDS), []),
    ("at night", line(offer()), [(None, "Marketing may arrive at night.", "")]),
    ("service keeps no hours", line(note()), []),
    (
        "four within a day",
        quiet(offer("a"), pause("b", "PT1H"), offer("c"), pause("d", "PT1H"), offer("e"), offer("f")),
        [("f", "A contact who says nothing may get 4 marketing messages within 24 hours.", "a→c→e→f")],
    ),
    (
        "four in four days",
        quiet(offer("a"), pause("b", "P1D"), offer("c"), pause("d", "P1D"), offer("e"), pause("g", "P1D"), offer("f")),
        [],
    ),
    (
        "an evening after an evening",
        quiet(*(each for n in "abcde" for each in (step(f"w{n}", "wait", local_time="18:30"), offer(n)))),
        [],
    ),
    (
        "four answered ones",
        quiet(*(each for n in "abcd" for each in (offer(n), step(f"r{n}", "reply", patience="P1D")))),
        [],
    ),
    # The end of the journey: an audience of which nothing is known is seen as 2000 begins
    ("it lasts as long as needed", quiet(note(), pause("day", "P1D"), note("two"), ends_at="2000-01-03T00:00:00Z"), []),
    ("over already", quiet(note(), ends_at="1999-12-31T23:59:59Z"), [(None, OVER, "")]),
    (
        "a wait that outlasts it",
        quiet(note(), pause("day", "P1D"), pause("more", "P1D"), note("two"), ends_at="2000-01-03T00:00:00Z"),
        [("more", CUT.format("done"), "note→day→more")],
    ),
    (
        "silence that outlasts it",
        asked(note("again"), patience="P1D", ends_at="2000-01-01T12:00:00Z"),
        [("answer", CUT.format("no_answer"), "ask→answer")],
    ),
    (
        "until an instant past it",
        quiet(step("w", "wait", until="2000-02-01T00:00:00Z"), note(), ends_at="2000-02-01T00:00:00Z"),
        [("w", CUT.format("done"), "w")],
    ),
    (
        "a schedule past it",
        quiet(note(), entry={"schedule": "2000-03-01T10:00", "segment": "vip"}, ends_at="2000-02-01T00:00:00Z"),
        [(None, "This schedule comes when the journey is over already.", "")],
    ),
    (
        "the first of a schedule leaves less time",
        quiet(pause("days", "P3D"), entry={"schedule": "FREQ=MONTHLY;BYMONTHDAY=20", "segment": "vip"},
              ends_at="2000-01-21T00:00:00Z"),
        [("days", CUT.format("done"), "days")],
    ),
    # Values
    ("no default", quiet(note(text="{{ contact.name }}")), [("note", "contact.name may be missing.", "note")]),
    ("with a default", quiet(note(text='Hi {{ contact.name|default("you") }}')), []),
    ("guarded", quiet(note(text="{% if contact.name is defined %}{{ contact.name }}{% endif %}!")), []),
    ("set before", quiet(step("set", "update", set={"name": "Ann"}), note(text="Hi {{ contact.name }}")), []),
    ("its part set before", quiet(step("set", "update", set={"a": {"b": 1}}), note(text="{{ contact.a.b }}")), []),
    ("the id is always there", quiet(note(text="{{ contact.external_id }}")), []),
    (
        "an answer that nobody has given",
        asked(note("again", "You said {{ answers.tea }}")),
        [("again", "answers.tea may not be set here.", "ask→answer→again")],
    ),
    ("a coupon out of nowhere", quiet(note(text="{{ coupon }}")), [("note", "coupon may not be set here.", "note")]),
    (
        "a coupon from an empty pool",
        quiet(step("give", "coupon"), note(text="{{ coupon }}")),
        [("note", "coupon may not be set here.", "give→note")],
    ),
    ("events bring what they bring", quiet(note(text="{{ event.total }}"), entry={"event": "bought"}), []),
    (
        "a word brings no total",
        quiet(note(text="{{ event.total }} {{ event.text }}"), entry=WORDS),
        [("note", "event.total may not be set here.", "note")],
    ),
    (
        "a survey names its own answers",
        quiet(
            step(
                "q",
                "survey",
                category="service",
                questions=[{"id": "a", "text": "A?"}, {"id": "b", "text": "{{ answers.a }}?"}],
            )
        ),
        [],
    ),
    (
        "a date that may be missing",
        quiet(step("w", "wait", until_attribute="birthday")),
        [("w", "contact.birthday may be missing.", "w")],
    ),
    ("a date with a way out", quiet(step("w", "wait", until_attribute="birthday", missing="branch")), []),
    # Rules
    (
        "a rule that never holds",
        quiet(step("c", "condition", branches=[{"exit": "x", "rule": {}}])),
        [("c", "The rule is empty and never holds.", "")],
    ),
    (
        "a branch that nobody takes",
        quiet(
            step(
                "c",
                "condition",
                branches=[
                    {"exit": "x", "rule": {"tag": "vip"}},
                    {"exit": "y", "rule": {"all": [{"tag": "vip"}, {"tag": "new"}]}},
                ],
            )
        ),
        [("c", "Nobody takes y: x takes all of them before.", "")],
    ),
    (
        "a word in two branches",
        quiet(
            note("ask"),
            step(
                "hear",
                "reply",
                patience="P1D",
                branches=[{"exit": "x", "keywords": ["Yes!"]}, {"exit": "y", "keywords": ["yes", "no"]}],
            ),
        ),
        [("hear", "«yes» is taken by an earlier branch.", "")],
    ),
    # Words
    ("nothing to do", quiet(offer(text=f"Tea is at half price. {STOP}")), [("offer", CALLS, "")]),
    ("an answer is waited for", quiet(offer(text=f"Tea. {STOP}"), step("hear", "reply", patience="P1D")), []),
    ("a phone calls", quiet(offer(text=f"Tea. Call +7 495 000-00-00. {STOP}")), []),
]  # fmt: skip
#: The text of a marketing message, its buttons, and what is told of it.
WORDING: list[tuple[str, list[Any], str]] = [
    ("Tea?", [], ""),
    ("Tea? " + "x" * 700, [], "The text has 732 characters; few read past 700."),
    ("HALF PRICE TEA TODAY?", [], "The message shouts in capital letters."),
    ("Tea? Code SPRING", [], ""),
    ("Tea?!!", [], "The message has several exclamation marks in a row."),
    ("Tea? " + "🍵" * 6, [], "The message has 6 emoji."),
    ("http://tea.example", [], "The link http://tea.example is not protected."),
    ("https://bit.ly/x", [], "The link https://bit.ly/x hides where it leads."),
    ("Чай?\nРеклама. ООО «Чай»", [], "The mark of an advertisement is not whole."),
    ("Чай? erid: 2VtzqwXyZ", [], "The mark of an advertisement is not whole."),
    ("Чай?\nРеклама. ООО «Чай», erid: 2VtzqwXyZ", [], ""),
    ("Чай? Реклама на нашем сайте", [], ""),
    (
        "https://a.example",
        [{"id": "a", "title": "Go", "url": "https://b.example"}],
        "The message leads to 2 addresses.",
    ),
]


@pytest.mark.parametrize(("text", "buttons", "warning"), WORDING)
def test_common_mistakes_of_words_are_told(text: str, buttons: list[Any], warning: str) -> None:
    found = told(quiet(offer(text=f"{text} {STOP}", buttons=buttons)))
    assert found == ([("offer", warning, "")] if warning else [])


#: Two links of one journey, and which of them nobody counts.
VISITS = [
    ("https://a.example", "https://b.example", []),
    ("https://a.example?utm_source=t", "https://b.example?utm_medium=t", []),
    ("https://a.example?utm_source=t", "https://b.example", ["https://b.example"]),
    ("https://a.example?utm_source=t", "https://b.example/{{ coupon }}", []),
]


@pytest.mark.parametrize(("one", "other", "plain"), VISITS)
def test_a_link_whose_visits_are_not_counted_as_the_others_are_is_told(one: str, other: str, plain: list[str]) -> None:
    button = [{"id": "a", "title": "Go", "url": other}]
    warnings = [text for _, text, _ in told(quiet(offer(text=f"{one} {STOP}", buttons=button)))]
    assert [text for text in warnings if "counted" in text] == [f"Visits by {link} are not counted." for link in plain]


@pytest.mark.parametrize(("document", "warnings"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_what_would_disappoint_is_told(document: dict[str, Any], warnings: list[Any]) -> None:
    assert told(document) == warnings


def attribute(name: str, how: str, value: Any = None) -> dict[str, Any]:
    return {"attribute": name, "is": how, **({} if value is None else {"value": value})}


@pytest.mark.parametrize(
    ("parts", "possible"),
    [
        ([attribute("n", "equal", 1), attribute("n", "equal", 2)], False),
        ([attribute("n", "equal", 1), attribute("n", "equal", "1")], True),
        ([attribute("n", "equal", "Ёж"), attribute("n", "equal", "еж")], True),
        ([attribute("n", "equal", 1), attribute("m", "equal", 2)], True),
        ([attribute("n", "equal", 1), attribute("n", "not_equal", 1)], False),
        ([attribute("n", "in", [1, 2]), attribute("n", "in", [2, 3])], True),
        ([attribute("n", "in", [1, 2]), attribute("n", "in", [3])], False),
        ([attribute("n", "more", 5), attribute("n", "less", 3)], False),
        ([attribute("n", "more", 5), attribute("n", "at_most", 5)], False),
        ([attribute("n", "at_least", 5), attribute("n", "at_most", 5)], True),
        ([attribute("n", "equal", 5), attribute("n", "more", 5)], False),
        ([attribute("n", "equal", 6), attribute("n", "more", 5)], True),
        ([attribute("n", "equal", "x"), attribute("n", "more", 5)], False),
        ([attribute("n", "exists", False), attribute("n", "equal", 5)], False),
        ([attribute("n", "exists", False), attribute("n", "not_equal", 5)], True),
        ([attribute("n", "exists", False), attribute("n", "exists")], False),
        ([{"tag": "a"}, {"not": {"tag": "a"}}], False),
        ([{"tag": "a"}, {"all": [{"tag": "b"}, {"not": {"tag": "a"}}]}], False),
        ([{"any": [{"all": []}, {"tag": "a"}]}], True),
        ([attribute("n", "contains", "x"), attribute("n", "starts_with", "y")], True),
    ],
)
def test_rules_that_contradict_themselves(parts: list[Any], possible: bool) -> None:
    assert (never({"all": parts}) is None) == possible
    assert (never({"any": [{"all": parts}, {"all": parts}]}) is None) == possible
    assert never({"any": [{"all": parts}, {"tag": "z"}]}) is None


def test_only_a_narrower_rule_is_shadowed() -> None:
    vip, new = {"tag": "vip"}, {"tag": "new"}
    assert list(shadowed([vip, {"all": [new, vip]}, new, vip])) == [(1, 0), (3, 0)]
    assert list(shadowed([{"all": [new, vip]}, vip])) == []
    assert list(shadowed([{}, vip])) == []


def test_a_template_weighs_what_its_longest_values_weigh() -> None:
    text = 'Hi {{ contact.name|default("friend") }}{% if contact.city %} in {{ contact.city }}{% endif %}!'
    assert filled(text) == "Hi x in x!"
    assert filled(text, {"name": 3, "city": 9}) == "Hi xxxxxx in xxxxxxxxx!"


@settings(deadline=None)
@given(GARBAGE)
def test_advice_on_garbage_is_none(document: dict[str, Any]) -> None:
    assert lint(document) == []
