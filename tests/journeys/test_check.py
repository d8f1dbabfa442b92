"""The check: a table of everything that can be wrong with a drawing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from journeys.check import MAX_NODES, check, errors, exits_and_sentences
from journeys.graph import read
from tests.journeys.checked import ASK_AGAIN, GOOD, QUESTION, ring, without
from tests.journeys.documents import ENOUGH, drawn, line, step


def asking(**branch: Any) -> dict[str, Any]:
    """The good document with another branch in its reply."""
    answer = step("answer", "reply", branches=[{"exit": "yes", **branch}], patience="P1D")
    return {**GOOD, "nodes": [QUESTION, answer, step("bye", "exit")]}


def sending(**settings: Any) -> dict[str, Any]:
    """One message and the end."""
    return line(step("hello", "send", **settings))


# (what is wrong, document, node, exit, words of the text, words of the fix)
TABLE: list[tuple[str, Any, str | None, str | None, str, str]] = [
    ("not an object", [], None, None, "is a JSON object", "Send an object"),
    ("no nodes", {"edges": []}, None, None, "no list of nodes", "Add nodes"),
    ("no edges", {"nodes": []}, None, None, "no list of edges", "Add edges"),
    ("no steps", {"nodes": [], "edges": []}, None, None, "is empty", "Add a first step"),
    ("settings no object", {**GOOD, "graph": "x"}, None, None, "settings are not an object", "Make graph an object"),
    ("a step without an id", drawn({"kind": "exit"}), None, None, "Step 0 has no id", "Give it an id"),
    ("a step with a long id", drawn(step("x" * 61, "exit")), None, None, "has no id", "1 to 60"),
    ("two steps of one id", drawn(step("a", "exit"), step("a", "exit")), "a", None, "Two steps are called a", "Rename"),
    (
        "settings of a step no object",
        drawn({"id": "a", "kind": "exit", "settings": "x"}),
        "a",
        None,
        "not an object",
        "Make settings",
    ),
    ("an edge of another shape", {**GOOD, "edges": [{"from": "ask"}]}, None, None, "Edge 0 is not", "Name source"),
    (
        "an unknown kind",
        drawn(step("a", "telepathy")),
        "a",
        None,
        "No kind of step is called 'telepathy'",
        "Use one of",
    ),
    ("an unknown setting", drawn(step("a", "exit", colour="red")), "a", None, "There is no setting colour", "spelt"),
    ("a missing setting", drawn(step("a", "goal") | {"settings": {}}), "a", None, "name is missing", "Fill in name"),
    (
        "a setting that does not fit",
        drawn(step("a", "exit", reason="")),
        "a",
        None,
        "at least 1 character",
        "Correct reason",
    ),
    (
        "an exit to nowhere",
        drawn(step("hello", "send"), step("bye", "exit"), ways="hello.sent>gone"),
        "hello",
        "sent",
        "leads to gone, which does not exist",
        "Connect sent",
    ),
    (
        "an edge from nowhere",
        drawn(step("bye", "exit"), ways="gone.sent>bye"),
        None,
        "sent",
        "An edge starts at gone",
        "Remove the edge",
    ),
    (
        "an exit that the step has not",
        drawn(step("hello", "send"), step("bye", "exit"), ways="hello.sent>bye hello.maybe>bye"),
        "hello",
        "maybe",
        "There is no exit maybe",
        "Its exits: sent",
    ),
    (
        "an exit without an edge",
        without(GOOD, "ask.sent"),
        "ask",
        "sent",
        "The exit sent leads nowhere",
        "Connect sent",
    ),
    (
        "two edges of one exit",
        {**GOOD, "edges": [*GOOD["edges"], {"source": "ask", "target": "bye", "key": "sent"}]},
        "ask",
        "sent",
        "leads to two places",
        "Keep one",
    ),
    (
        "silence that nobody thought of",
        without(GOOD, "answer.no_answer"),
        "answer",
        "no_answer",
        "Nobody said what happens when there is no answer",
        "reminder",
    ),
    (
        "a step without a way in",
        drawn(step("a", "goal"), step("b", "goal"), step("bye", "exit"), ways="a.done>bye b.done>bye", start="a"),
        "b",
        None,
        "No way leads to this step",
        "Connect an exit to it",
    ),
    (
        "no way to an end",
        drawn(step("a", "wait"), step("b", "wait"), ways="a.done>b b.done>a", start="a"),
        "a",
        None,
        "no way leads to an end",
        "exit step",
    ),
    (
        "two beginnings",
        drawn(step("a", "goal"), step("b", "goal"), step("bye", "exit"), ways="a.done>bye b.done>bye"),
        None,
        None,
        "not clear where the journey starts (a, b)",
        "Name the first step",
    ),
    (
        "no beginning",
        drawn(step("a", "wait"), ways="a.done>a"),
        None,
        None,
        "every step has a way in",
        "Name the first step",
    ),
    (
        "a beginning that is not there",
        {**GOOD, "graph": {"start": "gone"}},
        None,
        None,
        "first step gone does not exist",
        "Name another",
    ),
    (
        "a quick ring",
        ring(step("a", "goal"), step("b", "condition", **ASK_AGAIN), out="otherwise"),
        "a",
        None,
        "run round without end: a → b → a",
        "Put a wait of a minute",
    ),
    (
        "a step that leads to itself",
        ring(step("b", "condition", **ASK_AGAIN), out="otherwise"),
        "b",
        None,
        "run round without end: b → b",
        "Put a wait",
    ),
    (
        "a ring with half a minute",
        ring(step("a", "wait", for_="PT30S"), step("b", "condition", **ASK_AGAIN), out="otherwise"),
        "a",
        None,
        "run round without end",
        "a minute or more",
    ),
    (
        "a ring through a window, which may be open",
        ring(
            step("a", "wait", window={"start": "08:00", "end": "20:00"}),
            step("b", "condition", **ASK_AGAIN),
            out="otherwise",
        ),
        "a",
        None,
        "run round without end",
        "a minute or more",
    ),
    (
        "a button that no message has",
        asking(buttons=["no"]),
        "answer",
        "yes",
        "No message has a button no",
        "Choose a button",
    ),
    (
        "an opt-out word as a button",
        sending(text="?", buttons=[{"id": "s", "title": "Стоп"}]),
        "hello",
        None,
        "is an opt-out word",
        "Call it something else",
    ),
    (
        "an opt-out word as a button's id",
        sending(text="?", buttons=[{"id": "STOP", "title": "Enough"}]),
        "hello",
        None,
        "is an opt-out word",
        "Call it something else",
    ),
    (
        "an opt-out word as an option of a survey",
        line(
            step(
                "ask",
                "survey",
                questions=[{"id": "q", "text": "?", "type": "choice", "options": ["Go", "Unsubscribe"]}],
            )
        ),
        "ask",
        None,
        "is an opt-out word",
        "Call it something else",
    ),
    (
        "an opt-out word as a key word",
        asking(keywords=["отписаться"]),
        "answer",
        None,
        "never an answer",
        "Correct branches.0",
    ),
    (
        "an opt-out word that starts the journey",
        line(step("a", "goal"), entry={"keyword": ["стоп"]}),
        None,
        None,
        "it unsubscribes and starts nothing",
        "Choose another word",
    ),
    ("a template that cannot be read", sending(text="Hi {{ contact."), "hello", None, "", "Correct the template"),
    (
        "a template of an approved message",
        line(step("hello", "send", template={"whatsapp": {"name": "hi", "body": ["{{ x"]}})),
        "hello",
        None,
        "",
        "Correct the template",
    ),
    (
        "a rule that cannot be read",
        line(step("c", "condition", branches=[{"exit": "yes", "rule": {"attribute": "x", "is": "likes"}}])),
        "c",
        None,
        "",
        "Correct the rule",
    ),
    (
        "a rule over an event that asks for more",
        line(step("w", "wait", event="order", where={"tag": "vip"}, patience="P1D")),
        "w",
        None,
        "",
        "Correct the rule",
    ),
    (
        "a rule of the entry",
        line(step("a", "goal"), entry={"event": "e", "where": {"attribute": "x", "is": "likes"}}),
        None,
        None,
        "",
        "Correct the rule",
    ),
    (
        "a rule of the goal",
        line(step("a", "goal"), goal={"event": "e", "where": {"tag": "vip"}}),
        None,
        None,
        "",
        "Correct the rule",
    ),
    ("a rule for leaving", line(step("a", "goal"), exit_when=[{"attribute": "x"}]), None, None, "", "Correct the rule"),
    (
        "a zone that is none",
        {**GOOD, "graph": {"timezone": "UTC2"}},
        None,
        None,
        "No time zone is called",
        "Correct timezone",
    ),
    (
        "a messenger that is none",
        sending(text="?", channel="pigeon"),
        "hello",
        None,
        "No messenger is called pigeon",
        "or auto",
    ),
    (
        "a text too long for its messenger",
        sending(text="x" * 5000, channel="telegram"),
        "hello",
        None,
        "",
        "Shorten it",
    ),
    (
        "an entry of two ways",
        {**GOOD, "graph": {"entry": {"api": True, "link": True}}},
        None,
        None,
        "an entry is one of".capitalize(),
        "entry",
    ),
    (
        "parallel trips without a key",
        {**GOOD, "graph": {"reentry": {"mode": "parallel"}}},
        None,
        None,
        "need a key",
        "reentry",
    ),
]


@pytest.mark.parametrize(
    ("document", "node", "way", "text", "fix"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_wrong_is_told_with_its_place_and_the_way_out(
    document: Any, node: str | None, way: str | None, text: str, fix: str
) -> None:
    before = copy.deepcopy(document)
    found = errors(check(document))
    fitting = [each for each in found if text in each.text and fix in each.fix]
    assert fitting, found
    assert (fitting[0].node, fitting[0].exit) == (node, way)
    assert document == before


def test_a_good_journey_has_no_problems() -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize("kind", [kind for kind in ENOUGH if kind != "exit"])
def test_every_kind_can_be_published_in_a_line(kind: str) -> None:
    assert errors(check(line(step("only", kind)))) == []


def test_one_thing_wrong_is_one_problem() -> None:
    assert [(each.node, each.exit) for each in check(without(GOOD, "answer.yes"))] == [("answer", "yes")]


@pytest.mark.parametrize(
    "slow",
    [
        step("a", "wait", for_="PT1M"),
        step("a", "wait", local_time="09:00"),
        step("a", "wait", event="order", patience="P1D"),
        step("a", "reply", branches=[], patience="P1D"),
        step("a", "survey"),
    ],
    ids=["a minute", "a time of day", "an event", "an answer", "a survey"],
)
def test_a_ring_through_a_wait_or_a_person_is_allowed(slow: dict[str, Any]) -> None:
    document = ring(slow, step("b", "condition", **ASK_AGAIN), out="otherwise")
    assert check(document) == []


def test_steps_are_counted() -> None:
    steps = [step(f"s{n}", "goal") for n in range(MAX_NODES - 1)]
    assert check(line(*steps)) == []
    (problem,) = check(line(*steps, step("one_more", "goal")))
    assert problem.text == "The journey has more than 500 steps."
    assert problem.fix


def test_all_problems_are_told_at_once() -> None:
    document = without(without(GOOD, "answer.yes"), "answer.no_answer")
    document = {**document, "nodes": [*document["nodes"], step("x", "telepathy")], "graph": {"timezone": "Mars"}}
    assert {each.node for each in errors(check(document))} >= {"answer", "x", None}


def test_what_a_document_says_of_itself_does_not_make_it_another_graph() -> None:
    document = {**GOOD, "directed": False, "multigraph": False, "graph": None}
    assert errors(check(document)) == []
    assert read(document).start == "ask"
    assert len(read(document).ways) == 4


def test_cards_of_valid_steps_are_shown_while_others_are_broken() -> None:
    document = drawn(step("a", "goal"), step("b", "exit", colour="red"))
    assert exits_and_sentences(document) == {"a": {"exits": ["done"], "sentence": "Goal: reached"}}
    assert exits_and_sentences("garbage") == {}
