"""The pretend API's doors of authoring, over the product's own pure parts."""

from __future__ import annotations

import copy
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Query

from api.journey_files import FileIn
from api.rehearsals import shown
from engine.journey_files import FileRefused, apart, read_text
from engine.rehearsal import Rehearsal
from engine.rehearsal_outcome import differences, outcome
from journeys.diff import diff
from journeys.graph import read
from journeys.script import Expected, Script
from tests.ui import pretend_data as data
from tests.ui.pretend_world import Problem, World, paged

Json = dict[str, Any]


def authoring(app: FastAPI, world: World) -> None:
    """History, rehearsals, tests, and what is done by hand."""
    kept: dict[str, dict[str, Json]] = {}

    def played(name: str, script: Json) -> Rehearsal:
        return Rehearsal(read(world.journey(name)["document"], name), Script.model_validate(script)).play()

    def source(name: str, which: str) -> Json:
        journey = world.journey(name)
        document: Json = journey["document"] if not which.isdigit() else journey["versions"][int(which)]
        return document

    @app.post("/v1/journeys/read")
    def read_file(body: FileIn) -> Json:
        try:
            document, tests = apart(read_text(body.text, body.format))
        except FileRefused as refused:
            raise Problem(422, "Not valid", str(refused), field="text") from refused
        return {"document": document, "tests": tests}

    @app.get("/v1/journeys/{name}/diff")
    def differing(name: str, to: str = "draft", since: Annotated[str, Query(alias="from")] = "") -> Json:
        return _diff(name, since, to)

    @app.get("/v1/journeys/{name}/draft/revisions")
    def revisions(name: str, limit: int = 50, after: str | None = None) -> Json:
        numbers = range(world.journey(name)["revision"], 0, -1)
        kept = [{"revision": each, "saved_at": data.at(hours=1), "saved_by": "ui"} for each in numbers]
        return paged(kept, limit, after)

    @app.post("/v1/journeys/{name}/draft/restore")
    def restore(name: str, body: Json) -> Json:
        journey = world.journey(name)
        if "version" in body:
            journey["document"] = copy.deepcopy(journey["versions"][body["version"]])
        journey["revision"] += 1
        return {"revision": journey["revision"], "problems": []}

    @app.post("/v1/rehearsals")
    def rehearse(body: Json) -> Json:
        script = Script.model_validate(body["script"])
        written = script.model_dump(mode="json", exclude_none=True)
        return {**shown(played(body["journey"], written)), "script": written}

    @app.get("/v1/journeys/{name}/tests")
    def tests(name: str) -> Json:
        return {"items": [{"name": each} for each in kept.get(name, {})], "next": None}

    @app.put("/v1/journeys/{name}/tests/{test}")
    def keep(name: str, test: str, body: Json) -> Json:
        expect = outcome(played(name, body["script"])).model_dump(mode="json")
        kept.setdefault(name, {})[test] = {"script": body["script"], "expect": expect}
        return {"name": test, "expect": expect}

    @app.delete("/v1/journeys/{name}/tests/{test}")
    def drop(name: str, test: str) -> Json:
        kept[name].pop(test)
        return {"deleted": True}

    @app.post("/v1/journeys/{name}/tests/run")
    def run(name: str) -> Json:
        items = []
        for test, each in kept.get(name, {}).items():
            wrong = differences(Expected.model_validate(each["expect"]), outcome(played(name, each["script"])))
            items.append({"name": test, "passed": not wrong, "differences": wrong})
        failed = sum(not each["passed"] for each in items)
        return {"items": items, "passed": len(items) - failed, "failed": failed}

    @app.post("/v1/journeys/{name}/test-send")
    def test_send(name: str, body: Json) -> Json:
        return {"sent": ["telegram"]}

    @app.post("/v1/journeys/{name}/migrate")
    def migrate(name: str, body: Json) -> Json:
        gone = {"version": 1, "node": "old", "inside": 4, "to": None, "why": "it is gone"}
        how = "undecided" if "old" not in body["nodes"] else "exit"
        return {"version": 2, "dry_run": body["dry_run"], "nodes": [{**gone, "how": how}]}

    @app.post("/v1/enrollments/move")
    def move(body: Json) -> Json:
        return {"moved": len(body.get("contacts") or ()) or 3}

    @app.post("/v1/enrollments/eject")
    def eject(body: Json) -> Json:
        return {"ejected": len(body.get("contacts") or ()) or 3}

    def _diff(name: str, before: str, after: str) -> Json:
        journey = world.journey(name)
        since = before or (str(journey["version"]) if journey["version"] else "")
        old = source(name, since) if since and not since.startswith("r") else {}
        changes = [asdict(each) for each in diff(old, source(name, after))]
        affected = [{"node": "hello", "inside": 4}] if any(each["node"] == "hello" for each in changes) else []
        return {"from": since or None, "to": after, "changes": changes, "affected": affected}
