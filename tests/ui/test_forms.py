"""Forms drawn from schemas: every kind's settings, and a form that was only looked at changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.pretend_data import cart, node_types
from ui.forms.conditions import begin, flat, wrap
from ui.forms.layouts import BEGINS, NEW, WAYS, change_way, fields_of_way, way_of
from ui.forms.shapes import Field, blank, fields_of, names_in

KINDS = {one["kind"]: one["schema"] for one in node_types()}
EXAMPLES = Path(__file__).parents[2] / "examples" / "journeys"
Json = dict[str, Any]


def by_name(kind: str) -> dict[str, Field]:
    return {field.name: field for field in fields_of(KINDS[kind])}


def examples() -> list[tuple[str, str, Json]]:
    """(journey, kind, settings) of every step of every ready-made journey and of the pretend one."""
    documents = [("cart", cart())]
    documents += [
        (path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(EXAMPLES.glob("ru/*.json"))
    ]
    known = [(name, node) for name, document in documents for node in document["nodes"] if node["kind"] in KINDS]
    return [(f"{name}:{node['id']}", node["kind"], node.get("settings") or {}) for name, node in known]


def look(kind: str, settings: Json) -> AppTest:
    test = AppTest.from_file(str(Path(__file__).with_name("form_script.py")), default_timeout=20)
    test.session_state["schema"], test.session_state["given"] = KINDS[kind], settings
    return test.run()


@pytest.mark.parametrize(
    ("kind", "name", "shape"),
    [
        ("send", "text", "longtext"),
        ("send", "buttons", "rows"),
        ("send", "channel", "channels"),
        ("send", "category", "choice"),
        ("send", "ttl", "duration"),
        ("send", "media", "group"),
        ("wait", "for", "duration"),
        ("wait", "until", "instant"),
        ("wait", "local_time", "clock"),
        ("wait", "weekdays", "choices"),
        ("wait", "window", "group"),
        ("wait", "where", "rule"),
        ("wait", "patience", "patience"),
        ("wait", "late", "late"),
        ("condition", "branches", "rows"),
        ("reply", "branches", "rows"),
        ("split", "holdout", "number"),
        ("update", "set", "pairs"),
        ("update", "add_tags", "texts"),
        ("exit", "reason", "text"),
    ],
)
def test_a_setting_gets_its_shape(kind: str, name: str, shape: str) -> None:
    assert by_name(kind)[name].shape == shape


def test_limits_and_choices_are_read() -> None:
    send = by_name("send")
    assert send["category"].choices == ("marketing", "transactional", "service")
    assert send["text"].longest == 8000
    assert send["buttons"].most == 12
    holdout = by_name("split")["holdout"]
    assert (holdout.nullable, holdout.high, holdout.whole) == (True, 50, False)
    assert by_name("split")["arms"].least == 2
    assert by_name("survey")["questions"].required


def test_unknown_shapes_fall_back_to_json() -> None:
    schema = {"properties": {"odd": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "any": {}}}
    assert [field.shape for field in fields_of(schema)] == ["json", "json"]


def test_a_new_row_gets_a_name_of_its_own() -> None:
    fields = by_name("split")["arms"].fields
    rows = [blank(fields)]
    rows.append(blank(fields, names_in(rows)))
    assert [row["exit"] for row in rows] == ["way1", "way2"]


@pytest.mark.parametrize(("kind", "settings"), [(kind, NEW.get(kind, {})) for kind in KINDS])
def test_looking_at_a_new_step_changes_nothing(kind: str, settings: Json) -> None:
    test = look(kind, settings)
    assert not test.exception
    assert test.session_state["made"] == settings


@pytest.mark.parametrize(("name", "kind", "settings"), [pytest.param(*one, id=one[0]) for one in examples()])
def test_looking_at_a_step_of_a_real_journey_changes_nothing(name: str, kind: str, settings: Json) -> None:
    test = look(kind, settings)
    assert not test.exception
    assert test.session_state["made"] == settings, name


def test_typing_changes_one_setting_and_leaves_the_rest() -> None:
    given = {"text": "Hello", "buttons": [{"id": "a", "title": "A"}], "ttl": "PT60M"}
    test = look("send", given)
    test.text_area[0].set_value("Hello there").run()
    assert test.session_state["made"] == {**given, "text": "Hello there"}


def test_a_duration_is_a_number_and_a_unit() -> None:
    test = look("wait", {"for": "P2D"})
    number = next(one for one in test.number_input if one.label == "For")
    assert number.value == 2
    number.set_value(3).run()
    assert test.session_state["made"] == {"for": "P3D"}


def test_an_emptied_optional_setting_goes_away() -> None:
    test = look("wait", {"for": "P2D", "until_attribute": "birthday"})
    next(one for one in test.number_input if one.label == "For").set_value(0).run()
    assert "for" not in test.session_state["made"]


def test_rows_are_added_and_removed() -> None:
    test = look("split", {"arms": [{"exit": "a", "weight": 1}, {"exit": "b", "weight": 2}, {"exit": "c", "weight": 1}]})
    test.button(key="k.arms.add").click().run()
    assert [arm["exit"] for arm in test.session_state["made"]["arms"]] == ["a", "b", "c", "way1"]
    test.button(key="k.arms.1.remove").click().run()
    assert [arm["exit"] for arm in test.session_state["made"]["arms"]] == ["a", "c"]
    assert test.session_state["form-bump"]


def test_the_fewest_rows_stay() -> None:
    test = look("split", {"arms": [{"exit": "a", "weight": 1}, {"exit": "b", "weight": 2}]})
    assert test.button(key="k.arms.0.remove").disabled


def test_the_rule_builder_changes_an_operator() -> None:
    rule = {"all": [{"attribute": "city", "is": "equal", "value": "Kazan"}, {"tag": "vip"}]}
    test = look("condition", {"branches": [{"exit": "yes", "rule": rule}]})
    test.selectbox(key="k.branches.0.rule.0.is").set_value("not_equal").run()
    made = test.session_state["made"]["branches"][0]["rule"]
    assert made == {"all": [{"attribute": "city", "is": "not_equal", "value": "Kazan"}, {"tag": "vip"}]}


def test_a_number_typed_into_a_rule_is_a_number() -> None:
    rule = {"attribute": "total", "is": "at_least", "value": 10}
    test = look("condition", {"branches": [{"exit": "yes", "rule": rule}]})
    test.text_input(key="k.branches.0.rule.0.value").set_value("1500").run()
    assert test.session_state["made"]["branches"][0]["rule"]["value"] == 1500


def test_a_deep_rule_is_shown_as_json_and_kept() -> None:
    deep = {"all": [{"any": [{"all": [{"tag": "a"}, {"not": {"any": [{"tag": "b"}, {"tag": "c"}]}}]}]}]}
    settings = {"branches": [{"exit": "yes", "rule": deep}]}
    test = look("condition", settings)
    assert [one for one in test.text_area if "JSON" in one.label]
    assert test.session_state["made"] == settings


@pytest.mark.parametrize("kind", ["attribute", "tag", "segment", "event", "consent", "delivery", "group"])
def test_every_kind_of_condition_is_drawn(kind: str) -> None:
    settings = {"branches": [{"exit": "yes", "rule": begin(kind)}]}
    test = look("condition", settings)
    assert not test.exception
    assert test.session_state["made"] == settings


@pytest.mark.parametrize(
    "rule",
    [
        {"tag": "vip"},
        {"not": {"tag": "vip"}},
        {"any": [{"tag": "a"}, {"tag": "b"}]},
        {"not": {"all": [{"tag": "a"}, {"tag": "b"}]}},
    ],
)
def test_a_rule_taken_apart_is_put_together_the_same(rule: Json) -> None:
    parts = flat(rule)
    assert parts is not None
    assert wrap(*parts) == rule


@pytest.mark.parametrize("rule", [{"all": 1}, {"any": ["text"]}])
def test_a_malformed_rule_is_not_taken_apart(rule: Json) -> None:
    assert flat(rule) is None


@pytest.mark.parametrize("way", [way for way in WAYS if way != "until"])
def test_a_way_of_waiting_is_recognised_again(way: str) -> None:
    assert way_of(BEGINS[way]) == way


@pytest.mark.parametrize("way", WAYS)
def test_changing_the_way_drops_what_belongs_to_others(way: str) -> None:
    everything = {
        "for": "P1D",
        "weekdays": ["mon"],
        "event": "x",
        "where": {"tag": "a"},
        "patience": "P1D",
        "late": "next_window",
    }
    names = set(change_way(everything, way))
    assert names <= {*WAYS[way][1], "late"}
    assert ("late" in names) == (way not in ("event", "rule"))
    drawn, rest = fields_of_way(way, fields_of(KINDS["wait"]))
    assert {field.name for field in drawn} == set(WAYS[way][1])
    assert {field.name for field in rest} <= {"late"}
