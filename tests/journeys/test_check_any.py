"""The check: garbage of any shape is told, and what passes can be walked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys.check import Problem, check, errors, exits_and_sentences
from journeys.facts import Person
from journeys.graph import read
from journeys.walk import Trip, walk
from tests.journeys.documents import ENOUGH, line

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


names = st.sampled_from(["ask", "answer", "bye", "", "x"])
KINDS = st.sampled_from([*ENOUGH, "telepathy"])


def spoilt(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Settings with some of their values replaced by anything, and a strange one added."""
    return st.fixed_dictionaries(
        {}, optional={**{key: st.just(value) | anything for key, value in good.items()}, "odd": anything}
    )


step_like = st.fixed_dictionaries(
    {"id": names | anything, "kind": KINDS | anything},
    optional={
        "settings": anything | KINDS.flatmap(lambda kind: spoilt(ENOUGH.get(kind, {}))),
        "title": anything,
        "x": anything,
    },
)


edge_like = st.fixed_dictionaries(
    {"source": names, "target": names, "key": st.sampled_from(["sent", "done", "yes", "b"]) | st.text(max_size=4)}
)


journey_settings = {
    "name": "Test",
    "start": "ask",
    "entry": {"event": "e", "where": {}},
    "reentry": {"mode": "never", "key": "id"},
    "goal": {"event": "g", "match": "id"},
    "exit_when": [{"tag": "x"}],
    "timezone": "UTC",
    "quiet_hours": ["21:00", "09:00"],
}


document_like = st.fixed_dictionaries(
    {
        "nodes": st.lists(step_like | anything, max_size=4) | anything,
        "edges": st.lists(edge_like | anything, max_size=6) | anything,
    },
    optional={
        "graph": spoilt(journey_settings) | anything,
        "directed": anything,
        "multigraph": anything,
        "odd": anything,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything | document_like)
def test_garbage_is_told_never_raised(document: Any) -> None:
    found = check(document)
    assert all(isinstance(each, Problem) and each.text and each.fix for each in found)
    exits_and_sentences(document)
    if not errors(found):
        runs(document)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_passes_the_check_can_be_read_and_walked(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from([kind for kind in ENOUGH if kind != "exit"]), min_size=1, max_size=3))
    steps = [{"id": f"s{n}", "kind": kind, "settings": data.draw(spoilt(ENOUGH[kind]))} for n, kind in enumerate(kinds)]
    try:
        document = line(*steps, **data.draw(spoilt(journey_settings) | st.just({})))
    except ValueError:
        return  # Settings that the step itself refuses; the table has them.
    if not errors(check(document)):
        runs(document)


def runs(document: Any) -> None:
    """What may be published survives JSON, can be read, and a contact's first walk on it is not a bug of ours."""
    journey = read(json.loads(json.dumps(document)))
    trip = Trip(node=journey.start, seq=0, arrived_at=NOW, entered_at=NOW, arriving=True)
    done = walk(journey, trip, Person(external_id="ann", attributes={}), NOW, NOW)
    assert not done.reason.startswith("error_"), done.reason
