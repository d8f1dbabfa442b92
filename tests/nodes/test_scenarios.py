"""Every kind of step: it has a manual, an icon, a form and a file of scenarios, and does what the scenarios say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from journeys.rules import Facts, compile_rule
from journeys.templates import MissingVariable, compile_template
from nodes import registry
from nodes.base import Node, NodeFailed
from nodes.visit import (
    Answered,
    Begin,
    Call,
    Called,
    Changed,
    Closed,
    Draw,
    Drawn,
    Effect,
    End,
    Hand,
    Happened,
    Heard,
    Leave,
    Reach,
    Record,
    Reply,
    Say,
    Set,
    Stay,
    Visit,
)

FOLDER = Path(__file__).parent / "scenarios"
NOON = datetime(2024, 1, 10, 12, tzinfo=UTC)
KINDS = sorted(registry())


def scenarios(kind: str) -> list[dict[str, Any]]:
    """The kind's file; a kind without one has none."""
    path = FOLDER / f"{kind}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


TOLD = [(kind, each) for kind in KINDS for each in scenarios(kind)]
ALL = [pytest.param(kind, each, id=f"{kind}: {each['name']}") for kind, each in TOLD]
DECIDED = [
    pytest.param(kind, each, id=f"{kind}: {each['name']}") for kind, each in TOLD if "refused" not in each["expect"]
]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def heard(given: Mapping[str, Any] | None, now: datetime) -> Heard | None:
    """What a scenario says was heard: its first key names the kind, `at` is now unless told."""
    if given is None:
        return None
    at = moment(given["at"]) if "at" in given else now
    if "reply" in given:
        options = tuple((each[0], each[1]) for each in given.get("options", ()))
        return Reply(at=at, text=given["reply"], button=given.get("button"), media=given.get("media"), options=options)
    if "event" in given:
        return Happened(at=at, name=given["event"], properties=given["properties"])
    if "answered" in given:
        return Answered(at=at, sent=given["answered"], reason=given.get("reason", ""), part=given.get("part", ""))
    if "drawn" in given:
        return Drawn(at=at, code=given["drawn"])
    if "called" in given:
        return Called(at=at, ok=given["called"], values=given.get("values", {}))
    if "closed" in given:
        return Closed(at=at)
    assert given == {"changed": True}, f"nothing is heard as {given}"
    return Changed(at=at)


def visit_of(given: Mapping[str, Any]) -> Visit:
    """A visit with the scenario's facts; what it leaves out is noon on a Wednesday, and nothing known."""
    now = moment(given["now"]) if "now" in given else NOON
    attributes, event = given.get("attributes", {}), given.get("event", {})

    def facts(known: Mapping[str, Any]) -> Facts:
        return Facts(now=now, attributes=known, event=event)

    context = {"contact": attributes, "event": event, "answers": given.get("answers", {})}
    return Visit(
        now=now,
        horizon=moment(given["horizon"]) if "horizon" in given else datetime.max.replace(tzinfo=UTC),
        arrived_at=moment(given["arrived_at"]) if "arrived_at" in given else NOON,
        arriving=given.get("arriving", False),
        luck=given.get("luck", 0.0),
        zone=given.get("zone", "UTC"),
        attributes=attributes,
        event=event,
        answers=given.get("answers", {}),
        memory=given.get("memory", {}),
        heard=heard(given.get("heard"), now),
        holds=lambda rule: compile_rule(rule)(facts(attributes)),
        holds_over=lambda rule, properties: compile_rule(rule)(facts(properties)),
        happened=lambda name, *_: name in given.get("past", ()),
        render=lambda text: compile_template(text).value(context),
    )


def written(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Effects as scenarios write them."""
    shown: list[dict[str, Any]] = []
    for each in effects:
        if isinstance(each, Say):
            shown.append({"say": each.part})
        elif isinstance(each, Set):
            tags = {"add_tags": list(each.add_tags), "remove_tags": list(each.remove_tags)}
            shown.append({"set": dict(each.attributes), **tags})
        elif isinstance(each, Record):
            shown.append({"record": [each.question, each.value]})
        elif isinstance(each, Draw):
            shown.append({"draw": each.pool})
        elif isinstance(each, Begin):
            shown.append({"begin": each.journey})
        elif isinstance(each, Call):
            shown.append({"call": [each.method, each.url, dict(each.headers), each.body]})
        elif isinstance(each, Hand):
            shown.append({"hand": each.queue})
        else:
            assert isinstance(each, Reach)
            shown.append({"reach": each.goal})
    return shown


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_manual_an_icon_and_a_sentence(kind: str) -> None:
    node = registry()[kind]
    assert node.kind == kind
    assert len(node.manual().split()) >= 8
    assert node.manual() != Node.manual()
    assert node.icon


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_a_kind_names_every_field(kind: str) -> None:
    models = models_of(registry()[kind])
    fields = {(model.__name__, name): field for model in models for name, field in model.model_fields.items()}
    # Without a title pydantic would make one up from the name: it must have been written for the marketer.
    assert not [place for place, field in fields.items() if not field.title]
    schema = registry()[kind].model_json_schema(by_alias=True)
    forms = [schema, *schema.get("$defs", {}).values()]
    assert len(fields) == sum(len(form.get("properties", {})) for form in forms)
    assert all(field["title"] for form in forms for field in form.get("properties", {}).values())


def models_of(annotation: Any) -> set[type[BaseModel]]:
    """The models of an annotation: itself, and those of its fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = (models_of(field.annotation) for field in annotation.model_fields.values())
        return {annotation}.union(*inner)
    return set[type[BaseModel]]().union(*map(models_of, getattr(annotation, "__args__", ())))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_scenarios_for_arriving_each_exit_and_a_refusal(kind: str) -> None:
    told = scenarios(kind)
    assert told, f"write tests/nodes/scenarios/{kind}.json"
    good = [each for each in told if "refused" not in each["expect"]]
    assert any(each["visit"].get("arriving") for each in good)
    assert any(each["expect"].get("refused") for each in told)
    drawn = {way for each in good for way in registry()[kind].model_validate(each["settings"]).exits()}
    taken = {each["expect"]["leave"] for each in good if "leave" in each["expect"]}
    assert taken == drawn
    assert drawn or any("end" in each["expect"] for each in good)
    names = [each["name"] for each in told]
    assert len(set(names)) == len(names)


def test_every_file_of_scenarios_belongs_to_a_kind() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(KINDS)


@pytest.mark.parametrize(("kind", "told"), ALL)
def test_scenario(kind: str, told: dict[str, Any]) -> None:
    expected = told["expect"]
    if "refused" in expected:
        with pytest.raises(ValidationError, match=expected["refused"]):
            registry()[kind].model_validate(told["settings"])
        return
    node = registry()[kind].model_validate(told["settings"])
    if "fails" in expected:
        with pytest.raises((NodeFailed, MissingVariable)) as caught:
            node.decide(visit_of(told["visit"]))
        assert getattr(caught.value, "reason", "missing_variable") == expected["fails"]
        return
    decision = node.decide(visit_of(told["visit"]))
    wanted = ("leave", "stay", "for", "end", "completed")
    assert shown(decision) == {key: expected[key] for key in wanted if key in expected}
    assert written(decision.effects) == expected.get("effects", [])
    if isinstance(decision, Stay):
        assert decision.memory == expected.get("memory")
    if "sentence" in expected:
        assert node.sentence() == expected["sentence"]
    if "exits" in expected:
        assert list(node.exits()) == expected["exits"]


def shown(decision: Leave | Stay | End) -> dict[str, Any]:
    """A decision as scenarios write it."""
    if isinstance(decision, Leave):
        return {"leave": decision.exit}
    if isinstance(decision, End):
        return {"end": decision.reason, "completed": decision.completed}
    until = None if decision.until is None else decision.until.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"stay": until, "for": decision.waiting_for}


@pytest.mark.parametrize(("kind", "told"), DECIDED)
def test_settings_survive_the_round_to_json_and_back(kind: str, told: dict[str, Any]) -> None:
    node = registry()[kind].model_validate(told["settings"])
    kept = json.loads(json.dumps(node.model_dump(by_alias=True, mode="json")))
    assert registry()[kind].model_validate(kept) == node


@pytest.mark.parametrize(("kind", "told"), DECIDED)
def test_a_decision_is_a_function_of_the_visit_alone(kind: str, told: dict[str, Any]) -> None:
    node = registry()[kind].model_validate(told["settings"])
    if "fails" not in told["expect"]:
        assert node.decide(visit_of(told["visit"])) == node.decide(visit_of(told["visit"]))
